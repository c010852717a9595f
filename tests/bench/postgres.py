"""A throw-away PostgreSQL that holds workload W, for the time of a measurement.

It is started from the distribution's own programs in a directory of its own, listens on the loopback interface alone, dies
with this process, and keeps nothing. One query uses one process and no compilation at run time, as is asked of the other
engines; the table is clustered by what the gates ask for most, with an index on it, on the ask and on the return.
"""
import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import numpy

# Columns of the generator with their types in its files and in the table.
COLUMNS = {
    "country": ("u1", "smallint"), "sectors": ("u4", "int"), "stage": ("u1", "smallint"), "instr": ("u1", "smallint"),
    "ask": ("f4", "real"), "log_ask": ("f4", "real"), "ret": ("f4", "real"), "readiness": ("f4", "real"),
    "inclusion": ("f4", "real"), "days": ("u2", "smallint"), "verified": ("u1", "boolean"),
}
SETTINGS = {
    "listen_addresses": "127.0.0.1", "shared_buffers": "1GB", "work_mem": "128MB", "effective_cache_size": "4GB",
    "random_page_cost": "1.1", "fsync": "off", "max_parallel_workers_per_gather": "0", "jit": "off",
    "dynamic_shared_memory_type": "mmap", "max_wal_size": "4GB",
}
LONGEST_START = 30.0
CHUNK = 100_000


def tools():
    """The newest server that is installed."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    places = [*reversed(versions), *map(Path, os.environ.get("PATH", "").split(os.pathsep))]
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise SystemExit("PostgreSQL's server programs (initdb, postgres) are not installed: on Debian, apt-get install postgresql")


@contextlib.contextmanager
def serving(data, n):
    """Yields the port of a server with the table `projects_{n}` of the generator's folder."""
    where, programs = Path(tempfile.mkdtemp(prefix="caravanserai-bench-")), tools()
    server = None
    # The server refuses to run as root.
    as_server = ["setpriv", "--pdeathsig=KILL"]
    if os.geteuid() == 0:
        shutil.chown(where, "postgres")
        as_server += ["--reuid=postgres", "--clear-groups"]
    try:
        made = [*as_server, programs / "initdb", "--username=postgres", "--auth=trust", "--no-sync", "--locale=C", "-D", where / "db"]
        subprocess.run(made, cwd=where, stdout=subprocess.DEVNULL, check=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with open(where / "log", "wb") as log:
            server = subprocess.Popen(
                [*as_server, programs / "postgres", "-D", where / "db", "-k", where, "-p", str(port), *settings],
                cwd=where, stdout=log, stderr=log)
        client = ["psql", "-qX", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-v", "ON_ERROR_STOP=1"]
        begun = time.monotonic()
        while subprocess.run([*client, "-c", "select 1"], capture_output=True).returncode != 0:
            if server.poll() is not None or time.monotonic() - begun > LONGEST_START:
                raise SystemExit(f"PostgreSQL does not answer: {(where / 'log').read_text()}")
            time.sleep(0.1)
        load(client, Path(data), n)
        yield port
    finally:
        if server is not None:
            server.kill()
            server.wait()
        shutil.rmtree(where, ignore_errors=True)


def load(client, data, n):
    """Fills the table, from the generator's columns."""
    table = f"projects_{n}"
    columns = ", ".join(f"{name} {kind}" for name, (_, kind) in COLUMNS.items())
    subprocess.run([*client, "-c", f"CREATE UNLOGGED TABLE {table}(id int, {columns})"], check=True)
    read = {name: numpy.fromfile(data / f"p{n}" / f"{name}.bin", "<" + kind) for name, (kind, _) in COLUMNS.items()}
    for name, column in read.items():
        if len(column) != n:
            raise SystemExit(f"{name}.bin holds {len(column)} values, not {n}: make the folder again with gen.py")
    # The table's numbers have a sign, and the bits stay as they are.
    read["sectors"] = read["sectors"].view("<i4")
    copy = subprocess.Popen([*client, "-c", f"COPY {table} FROM STDIN"], stdin=subprocess.PIPE, text=True)
    for start in range(0, n, CHUNK):
        part = [range(start, min(start + CHUNK, n)), *(column[start:start + CHUNK] for column in read.values())]
        copy.stdin.writelines("\t".join(map(str, row)) + "\n" for row in zip(*part))
    copy.stdin.close()
    if copy.wait() != 0:
        raise SystemExit("the table was not filled")
    for statement in (
        f"ALTER TABLE {table} ADD PRIMARY KEY (id)",
        f"CREATE INDEX {table}_gates ON {table}(country, stage, ask)",
        f"CLUSTER {table} USING {table}_gates",
        f"CREATE INDEX ON {table}(ask)",
        f"CREATE INDEX ON {table}(ret)",
        f"VACUUM ANALYZE {table}",
    ):
        subprocess.run([*client, "-c", statement], check=True)
