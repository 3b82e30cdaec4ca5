"""Append-only, and timed by the database's own clock: enforced by triggers, on SQLite and PostgreSQL.

The triggers stand from the first migration and are put back after every migrate, since SQLite drops them when a
migration rebuilds the table. Nothing reads a switch: whoever may not change the tables' structure cannot go round them.
https://www.sqlite.org/lang_createtrigger.html
https://www.postgresql.org/docs/current/sql-createtrigger.html
"""

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "audit_entry"

# REPLACE removes the old row without firing a DELETE trigger, so an id that is taken is refused before that. SQLite's
# 'now' stands still within a statement, so that the column's default equals it, and nothing forged does.
SQLITE = {
    "audit_entry_no_update": """
        CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: an entry cannot be changed'); END""",
    "audit_entry_no_delete": """
        CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: an entry cannot be deleted'); END""",
    "audit_entry_no_replace": """
        CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry
        WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: an entry cannot be replaced'); END""",
    "audit_entry_clock": """
        CREATE TRIGGER audit_entry_clock BEFORE INSERT ON audit_entry
        WHEN NEW.at IS NOT STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')
        BEGIN SELECT RAISE(ABORT, 'the time of an audit entry is set by the database alone'); END""",
}

# ALWAYS: they fire under session_replication_role = replica too.
POSTGRESQL_FUNCTIONS = """
    CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit log is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE OR REPLACE FUNCTION audit_entry_set_clock() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.at := clock_timestamp();
        RETURN NEW;
    END $$"""
POSTGRESQL = {
    "audit_entry_no_change": """
        CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON audit_entry
        FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()""",
    "audit_entry_no_truncate": """
        CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry
        FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()""",
    "audit_entry_clock": """
        CREATE TRIGGER audit_entry_clock BEFORE INSERT ON audit_entry
        FOR EACH ROW EXECUTE FUNCTION audit_entry_set_clock()""",
}


class UnsupportedDatabase(Exception):
    """The log cannot be protected on this database; SQLite and PostgreSQL are known."""


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers on the log's table, in place of any that stand there by their names, without a gap between."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in _statements(connection):
            cursor.execute(statement)


def names(connection: BaseDatabaseWrapper) -> list[str]:
    """The triggers that protect the log on this kind of database."""
    return sorted(_triggers(connection))


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that do not stand, or on PostgreSQL do not fire always; empty when all is well.

    Raises:
        django.db.DatabaseError: the database does not answer.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE])
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND tgenabled = 'A'", [TABLE])
        standing = {name for (name,) in cursor.fetchall()}
    return sorted(_triggers(connection).keys() - standing)


def is_table_there(connection: BaseDatabaseWrapper) -> bool:
    """Whether the log's table has been made yet."""
    return TABLE in connection.introspection.table_names()


def reinstall(*, using: str, **_kwargs: Any) -> None:
    """The receiver of post_migrate: what a migration dropped stands again."""
    connection = connections[using]
    if is_table_there(connection):
        install(connection)


def _triggers(connection: BaseDatabaseWrapper) -> dict[str, str]:
    known = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
    if connection.vendor not in known:
        raise UnsupportedDatabase(connection.vendor)
    return known[connection.vendor]


def _statements(connection: BaseDatabaseWrapper) -> list[str]:
    if connection.vendor == "sqlite":
        drop, after, first = "DROP TRIGGER IF EXISTS {name}", [], []
    else:
        drop = f"DROP TRIGGER IF EXISTS {{name}} ON {TABLE}"
        after = [f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {{name}}"]
        first = [POSTGRESQL_FUNCTIONS]
    statements = list(first)
    for name, create in _triggers(connection).items():
        statements += [drop.format(name=name), create, *(step.format(name=name) for step in after)]
    return statements
