"""Writes made-up mandates, and measures what is worked out of many records."""
import asyncio
import json
import random
import sys
import time
from pathlib import Path

FIELDS = ("CONN_BROADBAND CONN_BACKBONE CONN_DATACENTRE CONN_SATCOM DX_HEALTH DX_EDUCATION DX_AGRI SVC_LOGISTICS "
          "SVC_PAYMENT CITY_SMART CITY_IOT CITY_AI INCL_RURAL INCL_SCHOOL GOV_OPENDATA SEC").split()
COUNTRIES = "RS TR TH LA SA AE CN KE NG GH PK BD VN KZ EG MA ET TZ ZM RW".split()


def mandates(number):
    """Mandates of the demo's organisations: each asks for three fields, six countries and a range of tickets. Fixed
    seed, so that two runs are equal."""
    random.seed(20261127)
    print("key\torganisation\tname\tversion\tfields\tfields_term\tkinds\tcountries\tplace_term\tticket_min\tticket_max\tcurrency"
          "\tticket_term\tinstruments\tinstrument_term\ttarget_return_pct\tmax_tenor_months\tinferred")
    for one in range(number):
        least = 10 ** random.uniform(5, 7)
        owner = random.choice(("demo-silk-road-fund", "demo-backbone-bank", "demo-social-fund"))
        print("\t".join(str(cell) for cell in (
            f"load-mandate-{one}", owner, f"Mandate {one}", 1,
            "|".join(f"{field}:{random.randrange(40, 101)}" for field in random.sample(FIELDS, 3)), "hard", "INFRASTRUCTURE",
            "|".join(random.sample(COUNTRIES, 6)), "hard", round(least), round(least * random.uniform(5, 60)), "EUR", "hard",
            random.choice(("LOAN", "LOAN|GUARANTEE", "GRANT", "SHARES_UNLISTED|LOAN")), "hard", random.choice((2, 4, 6)),
            random.choice((120, 180, 240)), "no")))


async def run(path, turns):
    from client import Client, told
    ready = json.loads(Path(path).read_text())
    client, own = Client(ready["url"]), ready["ids"]["own"]

    async def measured(name, query, variables, who, size):
        times, found = [], None
        for _ in range(turns + 5):
            begun = time.perf_counter()
            answer = await client.ask(query, variables, token=ready["tokens"][who])
            times.append((time.perf_counter() - begun) * 1000)
            if answer.get("errors"):
                raise SystemExit(f"{name}: {answer['errors']}")
            found = answer["data"]
        told(f"{name} ({size(found)})", times[5:])

    stack = ("query($p:ID!){capitalStack(projectId:$p){candidates optimal slackPct filledPercent slices{percent mandate{id}}}}")
    said = lambda data: (f"{data['capitalStack']['candidates']} candidates, {len(data['capitalStack']['slices'])} slices, "
                         f"slack {data['capitalStack']['slackPct']} %")
    opened = lambda data: "{open} open, {0} deeds, {1} unknown".format(
        len(data["project"]["unlockMap"]["deeds"]), len(data["project"]["unlockMap"]["unknown"]), **data["project"]["unlockMap"])
    triads = "query($c:ID,$m:ID){triads(cityId:$c,mandateId:$m,first:20){weakestScore project{id} mandate{id}}}"
    many = lambda data: f"{len(data['triads'])} triads"
    await measured("triads of a city", triads, {"c": own["city"]}, "city_office", many)
    await measured("triads of a mandate", triads, {"m": own["mandate"]}, "investor", many)
    for name in ("project", "sharedProject"):
        unlock = "query($p:ID!){project(id:$p){unlockMap{open reached{count} deeds{__typename} unknown{fact bearsOn}}}}"
        await measured(f"unlock map, {name}", unlock, {"p": own[name]}, "owner", opened)
        await measured(f"capital stack, {name}", stack, {"p": own[name]}, "owner", said)


if sys.argv[1] == "mandates":
    mandates(int(sys.argv[2]))
else:
    asyncio.run(run(sys.argv[2], int(sys.argv[3])))
