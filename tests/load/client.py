"""A small client of the API for the measurements here: connections that are kept, and an order of requests by the clock."""
import asyncio
import itertools
import json
import time

NUMBERS = itertools.count(1)
RUN = f"{time.time_ns():x}"


def key():
    """A key of idempotency that was not used before."""
    return f"load-{RUN}-{next(NUMBERS)}"


class Client:
    """Keeps connections to one server, each for one request at a time."""

    def __init__(self, url, source=None):
        self.host, port = url.removeprefix("http://").split(":")
        self.port, self.source, self.idle = int(port), source, []

    async def ask(self, query, variables=None, token=None, organisation=None):
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        head = f"POST /graphql HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        if token:
            head += f"Authorization: Bearer {token}\r\n"
        if organisation:
            head += f"Caravanserai-Organisation: {organisation}\r\n"
        local = (self.source, 0) if self.source else None
        # The server closes connections on which nothing comes for a while; one that was kept so long is let go.
        now = time.perf_counter()
        self.idle = [(pair, at) for pair, at in self.idle if now - at < 2]
        pair = self.idle.pop()[0] if self.idle else await asyncio.open_connection(self.host, self.port, local_addr=local)
        reader, writer = pair
        writer.write(head.encode() + b"\r\n" + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.split(b"content-length:")[1].split(b"\r\n")[0])
        text = await reader.readexactly(length)
        self.idle.append((pair, time.perf_counter()))
        return json.loads(text)

    async def do(self, mutation, ty, selection, given, **who):
        """A mutation that must succeed; answers its payload."""
        query = f"mutation($i:{ty}!){{{mutation}(input:$i){{{selection} userErrors{{code path message}}}}}}"
        answer = await self.ask(query, {"i": {**given, "idempotencyKey": key()}}, **who)
        payload = (answer.get("data") or {}).get(mutation)
        assert payload and not payload["userErrors"], answer
        return payload


def facts(title):
    """The least that a project has."""
    return {"title": {"lang": "en", "value": title}, "kind": "INFRASTRUCTURE", "places": [{"country": "RS"}],
            "fields": [{"field": "CONN_BROADBAND", "sharePct": 100.0}]}


async def organisation(client, token, name):
    """A new organisation of somebody's."""
    given = {"kind": "COMPANY", "profile": {"name": name, "country": "RS"}}
    done = await client.do("registerOrganisation", "RegisterOrganisationInput", "organisation{id}", given, token=token)
    return done["organisation"]["id"]


async def by_the_clock(rate, seconds, work):
    """Begins `work(turn)` so many times a second, whatever became of those before. Answers milliseconds from the time
    that each was due, so that a stall counts for all that waited for it."""
    begun, tasks = time.perf_counter(), []

    async def one(turn, due):
        await work(turn)
        return (time.perf_counter() - due) * 1000

    for turn in range(int(rate * seconds)):
        due = begun + turn / rate
        await asyncio.sleep(max(0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(turn, due)))
    times = await asyncio.gather(*tasks)
    return times, len(times) / (time.perf_counter() - begun)


def told(name, times):
    """A line of percentiles."""
    times = sorted(times)
    at = lambda part: times[min(len(times) - 1, int(len(times) * part))]
    print(f"{name}: p50 {at(0.5):.1f} ms, p99 {at(0.99):.1f} ms, most {times[-1]:.1f} ms, {len(times)} of them", flush=True)
