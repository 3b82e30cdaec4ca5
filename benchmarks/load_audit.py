"""Fills an audit log: `python -m benchmarks.load_audit --entries 10000000 --database postgres://…`.

The database has to be empty. The benchmark migrates it first. The entries span the last 24 months. They have correct
leaves, links and commitments, and are sealed, like entries that the app writes. While the entries are loaded, the log
has no triggers. The indexes are dropped before the entries are loaded, and created again at the end, because loading
without indexes takes less time.
"""

import argparse
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from psycopg import Cursor

    from benchmarks.imagined_log import ImaginedLog

AT_ONCE = 5_000  # the most entries per block
LARGE_MEMORY = ("SET maintenance_work_mem = '1GB'", "SET synchronous_commit = off")


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.load_audit", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--database", required=True, help="postgres://… of an empty database")
    chosen = parser.parse_args()
    prepare(chosen.database)
    load(chosen.entries)


def prepare(database: str) -> None:
    """Make Django use this database, and migrate it."""
    import django
    from django.core.management import call_command

    os.environ["DATABASE_URL"] = database
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    call_command("migrate", verbosity=0)


def load(entries: int) -> None:
    """Load about `entries` entries. There can be a few more, because the last edit is written completely."""
    from django.db import connection

    from audit.proof import seals
    from benchmarks.imagined_log import ImaginedLog
    from tests.append_only import lifted

    if connection.vendor != "postgresql":
        raise SystemExit("This benchmark needs PostgreSQL, because it loads entries with COPY.")
    log = ImaginedLog(entries)
    begun = monotonic()
    with lifted(connection), connection.cursor() as cursor:
        for statement in LARGE_MEMORY:
            cursor.execute(statement)
        cursor.execute("SELECT audit_add_partition(to_timestamp(m)) FROM unnest(%s) AS m", [log.months()])
        definitions = _take_indexes_down(connection)
        _stream(cursor.cursor, log)
        print(f"{log.last_id:,} entries in {monotonic() - begun:,.0f} s; now the indexes", flush=True)
        for definition in definitions:
            cursor.execute(definition)
            print(f"{monotonic() - begun:6,.0f} s  {definition[:100]}", flush=True)
        cursor.execute("SELECT setval('audit_entry_id_seq', %s)", [log.last_id])
        cursor.execute("VACUUM ANALYZE")
    print(f"{monotonic() - begun:6,.0f} s  sealing", flush=True)
    for _seal in seals.seal_all():
        pass
    print(f"ready after {monotonic() - begun:,.0f} s", flush=True)


def _take_indexes_down(connection: "BaseDatabaseWrapper") -> list[str]:
    """Drop the log's indexes, except primary keys. Return the statements that create the indexes again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " WHERE i.indrelid = 'audit_entry'::regclass AND NOT i.indisprimary"
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f"DROP INDEX {name}")
    return [definition.replace(" ON ONLY ", " ON ") for _, definition in found]


def _stream(cursor: "Cursor", log: "ImaginedLog") -> None:
    _copy(cursor, "audit_personaltext", log.PERSONAL_COLUMNS, log.personal_texts())
    _copy(cursor, "audit_known", log.KNOWN_COLUMNS, log.known())
    _copy(cursor, "audit_entry", log.COLUMNS, _with_progress(log.entries(), log.wanted))
    _copy(cursor, "audit_leaf", log.LEAF_COLUMNS, log.links())


def _copy(cursor: "Cursor", table: str, columns: Iterable[str], lines: Iterator[str]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        while block := list(islice(lines, AT_ONCE)):
            copy.write("".join(block))


def _with_progress(lines: Iterator[str], wanted: int) -> Iterator[str]:
    begun = monotonic()
    for number, line in enumerate(lines, 1):
        yield line
        if number % 500_000 == 0:
            print(f"{monotonic() - begun:6,.0f} s  {number:,} of {wanted:,}", flush=True)


if __name__ == "__main__":
    main()
