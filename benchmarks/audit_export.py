"""Measures speed and memory of exporting the log in the database DATABASE_URL: `python -m benchmarks.audit_export`.

Each export runs in its own process, with the same code as the log's page. It is compared with the least possible work:
reading the same entries with a bare COPY on PostgreSQL, or with a bare SELECT on SQLite.
"""

import json
import os
import resource
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from subprocess import run
from time import perf_counter, process_time

from benchmarks.measure import MEGABYTE

GOALS = {
    ("csv", "postgresql"): 200_000,
    ("csv", "sqlite"): 50_000,
}  # the lowest acceptable number of entries per second
KINDS = ("bare", "csv", "jsonl", "verify")


def main() -> int:
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            command = [sys.executable, "-m", "benchmarks.audit_export", kind, str(Path(folder) / "log.jsonl")]
            done = run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(done.stderr)
            results[kind] = json.loads(done.stdout)
    return 0 if report(results) else 1


def report(results: dict[str, dict[str, float | str]]) -> bool:
    is_met = True
    for kind, found in results.items():
        goal = GOALS.get((kind, str(found["vendor"])), 0)
        is_met &= float(found["rate"]) >= goal
        print(
            f"{kind:8}{float(found['rate']):>12,.0f} entries/s{float(found['size']) / 2**20:>8,.0f} MB"
            f"   peak {float(found['peak']):,.0f} MB, {float(found['grown']):+,.0f} MB"
            f"   {float(found['cpu']):.1f} µs of this process an entry{f'   (goal: {goal:,})' if goal else ''}"
        )
    return is_met


def measured(kind: str, path: Path) -> dict[str, float | str]:
    """Export one format in this process. Return the entries per second, the bytes, the peak memory of the process, and
    how much of this memory the export took.
    """
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["LOG_LEVEL"] = "WARNING"
    django.setup()
    from django.db import connection

    from audit.export.chain_rows import last_seq

    entries = last_seq()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun, busy, size = perf_counter(), process_time(), 0
    with path.open("wb") if kind == "jsonl" else open(os.devnull, "wb") as file:  # noqa: PTH123 # a device, not a path
        for piece in pieces(kind, path):
            size += len(piece)
            file.write(piece)
    seconds, busy = perf_counter() - begun, process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "vendor": connection.vendor,
        "rate": entries / seconds,
        "size": size,
        "peak": peak / MEGABYTE,
        "grown": (peak - before) / MEGABYTE,
        "cpu": busy / entries * 1e6,
    }


def pieces(kind: str, path: Path) -> Iterator[bytes]:
    from audit.export import exports
    from audit.models import Entry
    from audit.recording import THIS_APP
    from audit.vocabulary import Origin

    if kind == "bare":
        return bare()
    if kind == "verify":
        return verified(path)
    selection = exports.Selection(entries=Entry.objects.all(), query={}, is_whole=True)
    return exports.begin(selection, kind=kind, actor=THIS_APP, origin=Origin.COMMAND).pieces


def bare() -> Iterator[bytes]:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.cursor.copy("COPY (SELECT * FROM audit_entry) TO STDOUT (FORMAT csv)") as copy:
                yield from map(bytes, copy)
        else:
            cursor.execute("SELECT * FROM audit_entry")
            while cursor.fetchmany(2000):
                yield b""


def verified(path: Path) -> Iterator[bytes]:
    from audit import verify
    from audit.proof import seal_bytes, seal_keys

    public = seal_bytes.written(seal_keys.private_key().public_key())
    sys.stdout, said = sys.stderr, sys.stdout
    assert verify.main([str(path), "--key", public]) == verify.PROVED
    sys.stdout = said
    yield b""


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measured(sys.argv[1], Path(sys.argv[2]))))
    else:
        sys.exit(main())
