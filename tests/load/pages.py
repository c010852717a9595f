"""Asks for ranked pages of 20 with explanations, one after the other, and prints percentiles in milliseconds: of questions
that are asked again, of which the counts are kept, and of questions that nobody asked before."""
import http.client
import json
import sys
import time
from pathlib import Path

ready = json.loads(Path(sys.argv[1]).read_text())
host = ready["url"].removeprefix("http://")
QUERY = """query($m: ID, $x: MandateInput) { opportunities(mandateId: $m, mandate: $x, first: 20) { totalCount edges { node {
  rank score { low point high coverage } project { title { value } } gates { key outcome because }
  forInvestor { criteria { key value sentence } } explanation { headline because against unknown } } } } }"""

def euros(amount):
    return {"amountMinor": str(amount * 100), "currency": "EUR"}


# States every term, so that enough is known of its matches, and so widely that gates let nearly all through.
WIDE = {
    "generalist": True, "global": True, "ticketMin": euros(1_000), "ticketMax": euros(2_000_000_000),
    "stages": ["CONCEPT", "FEASIBILITY", "PROCUREMENT", "CONSTRUCTION", "SEED", "SERIES_B", "LATE"],
    "instruments": ["BOND", "LOAN", "HYBRID", "SHARES_LISTED", "SHARES_UNLISTED", "GRANT", "GUARANTEE",
                    "TECHNICAL_ASSISTANCE", "CONVERTIBLE_NOTE", "REVENUE_SHARE", "VENDOR_CREDIT"],
    "targetReturnPct": 5.0, "maxTenorMonths": 240,
}
# By turn.
CASES = {
    "a saved mandate": lambda _: {"m": ready["ids"]["mandate"]},
    "a mandate that is not saved, of the widest terms": lambda _: {"x": WIDE},
    "the same, each time with another ticket": lambda turn: {"x": {**WIDE, "ticketMin": euros(1_001 + turn)}},
}
connection = http.client.HTTPConnection(host)
time.sleep(float(sys.argv[2]) if len(sys.argv) > 2 else 0)
for name, variables in CASES.items():
    times, total = [], None
    for turn in range(220):
        body = json.dumps({"query": QUERY, "variables": variables(turn)})
        begun = time.perf_counter()
        connection.request("POST", "/graphql", body, {"content-type": "application/json"})
        answer = json.loads(connection.getresponse().read())
        if turn >= 20:
            times.append((time.perf_counter() - begun) * 1000)
        assert "errors" not in answer, answer
        total = answer["data"]["opportunities"]["totalCount"]
    times.sort()
    print(f"{name}: {total} listed, p50 {times[len(times) // 2]:.1f} ms, p99 {times[int(len(times) * 0.99)]:.1f} ms over HTTP, {len(times)} pages")
