"""Measures the log's page with logs of different sizes: `make bench-audit-pages`.

For each size, a log is loaded into its own database on the server `--server`. A log with 10,000,000 entries takes 8 GB.
Requests to the whole app are measured in a separate process. Then the database is dropped. For each request, three
times are printed in milliseconds. "server" is what PostgreSQL reports for planning and executing all queries of the
request. "waited" is the time that the app waits for the database. It includes writing the entry that says who read the
log. "whole" is the time of the whole response, which is also shown as a multiple of "waited". At the end, Django's
audit packages are measured with 1,000,000 entries. Times differ between machines. So each line ends with a ratio:
"waited" with the largest log divided by "waited" with the smallest log.
"""

import argparse
import json
import os
import subprocess
import sys
from urllib.parse import urlsplit

import psycopg
from psycopg import sql as words

from benchmarks.audit_writes.__main__ import PEERS_VENV, make_peers

SIZES = (100_000, 1_000_000, 10_000_000)
TIMES_SMALLEST = 2.0  # the largest log should take at most this many times as long as the smallest
PEERS_DATABASE = "byline_pages_peers"
MOST = 20.0  # the app should wait at most this many milliseconds for the database: 95th percentile, each size

Figures = dict[str, dict[str, float]]


def main() -> int:
    parser = argparse.ArgumentParser("python -m benchmarks.audit_pages", description=__doc__)
    parser.add_argument(
        "--server", default="postgres://postgres@127.0.0.1:5432", help="the server on which to create databases"
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--times", type=int, default=30, help="how often each request is measured")
    parser.add_argument(
        "--keep", action="store_true", help="use existing databases of the benchmark, and don't drop them"
    )
    chosen = parser.parse_args()
    figures = {size: measured(chosen.server, size, times=chosen.times, keep=chosen.keep) for size in chosen.sizes}
    print_table(figures)
    print_peers(chosen.server)
    return 0 if is_met(figures) else 1


def measured(server: str, size: int, *, times: int, keep: bool) -> Figures:
    """Load a log of this size, unless its database already exists. Measure all requests. Then drop the log's database,
    unless `keep` is true.
    """
    name = f"byline_pages_{size}"
    database = f"{server}/{name}"
    is_new = sql(server, f"SELECT 1 FROM pg_database WHERE datname = '{name}'") == []  # noqa: S608 # our own name
    if is_new:
        sql(server, f"CREATE DATABASE {name}")
    try:
        if is_new:
            print(f"Loading {size:,} entries", flush=True)
            call([sys.executable, "-m", "benchmarks.load_audit", "--entries", str(size), "--database", database])
        done = call([sys.executable, "-m", "benchmarks.audit_questions", str(times)], database)
        found: Figures = json.loads(done)
        return found
    finally:
        if not keep:
            sql(server, f"DROP DATABASE {name}")


def print_peers(server: str) -> None:
    """Measure the pages of Django's audit packages with a million entries, and print the times."""
    make_peers()
    sql(server, f"CREATE DATABASE {PEERS_DATABASE}")
    try:
        command = [str(PEERS_VENV / "bin" / "python"), "-m", "benchmarks.audit_pages_peers"]
        found: Figures = json.loads(call([*command, f"{server}/{PEERS_DATABASE}"]))
    finally:
        sql(server, f"DROP DATABASE {PEERS_DATABASE}")
    print("\nPeers at 1,000,000, ms whole p50 / p95")
    for page, times in found.items():
        print(f"{page:<34}{times['p50']:10,.1f} /{times['p95']:8,.1f}")


def sql(server: str, statement: str) -> list[object]:
    """Run a statement in the server's database `postgres`, and return the rows."""
    address = urlsplit(server)._replace(scheme="postgresql", path="/postgres").geturl()
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.execute(words.SQL(statement))
        return list(cursor.fetchall()) if cursor.description else []


def call(command: list[str], database: str = "") -> str:
    """Run the command and return its output. `database` is the app's database."""
    environment = {**os.environ, "LOG_LEVEL": "ERROR"} | ({"DATABASE_URL": database} if database else {})
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


def print_table(figures: dict[int, Figures]) -> None:
    sizes = list(figures)
    print(f"\n{'ms at p50 / p95':<28}" + "".join(f"{f'{size:,}: server, waited, whole':>48}" for size in sizes))
    for question in figures[sizes[0]]:
        cells = [figures[size][question] for size in sizes]
        kinds = ("server", "waited", "whole")
        shown = ["".join(f"{c[f'{kind}_p50']:6.0f} /{c[f'{kind}_p95']:4.0f}" for kind in kinds) for c in cells]
        shown = [f"{text}  = {c['whole_p50'] / c['waited_p50']:4.1f} x" for text, c in zip(shown, cells, strict=True)]
        ratio = cells[-1]["waited_p95"] / cells[0]["waited_p95"]
        print(f"{question:<28}" + "".join(f"{text:>48}" for text in shown) + f"   x {ratio:.2f}")


def is_met(figures: dict[int, Figures]) -> bool:
    smallest, largest = figures[min(figures)], figures[max(figures)]
    return all(
        largest[question]["waited_p95"] <= min(MOST, TIMES_SMALLEST * smallest[question]["waited_p95"])
        for question in smallest
    )


if __name__ == "__main__":
    sys.exit(main())
