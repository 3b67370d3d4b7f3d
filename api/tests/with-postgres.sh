#!/usr/bin/env bash
# Runs a command with a throw-away PostgreSQL: a cluster made from the installed server binaries, on loopback and a
# random port, ended and removed afterwards. The address is given as TWINNING_TEST_POSTGRES_URL.
set -euo pipefail
binaries=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
[ -n "$binaries" ] || binaries=$(dirname "$(command -v initdb || echo /)")
if [ ! -x "$binaries/initdb" ]; then
  echo "PostgreSQL's server binaries are missing: install the package postgresql." >&2
  exit 1
fi
folder=$(mktemp -d /tmp/twinning-postgres.XXXXXX)
# The server refuses to run as root, so root hands it to the user that the package made.
as=()
if [ "$(id -u)" = 0 ]; then
  chown postgres "$folder"
  as=(runuser -u postgres --)
fi
stop() {
  "${as[@]}" "$binaries/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT
cd "$folder"
"${as[@]}" "$binaries/initdb" -D "$folder/data" -U postgres --auth=trust --encoding=UTF8 --locale=C >/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null || echo $((20000 + RANDOM % 20000)))
"${as[@]}" "$binaries/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
  -o "-c listen_addresses=127.0.0.1 -p $port -k $folder -c max_connections=300 -c fsync=off" start >/dev/null
cd "$OLDPWD"
export TWINNING_TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port"
export TWINNING_TEST_FOLDER="$folder/tests"
"$@"
