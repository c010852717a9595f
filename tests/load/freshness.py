"""Imports one project again and again, and prints how long after the import's end an open subscription tells of it."""
import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

import websockets

ready, binary, database, work = json.loads(Path(sys.argv[1]).read_text()), *sys.argv[2:4], Path(sys.argv[4])
HEAD = ("key\ttitle\towner\tkind\tfields\tstage\tgap_amount\tgap_currency\tinstruments\tconcessional\ttenor_months\t"
        "readiness\tpopulation_newly_served\tcountries\tstate\tpublished_at\tconfirmed_at")
WATCH = "subscription($m: ID!) { matches(mandateId: $m, first: 100) { kind match { project { title { value } } } sequence } }"


def import_once(turn):
    """Changes the project, so that its score and its title are others than before. Answers when it was written."""
    row = "\t".join(("watched", f"Watched {turn}", "demo-owner", "INFRASTRUCTURE", "CONN_BACKBONE:100", "FEASIBILITY", "100000000",
                     "USD", "LOAN:100", "yes", "120", "NEEDS_ASSESSMENT=report|DEMAND_STUDY=survey", ("100000", "900000")[turn % 2],
                     "NG", "PUBLISHED", "2026-11-20", "2026-11-20"))
    (work / "one.tsv").write_text(f"{HEAD}\n{row}\n")
    subprocess.run([binary, "--database", database, "import", "projects", work / "one.tsv"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter()


async def main():
    url = ready["graphql"].replace("http", "ws") + "/ws"
    seen = {}
    async with websockets.connect(url, subprotocols=["graphql-transport-ws"]) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        await socket.recv()
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": WATCH, "variables": {"m": ready["ids"]["mandate"]}}}))

        async def read():
            async for text in socket:
                message = json.loads(text)
                assert message["type"] == "next" and not message["payload"].get("errors"), message
                match = message["payload"]["data"]["matches"]["match"]
                if match:
                    seen[match["project"]["title"]["value"]] = time.perf_counter()

        reading = asyncio.create_task(read())
        await asyncio.sleep(1)
        times = []
        for turn in range(201):
            written = await asyncio.to_thread(import_once, turn)
            begun = time.perf_counter()
            while f"Watched {turn}" not in seen:
                assert time.perf_counter() - begun < 30 and not reading.done(), "nothing was told"
                await asyncio.sleep(0.001)
            # The event may come before the importing process has ended, which is later than its commit.
            if turn > 0:
                times.append((seen[f"Watched {turn}"] - written) * 1000)
        reading.cancel()
    times.sort()
    print(f"end of the import to the event: p50 {times[len(times) // 2]:.0f} ms, p99 {times[int(len(times) * 0.99)]:.0f} ms, "
          f"most {times[-1]:.0f} ms, {len(times)} trials; below zero: told before the importing process ended")


asyncio.run(main())
