"""The first three projects of the catalogue. CARAVANSERAI is the address of a server."""
import json
import os
import urllib.request

server = os.environ.get("CARAVANSERAI", "http://127.0.0.1:8080")
query = "query First($n: Int!) { projects(first: $n) { totalCount edges { node { id title { value } } } } }"
body = json.dumps({"query": query, "variables": {"n": 3}}).encode()
request = urllib.request.Request(f"{server}/graphql", body, {"Content-Type": "application/json"})
with urllib.request.urlopen(request) as response:
    answer = json.load(response)
if answer.get("errors"):
    raise SystemExit(answer["errors"][0]["extensions"]["code"])
for edge in answer["data"]["projects"]["edges"]:
    title = edge["node"]["title"]
    print(edge["node"]["id"], title["value"] if title else "(shown after an introduction)")
