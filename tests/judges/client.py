"""The Python client gql asks for the three rankings."""
import json
import re
import sys
from pathlib import Path

from gql import Client, gql
from gql.transport.requests import RequestsHTTPTransport

ready = json.loads(Path(sys.argv[1]).read_text())
source = (Path(__file__).parent / "queries.mjs").read_text()
query = re.search(r"`(.*?)`", source, re.S).group(1)
client = Client(transport=RequestsHTTPTransport(url=ready["graphql"], timeout=30))
document = gql(query)
document.variable_values = ready["ids"]
data = client.execute(document)
for field in ("opportunities", "projectInvestors", "partnerCities"):
    points = [edge["node"]["score"]["point"] for edge in data[field]["edges"]]
    assert points and points == sorted(points, reverse=True), field
print("Python gql: three rankings ok")

# The same client watches a list over WebSocket.
from gql.transport.websockets import WebsocketsTransport  # noqa: E402

socket = WebsocketsTransport(url=f"{ready['graphql'].replace('http', 'ws')}/ws", subprotocols=["graphql-transport-ws"])
watch = gql("subscription($mandate: ID!) { matches(mandateId: $mandate, first: 3, initial: true) { kind newRank } }")
watch.variable_values = {"mandate": ready["ids"]["mandate"]}
ranks = []
for event in Client(transport=socket).subscribe(watch):
    ranks.append(event["matches"]["newRank"])
    if len(ranks) == 3:
        break
assert ranks == [1, 2, 3], ranks
print("Python gql: a subscription ok")
