"""Fills a database with subscriptions, composes their digests, sends some, and measures each: digests.py BINARY WORK N M."""
import asyncio
import hashlib
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from pathlib import Path

from client import Client, by_the_clock

binary, work, projects, number = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
FILE = work / "digests.sqlite"
PLACES = ["--database", f"sqlite:{FILE}", "--data-dir", str(work / "data")]
LANGUAGES = "EN ZH AR TR SR TH LO RU".split()
FIELDS = ("CONN_BROADBAND CONN_BACKBONE CONN_DATACENTRE CONN_SATCOM DX_HEALTH DX_EDUCATION DX_AGRI SVC_LOGISTICS "
          "SVC_PAYMENT CITY_SMART CITY_IOT CITY_AI INCL_RURAL INCL_SCHOOL GOV_OPENDATA").split()
COUNTRIES = "RS TR TH LA SA AE CN KE NG GH PK BD VN KZ EG MA ET TZ ZM RW".split()
SENDING, SECONDS, RATE = 20, 20, 50
PAGE = """query($m:ID!){opportunities(mandateId:$m,first:20){totalCount edges{node{score{point} project{title{value}}
    explanation{headline}}}}}"""
random.seed(20261127)


def say(text):
    print(text, file=sys.stderr, flush=True)


def fill():
    """One mandate for ten subscriptions, half as many searches and a few cities: seven subscriptions in ten are of a
    mandate, two of a search, one of a city. Every other one is of a person with an account."""
    base = sqlite3.connect(FILE)
    sample = base.execute("SELECT id FROM mandate LIMIT 1").fetchone()[0]
    key = (lambda at: at.bytes) if isinstance(sample, bytes) else str
    fresh = lambda: key(uuid.UUID(int=int(time.time() * 1e3) << 80 | 7 << 76 | 2 << 62 | random.getrandbits(62)))
    now = int(time.time() * 1e6)
    models = [(owner, json.loads(body)) for owner, body in
              base.execute("SELECT owner_id, body FROM mandate WHERE source_key LIKE 'demo-mandate-%'")]
    mandates = []
    for turn in range(max(1, number // 10)):
        owner, body = models[turn % len(models)]
        fields = random.sample(FIELDS, 4)
        body = {**body, "name": f"Mandate {turn}", "excluded_fields": [],
                "fields": [{"field": field, "weight": weight} for field, weight in zip(fields, (100, 90, 70, 50))]}
        mandates.append((fresh(), f"load-mandate-{turn}", 1, body["name"], json.dumps(body), now, now, owner))
    base.executemany("INSERT INTO mandate (id, source_key, version, name, body, created_at, updated_at, owner_id) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?, ?)", mandates)
    people = [(fresh(), 1, f"reader{turn}@d{turn % 50}.example", f"Reader {turn}", None, "en", "ACTIVE", 0, now, now, now)
              for turn in range(0, number, 2)]
    base.executemany(f"INSERT INTO person VALUES ({','.join('?' * 11)})", people)
    searches = []
    text = lambda raw: str(uuid.UUID(bytes=raw)) if isinstance(raw, bytes) else raw
    for turn in range(max(1, number // 20)):
        person = people[turn % len(people)][0]
        of = {"MANDATE": text(mandates[turn % len(mandates)][0])} if turn % 2 else "PROJECTS"
        filters = {"countries": random.sample(COUNTRIES, 8)}
        body = {"person": text(person), "name": f"Search {turn}", "subject": of, "filter": filters}
        searches.append((fresh(), f"load-search-{turn}", 1, body["name"], json.dumps(body), now, now, "ACTIVE"))
    base.executemany("INSERT INTO saved_search (id, source_key, version, name, body, created_at, updated_at, state) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?, ?)", searches)
    cities = [row[0] for row in base.execute("SELECT id FROM city ORDER BY owner_id IS NULL, id LIMIT ?", (max(1, number // 100),))]

    def subscriptions():
        for turn in range(number):
            kind, subject = "MANDATE", mandates[turn % len(mandates)][0]
            if turn % 10 in (3, 6):
                kind, subject = "SAVED_SEARCH", searches[turn % len(searches)][0]
            elif turn % 10 == 9:
                kind, subject = "CITY", cities[turn % len(cities)]
            person = people[turn // 2][0] if turn % 2 == 0 else None
            address = f"reader{turn}@d{turn % 50}.example"
            hashed = hashlib.sha256(address.encode()).hexdigest()
            settings = {"cadence": "WEEKLY", "hour": turn % 24, "zone": "Europe/Belgrade", "max_items": 10,
                        "min_score": 40, "min_coverage": 40, "quiet_dates": [], "language": LANGUAGES[turn % 8]}
            yield (fresh(), 2, "ACTIVE", person, address, hashed, kind, subject, f"{hashed}:{turn}", json.dumps(settings),
                   now - 3_600_000_000, None, now, now, now)

    base.executemany(f"INSERT INTO digest_subscription VALUES ({','.join('?' * 15)})", subscriptions())
    base.commit()
    say(f"{number} subscriptions to {len(mandates)} mandates, {len(searches)} searches and {len(cities)} cities")


def round_at(at):
    """Runs a round. Answers what it did, how long the process lived, and its peak memory."""
    begun = time.perf_counter()
    process = subprocess.Popen([binary, *PLACES, "digest", "run", "--json", "--public-url", "http://127.0.0.1:1", "--at", at],
                               stdout=subprocess.PIPE)
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    assert status == 0, said
    done = {**json.loads(said), "seconds": round(seconds, 1), "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
            "peak_rss_mb": used.ru_maxrss // 1024}
    say(f"a round at {at}: {done}")
    return done


def change():
    """Another gap for one project in a hundred, as an import writes it."""
    head, *rows = (work / "projects.tsv").read_text().splitlines()
    place = head.split("\t").index("gap_amount")
    changed = []
    for row in rows[::100]:
        cells = row.split("\t")
        cells[place] = str(int(cells[place]) * 3 // 2)
        changed.append("\t".join(cells))
    (work / "changed.tsv").write_text("\n".join([head, *changed]) + "\n")
    subprocess.run([binary, "--database", f"sqlite:{FILE}", "import", "projects", work / "changed.tsv"], check=True, stdout=subprocess.DEVNULL)


class Sink(asyncio.Protocol):
    """A relay that takes everything: it counts messages and forgets them."""
    taken = set()
    count = 0

    def connection_made(self, transport):
        self.transport, self.rest, self.data = transport, b"", False
        transport.write(b"220 sink\r\n")

    def data_received(self, more):
        self.rest += more
        while True:
            if self.data:
                end = self.rest.find(b"\r\n.\r\n")
                if end < 0:
                    return
                message, self.rest, self.data = self.rest[:end], self.rest[end + 5:], False
                Sink.taken.add(re.search(rb"(?im)^message-id: *(\S+)", message)[1])
                Sink.count += 1
                self.transport.write(b"250 taken\r\n")
                continue
            line, found, rest = self.rest.partition(b"\r\n")
            if not found:
                return
            self.rest, verb = rest, line[:4].upper()
            self.data = verb == b"DATA"
            self.transport.write({b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}.get(verb, b"250 fine\r\n"))


def put_off(until):
    base = sqlite3.connect(FILE, timeout=30)
    base.execute("UPDATE outbox SET next_at = ? WHERE state = 'PENDING'", (until,))
    base.commit()


def percentiles(times):
    times = sorted(times)
    return {"p50_ms": round(times[len(times) // 2], 2), "p99_ms": round(times[int(len(times) * 0.99)], 2)}


async def sending(port, letters):
    """A worker by itself over all that is promised. Answers messages a second."""
    worker = subprocess.Popen([binary, *PLACES, "mail", "send", "--smtp", f"smtp://127.0.0.1:{port}"], stderr=subprocess.DEVNULL)
    while Sink.count == 0:
        await asyncio.sleep(0.01)
        assert worker.poll() is None
    before, begun = Sink.count, time.perf_counter()
    # What is left is for the server.
    while Sink.count < letters // 2 and time.perf_counter() - begun < SENDING:
        await asyncio.sleep(0.05)
    rate = (Sink.count - before) / (time.perf_counter() - begun)
    worker.send_signal(signal.SIGTERM)
    await asyncio.to_thread(worker.wait)
    return round(rate, 1)


async def answers(port):
    """A server's answers to ranked pages by the clock, with nothing to send, and while it sends."""
    put_off(int(time.time() * 1e6) + 6 * 3_600_000_000)
    with open(work / "ready", "w") as ready:
        server = subprocess.Popen([binary, "demo", "--json", "--cost-per-minute", "4000000000", "--listen", "127.0.0.1:0", *PLACES,
                                   "--smtp", f"smtp://127.0.0.1:{port}"], stdout=ready, stderr=subprocess.DEVNULL)
    try:
        while not (text := (work / "ready").read_text()).endswith("\n"):
            await asyncio.sleep(0.05)
        said = json.loads(text)
        client = Client(said["url"])
        # The engine is made beside the server.
        await asyncio.sleep(20)

        async def page(_):
            answer = await client.ask(PAGE, {"m": said["ids"]["mandate"]})
            assert "errors" not in answer, answer

        await by_the_clock(RATE, 5, page)
        idle, _ = await by_the_clock(RATE, SECONDS, page)
        put_off(0)
        before = Sink.count
        while Sink.count == before:
            await asyncio.sleep(0.05)
        # A small backlog ends before the time does: then the figure of messages is too low.
        before, begun = Sink.count, time.perf_counter()
        busy, _ = await by_the_clock(RATE, SECONDS, page)
        rate = (Sink.count - before) / (time.perf_counter() - begun)
        peak = int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{server.pid}/status").read_text())[1]) // 1024
    finally:
        server.send_signal(signal.SIGTERM)
        await asyncio.to_thread(server.wait)
    idle, busy = percentiles(idle), percentiles(busy)
    return {"requests_a_second": RATE, "idle": idle, "while_sending": busy, "messages_a_second": round(rate, 1),
            "p50_ratio": round(busy["p50_ms"] / idle["p50_ms"], 2), "p99_ratio": round(busy["p99_ms"] / idle["p99_ms"], 2),
            "server_peak_rss_mb": peak}


async def main():
    fill()
    day = lambda days: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + days * 86_400))
    first = round_at(day(0))
    change()
    second = round_at(day(8))
    letters = sqlite3.connect(FILE).execute("SELECT avg(length(html)), avg(length(body)), count(*) FROM outbox").fetchone()
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(Sink, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    rate = await sending(port, letters[2])
    say(f"{rate} messages a second")
    served = await answers(port)
    assert Sink.count == len(Sink.taken), "a message came twice"
    print(json.dumps({
        "projects": projects, "subscriptions": number, "cores": len(os.sched_getaffinity(0)), "all_new": first,
        "one_in_a_hundred_changed": second, "mean_html_bytes": round(letters[0] or 0), "mean_text_bytes": round(letters[1] or 0),
        "database_mb": os.path.getsize(FILE) // 2**20, "messages_a_second": rate, "answers": served,
    }))


asyncio.run(main())
