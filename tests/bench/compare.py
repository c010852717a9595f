#!/usr/bin/env python3
"""Compares the engine's lists on workload W with DuckDB's, which scores in double precision.

usage: compare.py DATA PEERS N KIND TOP

TOP is what the example wrote with --top; a query without lines in it is an error. Two lists may differ only in projects
whose scores in DuckDB lie less than 1e-9 apart. Prints one JSON line; fails where a list differs by more.
"""
import json, os, sys

TIE = 1e-9


def main():
    data, peers, n, kind, top = sys.argv[1:6]
    sys.path.insert(0, peers)
    import duckdb
    import common, gen

    if not os.path.exists(top):
        sys.exit(f"{top}: no such file, nothing to compare")
    ours = {}
    for line in open(top):
        query, project, score = line.split()
        ours.setdefault(int(query), []).append((int(project), float(score)))
    db = duckdb.connect()
    wide = ', '.join(f'CAST("{c}" AS BIGINT) AS "{c}"' for c in ('sectors', 'country', 'stage', 'instr', 'days', 'verified'))
    db.sql(f"CREATE TABLE p AS SELECT * REPLACE ({wide}) FROM '{data}/p{n}.parquet' ORDER BY country, stage")
    queries = gen.load_queries(data)[kind]
    differing = ties = 0
    most = 0.0
    for number, query in enumerate(queries):
        theirs = db.execute(common.sql(query, "p", "duckdb")).fetchall()
        if theirs and number not in ours:
            sys.exit(f"query {number} of {kind} has no list in {top}")
        mine = ours.get(number, [])
        if len(mine) != len(theirs):
            differing += 1
            continue
        gaps = [abs(a[1] - b[1]) for a, b in zip(mine, theirs)]
        most = max([most, *gaps])
        moved = [gap for a, b, gap in zip(mine, theirs, gaps) if a[0] != b[0]]
        ties += len(moved)
        differing += any(gap >= TIE for gap in moved) or any(gap >= TIE for gap in gaps)
    print(json.dumps({"kind": kind, "n": int(n), "queries": len(queries), "differing": differing,
                      "places_tied": ties, "largest_score_gap": most}), flush=True)
    sys.exit(differing != 0)


main()
