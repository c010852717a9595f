#!/bin/sh
# The first three projects of the catalogue. CARAVANSERAI is the address of a server.
curl --fail --silent --show-error "${CARAVANSERAI:-http://127.0.0.1:8080}/graphql" \
  --header 'Content-Type: application/json' \
  --data '{"query": "{ projects(first: 3) { totalCount edges { node { id title { value } } } } }"}'
