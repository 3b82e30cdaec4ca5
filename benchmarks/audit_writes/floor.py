"""Prepares the database for the benchmark. The database gets the log, and a plain table with the same columns."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402 # Django is set up first
from django.db import connection  # noqa: E402 # Django is set up first

from audit.database import triggers  # noqa: E402 # Django is set up first
from benchmarks.audit_writes.ours import FLOOR  # noqa: E402 # Django is set up first

NOT_ORDINARY = "gin"  # the kind of index that the plain table doesn't get, because it is for text search


def make() -> None:
    """Migrate the database, and create the plain table. The plain table has the b-tree indexes of the log's table, but
    not the log's triggers.
    """
    call_command("migrate", verbosity=0, skip_checks=True)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {FLOOR}")
        if connection.vendor == "postgresql":
            cursor.execute(f"CREATE TABLE {FLOOR} (LIKE audit_entry INCLUDING DEFAULTS)")
            cursor.execute(
                "SELECT indexdef FROM pg_indexes WHERE tablename = 'audit_entry' AND indexdef NOT LIKE %s",
                [f"%USING {NOT_ORDINARY}%"],
            )
        else:
            cursor.execute(
                "SELECT sql FROM sqlite_master WHERE tbl_name = 'audit_entry' AND type IN ('table', 'index') "
                "AND sql IS NOT NULL ORDER BY type DESC"
            )
        for (sql,) in cursor.fetchall():
            cursor.execute(sql.replace("ON ONLY ", "ON ").replace("audit_entry", FLOOR))


def set_chain(*, is_on: bool) -> None:
    """Create or drop the chain's trigger."""
    if is_on:
        triggers.install(connection)
        return
    on = " ON audit_entry" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER audit_entry_chain{on}")


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make()
    else:
        set_chain(is_on=sys.argv[1] == "chain")
