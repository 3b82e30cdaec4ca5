"""Runs the contestants, and compares them with the floor: `python -m benchmarks.audit_writes [--rounds N]`."""

import argparse
import os
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from benchmarks import audit_writes
from benchmarks.audit_writes.peers import APPS as PEERS
from tests.run import postgres_url

ROOT = Path(__file__).resolve().parents[2]
PEERS_VENV = ROOT / "var" / "bench-peers"
PACKAGES = (
    "Django==5.2.19",
    "psycopg[binary]==3.3.*",
    "django-simple-history==3.13.0",
    "django-auditlog==3.4.1",
    "django-reversion==6.4.0",
    "django-easy-audit==1.3.9",
    "django-pghistory==3.9.2",
)
MOST_ONE_CELL = {"sqlite": 3.5, "postgresql": 3.0}  # the most time for one edit, as a multiple of the INSERT's
MOST_BULK = 2.0  # the most time for a bulk edit, as a multiple of the time to INSERT as many rows
LEAST_CHAINED = 0.5  # the throughput with the chain should be at least this part of the throughput without
WRITERS = 8
SECONDS = 1.0


class Contestant:
    """The process of a contestant. It repeats its work when it gets a command on its standard input."""

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, *command] if command[0] == "-m" else command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | environment,
        )
        if self._answer() != "ready":
            raise SystemExit(f"{' '.join(command)} did not start.")

    def tell(self, line: str) -> None:
        assert self._process.stdin
        print(line, file=self._process.stdin, flush=True)

    def seconds(self, times: int) -> float:
        """Let the process repeat its work `times` times. Return the seconds per repetition."""
        self.tell(str(times))
        return float(self._answer()) / times

    def count(self) -> float:
        """Return how often the process has repeated its work. Call this after tell("for 5"), which lets the process
        work for 5 seconds.
        """
        return float(self._answer())

    def stop(self) -> None:
        self._process.communicate()

    def _answer(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


def main() -> int:
    parser = argparse.ArgumentParser("python -m benchmarks.audit_writes", description=audit_writes.__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    make_peers()
    missed = 0
    with databases() as urls:
        for vendor, (ours, theirs) in urls.items():
            print(f"\n{vendor}", flush=True)
            environment = {"DATABASE_URL": ours, "SMARTSHEET_REGION": "sandbox"}
            subprocess.run(
                [sys.executable, "-m", "benchmarks.audit_writes.floor", "make"],
                check=True,
                cwd=ROOT,
                env=os.environ | environment,
            )
            missed += one_cell(vendor, environment, theirs, rounds)
            missed += bulk(environment, max(rounds // 3, 3))
            if vendor == "postgresql":
                missed += many_writers(environment, max(rounds // 3, 3))
    return 1 if missed else 0


def one_cell(vendor: str, environment: Mapping[str, str], theirs: Mapping[str, str], rounds: int) -> int:
    print("  One change, one person", flush=True)
    with ExitStack() as stack:
        contestants = {
            name: started(stack, ["-m", "benchmarks.audit_writes.ours", name], environment)
            for name in ("insert", "edit")
        }
        for name, url in theirs.items():
            command = [
                str(PEERS_VENV / "bin" / "python"),
                "-W",
                "ignore",
                "-m",
                "benchmarks.audit_writes.peers",
                name,
                url,
            ]
            contestants[name] = started(stack, command, {})
        times: dict[str, list[float]] = {name: [] for name in contestants}
        for _ in range(rounds):
            for name, contestant in contestants.items():
                times[name].append(contestant.seconds(40))
    floor = median(times.pop("insert"))
    print(f"    {'raw INSERT':<28}{1000 * floor:>9.2f} ms")
    for name, seconds in times.items():
        ratio = median(seconds) / floor
        most = MOST_ONE_CELL[vendor]
        goal = f" (goal: at most {most})" if name == "edit" else ""
        label = "one edit, intent + outcome" if name == "edit" else f"{name}, one save"
        print(f"    {label:<28}{1000 * median(seconds):>9.2f} ms {ratio:>7.2f} x{goal}", flush=True)
    return int(median(times["edit"]) > MOST_ONE_CELL[vendor] * floor)


def bulk(environment: Mapping[str, str], rounds: int) -> int:
    print("  500 rows of 10 cells, intents and outcomes, 5,500 entries", flush=True)
    with ExitStack() as stack:
        floor, ours = (
            started(stack, ["-m", "benchmarks.audit_writes.ours", name], environment)
            for name in ("bulk_insert", "bulk_edit")
        )
        pairs = [(floor.seconds(1), ours.seconds(1)) for _ in range(rounds)]
    least, taken = (median(times) for times in zip(*pairs, strict=True))
    print(f"    {'raw multi-row INSERT':<28}{1000 * least:>9.0f} ms")
    print(
        f"    {'one edit':<28}{1000 * taken:>9.0f} ms {taken / least:>7.2f} x (goal: at most {MOST_BULK})", flush=True
    )
    return int(taken > MOST_BULK * least)


def many_writers(environment: Mapping[str, str], rounds: int) -> int:
    print(f"  {WRITERS} processes at the same time, edits per second", flush=True)
    rates: dict[str, list[float]] = {"unchain": [], "chain": []}
    with ExitStack() as stack:
        writers = [started(stack, ["-m", "benchmarks.audit_writes.ours", "edit"], environment) for _ in range(WRITERS)]
        for _ in range(rounds):
            for state, found in rates.items():
                subprocess.run(
                    [sys.executable, "-m", "benchmarks.audit_writes.floor", state],
                    check=True,
                    cwd=ROOT,
                    env=os.environ | environment,
                )
                for writer in writers:
                    writer.tell(f"for {SECONDS}")
                found.append(sum(writer.count() for writer in writers) / SECONDS)
    without, chained = median(rates["unchain"]), median(rates["chain"])
    print(f"    {'without the chain':<28}{without:>9,.0f}")
    print(
        f"    {'chained':<28}{chained:>9,.0f}    {chained / without:>7.2f} x (goal: at least {LEAST_CHAINED})",
        flush=True,
    )
    return int(chained < LEAST_CHAINED * without)


def started(stack: ExitStack, command: list[str], environment: Mapping[str, str]) -> Contestant:
    contestant = Contestant(command, environment)
    stack.callback(contestant.stop)
    return contestant


def make_peers() -> None:
    """Create the virtual environment with the audit packages, unless it exists and has the right versions of the
    packages.
    """
    wanted, stamp = "\n".join(PACKAGES), PEERS_VENV / "packages"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Installing the packages that the log is measured against", flush=True)
    venv.create(PEERS_VENV, with_pip=True, clear=True)
    python = PEERS_VENV / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *PACKAGES], check=True)
    stamp.write_text(wanted)


@contextmanager
def databases() -> Iterator[dict[str, tuple[str, dict[str, str]]]]:
    """Create databases for our log and for each package. Yield a dict with the key "sqlite". If there is a PostgreSQL
    server, the dict also has the key "postgresql". Each value has the URL for our log, and a dict with the URL for each
    package. All databases are dropped at the end.
    """
    with TemporaryDirectory(dir=ROOT / "var") as folder, ExitStack() as stack:
        sqlite = {name: f"sqlite:///{folder}/{name}.sqlite3" for name in ("ours", *PEERS) if name != "pghistory"}
        found = {"sqlite": (sqlite.pop("ours"), sqlite)}
        server = postgres_url()
        if server:
            postgres = {
                name: stack.enter_context(database(server, f"byline_bench_{name}")) for name in ("ours", *PEERS)
            }
            found["postgresql"] = (postgres.pop("ours"), postgres)
        yield found


@contextmanager
def database(server: str, name: str) -> Iterator[str]:
    name = name.replace("-", "_")
    with psycopg.connect(server, autocommit=True) as admin:
        for statement in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}"):
            admin.execute(sql.SQL(statement).format(sql.Identifier(name)))
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


if __name__ == "__main__":
    sys.exit(main())
