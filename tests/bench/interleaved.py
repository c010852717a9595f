#!/usr/bin/env python3
"""Measures the engine and its peers on workload W in turns, so that what else the machine does falls on all alike.

usage: interleaved.py DATA PEERS WORKLOAD [--n N] [--rounds R] [--peers duckdb,polars,numpy,pg] [--seconds S]

DATA is the generator's folder, PEERS the folder of the peers' scripts, WORKLOAD the built example. For `pg` a PostgreSQL
is started and filled, and stopped at the end (`postgres.py`). Prints one JSON line a kind: the medians over the rounds of the mean CPU of a query on one thread, in microseconds, and the ratio of each peer to
the engine by round, of which the median is given. It judges nothing.
"""
import argparse, contextlib, json, os, statistics, subprocess, sys

import postgres

KINDS = ("tight", "medium", "loose")


def lines(command, **environment):
    done = subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "peers_folder", "workload"):
        arguments.add_argument(name)
    arguments.add_argument("--n", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--peers", default="duckdb")
    arguments.add_argument("--seconds", type=float, default=3.0, help="for each kind of each peer")
    given = arguments.parse_args()
    peers = [peer for peer in given.peers.split(",") if peer]
    with contextlib.ExitStack() as servers:
        settings = {"BUDGET": str(given.seconds)}
        if "pg" in peers:
            settings["PGPORT"] = str(servers.enter_context(postgres.serving(given.data, given.n)))
        ours, theirs = measure(given, peers, settings)
    report(given, peers, ours, theirs)


def measure(given, peers, settings):
    """The lines of every round by kind, and the CPU of the peers."""
    ours = {kind: [] for kind in KINDS}
    theirs = {(peer, kind): [] for peer in peers for kind in KINDS}
    for _ in range(given.rounds):
        # Every list is compared by a run of its own; here a few, so that a round is short.
        for line in lines([given.workload, given.data, "all", "--n", str(given.n), "--compare", "20"]):
            if line["mismatch"] != 0:
                sys.exit(f"{line['kind']}: {line['mismatch']} lists are not those of the plain scan")
            ours[line["kind"]].append(line)
        for peer in peers:
            script = os.path.join(given.peers_folder, f"peer_{peer}.py")
            for line in lines([sys.executable, script, given.data, str(given.n)], **settings):
                if line["threads"] == 1:
                    theirs[peer, line["kind"]].append(line["cpu_ms_mean"] * 1000)
    return ours, theirs


def report(given, peers, ours, theirs):
    """Prints the medians."""
    for kind in KINDS:
        cpu = [line["cpu_us_mean"] for line in ours[kind]]
        out = {"kind": kind, "n": given.n, "rounds": given.rounds,
               "cpu_us": round(statistics.median(cpu), 1),
               "p50_us": round(statistics.median(line["p50_us"] for line in ours[kind]), 1),
               "p99_us": round(statistics.median(line["p99_us"] for line in ours[kind]), 1)}
        for peer in peers:
            times = theirs[peer, kind]
            out[f"{peer}_cpu_us"] = round(statistics.median(times), 1)
            out[f"{peer}_ratio"] = round(statistics.median(t / o for t, o in zip(times, cpu)), 1)
        print(json.dumps(out), flush=True)


main()
