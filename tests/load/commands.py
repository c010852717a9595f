"""Measures commands: one after the other, so many a second, and beside people who sign in."""
import asyncio
import json
import sys
import time
from pathlib import Path

from client import Client, by_the_clock, facts, key, organisation, told

ready = json.loads(Path(sys.argv[1]).read_text())
rate, seconds = int(sys.argv[2]), int(sys.argv[3])
PEOPLE = [ready["tokens"][who] for who in ("investor", "owner", "city_office", "observer")]


class Writer:
    """Somebody who acts for an organisation and edits one draft after another."""

    def __init__(self, client, token):
        self.client, self.token, self.turn, self.version, self.draft = client, token, 0, 0, None
        self.busy = asyncio.Lock()

    async def begin(self, number):
        self.organisation = await organisation(self.client, self.token, f"Load {number}")
        await self.create()

    async def create(self):
        given = {"project": facts(f"Load {key()}")}
        who = {"token": self.token, "organisation": self.organisation}
        done = await self.client.do("createProject", "CreateProjectInput", "project{id version}", given, **who)
        self.draft, self.version = done["project"]["id"], done["project"]["version"]

    async def update(self):
        given = {"projectId": self.draft, "expectedVersion": self.version, "project": facts(f"Load {key()}")}
        who = {"token": self.token, "organisation": self.organisation}
        done = await self.client.do("updateProject", "UpdateProjectInput", "project{id version}", given, **who)
        self.version = done["project"]["version"]

    async def write(self):
        """One command; every twentieth makes a new draft. Edits of one draft follow each other."""
        async with self.busy:
            self.turn += 1
            await (self.update() if self.turn % 20 else self.create())


async def main():
    client = Client(ready["url"])
    writers = [Writer(client, token) for _ in range(10) for token in PEOPLE]
    for number, writer in enumerate(writers):
        await writer.begin(number)

    for name in ("create", "update"):
        times = []
        for turn in range(400):
            begun = time.perf_counter()
            await getattr(writers[turn % len(writers)], name)()
            times.append((time.perf_counter() - begun) * 1000)
        told(f"{name}, one after the other", times[40:])

    async def write(turn):
        await writers[turn % len(writers)].write()

    times, done = await by_the_clock(rate, seconds, write)
    told(f"{rate} commands a second asked for over {seconds} s, {done:.0f} done", times)

    # Hashing of passwords: whoever is unknown costs as much as who is known. An address each, since attempts are counted.
    stop, signed = asyncio.Event(), []

    async def sign_in(number):
        for turn in range(10_000):
            if stop.is_set():
                return
            guest = Client(ready["url"], f"127.{number + 1}.{turn // 200 + 1}.{turn % 200 + 1}")
            begun = time.perf_counter()
            query = "mutation($i:SignInInput!){signIn(input:$i){tokens{expiresIn} userErrors{code}}}"
            given = {"email": f"nobody-{number}-{turn}@load.example", "password": "not the right one 4711"}
            await guest.ask(query, {"i": given})
            signed.append((time.perf_counter() - begun) * 1000)

    guests = [asyncio.create_task(sign_in(number)) for number in range(4)]
    await asyncio.sleep(1)
    times, _ = await by_the_clock(50, 15, lambda _: client.ask("{__typename}"))
    told("a light query, 50 a second, beside four who sign in again and again", times)
    times, done = await by_the_clock(rate // 4, 15, write)
    told(f"{rate // 4} commands a second beside them, {done:.0f} done", times)
    stop.set()
    await asyncio.gather(*guests)
    told("their signing in", signed)


asyncio.run(main())
