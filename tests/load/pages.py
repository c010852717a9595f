"""Asks for ranked pages of 20 with explanations, one after the other, and prints percentiles in milliseconds: of questions
that are asked again, of which the counts are kept, of questions that nobody asked before, and of the page in HTML, with
counterfactuals and stability, as a browser of an investor gets it."""
import http.client
import json
import re
import sys
import time
import urllib.parse
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


def get(path, cookie=""):
    connection.request("GET", path, headers={"cookie": cookie, "accept": "text/html"})
    answer = connection.getresponse()
    return answer, answer.read().decode()


def signed_in():
    """The cookie of a session that the demo's link opens."""
    path = urllib.parse.urlsplit(ready["links"]["investor"]).path
    _, page = get(path)
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', page))
    head = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    connection.request("POST", path, urllib.parse.urlencode(fields), head)
    answer = connection.getresponse()
    answer.read()
    cookies = [value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    return "; ".join(cookies)


cookie = signed_in()
own = ready["ids"]["own"]["mandate"]
for name, path in {
    "the page of a ranked list": lambda _: f"/mandates/{own}",
    "the same, each time with other weights": lambda turn: f"/mandates/{own}?w-FIELD={20 + turn % 20}&w-STAGE={5 + turn // 20}",
}.items():
    times, listed = [], ""
    for turn in range(220):
        begun = time.perf_counter()
        answer, page = get(path(turn), cookie)
        if turn >= 20:
            times.append((time.perf_counter() - begun) * 1000)
        assert answer.status == 200 and page.count('class="row"') == 20, (answer.status, page[:400])
    times.sort()
    print(f"{name}: p50 {times[len(times) // 2]:.1f} ms, p99 {times[int(len(times) * 0.99)]:.1f} ms over HTTP, {len(times)} pages of {len(page) / 1000:.0f} kB")
