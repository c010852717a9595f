"""Fills a database with introductions of the past, and measures new ones step by step."""
import asyncio
import json
import sqlite3
import sys
import time
import uuid
from pathlib import Path

WORDS = {"lang": "en", "cooperationSought": "Senior debt", "whatIsUnclear": "The tariff", "aboutUs": "A fund"}


def fill(path, number):
    """Writes introductions that are over. The fund answered 5,000 of them this month, so that its budget is large; the
    others are of all organisations, and older."""
    base = sqlite3.connect(path)
    one = lambda table, key: base.execute(f"SELECT id FROM {table} WHERE source_key = ?", (key,)).fetchone()[0]
    fund, owner = one("organisation", "demo-silk-road-fund"), one("organisation", "demo-owner")
    mandate = one("mandate", "demo-mandate-rural")
    others = [row[0] for row in base.execute("SELECT id FROM organisation")]
    projects = [row[0] for row in base.execute("SELECT id FROM project WHERE owner_id = ?", (owner,))]
    text = lambda raw: str(uuid.UUID(bytes=raw)) if isinstance(raw, bytes) else raw
    now = int(time.time() * 1e6)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    words = {"lang": "en", "value": "Words", "machineTranslated": False}

    def rows():
        for turn in range(number):
            project, recent = projects[turn % len(projects)], turn < 5_000
            seller, buyer = (owner, fund) if recent else (others[turn % len(others)], others[turn * 7 % len(others)])
            at = now if recent else now - 60 * 86_400_000_000
            body = {
                "project": text(project), "owner": text(seller), "mandate": text(mandate), "investor": text(buyer),
                "initiator": "OWNER", "sender": str(uuid.UUID(int=1)), "state": "DECLINED", "since": stamp,
                "expressed_at": stamp, "last_contact": stamp, "nudges": 0,
                "answers": {"cooperation_sought": words, "what_is_unclear": words, "about_us": words},
                "answered_at": stamp, "answered_by": str(uuid.UUID(int=1)), "nda": "OPEN", "nda_signed": [], "grants": [],
                "words": [], "terms": None, "pledge": None, "commitment": None, "close": None,
                "over": {"side": "INVESTOR", "code": "CAPACITY_FULL", "text": None},
                "field": "CONN_BROADBAND", "investor_country": "RS", "project_country": "RS",
            }
            fresh = uuid.uuid4().bytes if isinstance(project, bytes) else str(uuid.uuid4())
            yield (fresh, 2, "DECLINED", json.dumps(body), at, at, seller, "DECLINED", project, mandate, buyer, seller, buyer, at)

    columns = ("id", "version", "name", "body", "created_at", "updated_at", "owner_id", "state", "project_id", "mandate_id",
               "investor_id", "initiator_id", "recipient_id", "answered_at")
    base.executemany(f"INSERT INTO introduction ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})", rows())
    base.commit()
    print(f"{number} introductions of the past")


async def run(path, turns):
    from client import Client, told
    ready = json.loads(Path(path).read_text())
    client = Client(ready["url"])
    investor, owner = ({"token": ready["tokens"][who]} for who in ("investor", "owner"))
    seen = (await client.ask("{mandates(first:100){edges{node{id name}}}}"))["data"]
    mandate = next(edge["node"]["id"] for edge in seen["mandates"]["edges"] if edge["node"]["name"].startswith("Rural fibre"))
    projects, after = [], None
    while len(projects) < turns:
        page = await client.ask("query($m:ID!,$a:String){opportunities(mandateId:$m,first:100,after:$a){pageInfo{endCursor hasNextPage} "
                                "edges{node{project{id title{value}}}}}}", {"m": mandate, "a": after})
        page = page["data"]["opportunities"]
        projects += [e["node"]["project"]["id"] for e in page["edges"] if e["node"]["project"]["title"]["value"].startswith("Project ")]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    times = {}

    async def timed(name, *given, **who):
        begun = time.perf_counter()
        done = await client.do(*given, **who)
        times.setdefault(name, []).append((time.perf_counter() - begun) * 1000)
        return done["introduction"]

    for project in projects[:turns]:
        given = {"projectId": project, "mandateId": mandate, "answers": WORDS}
        at = await timed("expressInterest", "expressInterest", "ExpressInterestInput", "introduction{id version}", given, **investor)
        for transition, who in (("ACCEPT", owner), ("LOG_CONTACT", investor), ("END", owner)):
            given = {"introductionId": at["id"], "expectedVersion": at["version"], "transition": transition, "reason": "FX_RISK"}
            at = await timed(transition, "moveIntroduction", "MoveIntroductionInput", "introduction{id version}", given, **who)
    for name, each in times.items():
        told(f"{name}, one after the other", each[10:])
    begun = time.perf_counter()
    for _ in range(20):
        await client.ask("{pipeline(first:20){totalCount edges{node{id}}}}", {}, **investor)
    print(f"pipeline, first page of all: {(time.perf_counter() - begun) * 50:.1f} ms in the mean")


if sys.argv[1] == "fill":
    fill(sys.argv[2], int(sys.argv[3]))
else:
    asyncio.run(run(sys.argv[2], int(sys.argv[3])))
