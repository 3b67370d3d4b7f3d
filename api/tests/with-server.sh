#!/usr/bin/env bash
# Runs a command against a server with the example loaded, on loopback and a folder of its own. The address is given as
# TWINNING_TEST_URL, a token of the staff as TWINNING_TEST_TOKEN.
set -euo pipefail
program=${CARGO_TARGET_DIR:-target}/debug/twinning
folder=$(mktemp -d /tmp/twinning-server.XXXXXX)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export TWINNING_ENV=test TWINNING_DATA_DIR="$folder" TWINNING_LISTEN="127.0.0.1:$port"
export TWINNING_PUBLIC_URL="http://127.0.0.1:$port" TWINNING_METRICS_LISTEN= TWINNING_LOG=error TWINNING_RATE_LIMIT=off
"$program" seed demo >/dev/null
"$program" serve >/dev/null &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 100); do
  curl -fs "$TWINNING_PUBLIC_URL/readyz" >/dev/null 2>&1 && break
  sleep 0.1
done
body='{"login":"pds.staff@example.org","password":"Twinning-Demo-2019"}'
TWINNING_TEST_TOKEN=$(curl -fs -H 'content-type: application/json' -d "$body" "$TWINNING_PUBLIC_URL/api/v1/auth/login" |
  sed 's/.*"access_token":"\([^"]*\)".*/\1/')
export TWINNING_TEST_TOKEN TWINNING_TEST_URL="$TWINNING_PUBLIC_URL"
"$@"
