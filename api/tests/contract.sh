#!/usr/bin/env bash
# Sends generated requests as several people and holds every answer to the document; runs below with-server.sh. Signing
# out is left out: it would end the sign-in that the other requests use.
set -euo pipefail
for login in pds.staff admin security audit weidong teacher trainee001; do
  body="{\"login\":\"$login@example.org\",\"password\":\"Twinning-Demo-2019\"}"
  token=$(curl -fs -H 'content-type: application/json' -d "$body" "$TWINNING_TEST_URL/api/v1/auth/login" |
    sed 's/.*"access_token":"\([^"]*\)".*/\1/')
  echo "== $login"
  target/schemathesis/bin/schemathesis run "$TWINNING_TEST_URL/api/openapi.json" --header "Authorization: Bearer $token" \
    --exclude-path /api/v1/auth/logout --max-examples "${EXAMPLES:-25}" --seed 1 \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance
done
