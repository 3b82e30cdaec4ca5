"""Checks the constraints of the log's tables. The owner of the database can add a constraint that refuses some entries,
drop a constraint that prevents doubles, or let a crash empty a table.
"""

from collections.abc import Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from audit.database import triggers, triggers_postgresql
from audit.models import Entry
from audit.verification.findings import Findings, Kind

_ENTRY = {"PRIMARY KEY (id, at)", "CHECK ((line >= 0))"}
# What must exist on PostgreSQL, as pg_get_constraintdef() writes it. Nothing else may exist.
_ON_POSTGRESQL = {
    triggers.ENTRY: _ENTRY,
    triggers.LEAF: {"PRIMARY KEY (seq)", "UNIQUE (entry_id)"},
    triggers.SEAL: {"PRIMARY KEY (id)"},
    triggers.PERSONAL: {"PRIMARY KEY (commitment)"},
}
# The columns of what must exist on SQLite, and what it is. Nothing else may exist.
_ON_SQLITE = {
    triggers.ENTRY: {("primary key", ("id",)), ("check", ("line",))},
    triggers.LEAF: {("primary key", ("seq",)), ("unique constraint", ("entry_id",))},
    triggers.SEAL: {("primary key", ("id",))},
    triggers.PERSONAL: {("primary key", ("commitment",))},
}
# "t" are triggers, which protection.py checks. "n" are columns that can't be NULL, which PostgreSQL 18 lists here.
# https://www.postgresql.org/docs/current/catalog-pg-constraint.html
_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid <> 0 AND contype NOT IN ('t', 'n')"""
# A unique index without a constraint refuses rows too, and so does a column that can't be NULL.
_UNIQUE = """
    SELECT indrelid::regclass::text, 'unique index ' || indexrelid::regclass::text FROM pg_index
    WHERE indisunique AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
    UNION ALL SELECT attrelid::regclass::text, 'rule NOT NULL for the column ' || attname FROM pg_attribute
    WHERE attnotnull AND attrelid = to_regclass('audit_entry') AND attname = ANY(%s)"""
_UNLOGGED = "SELECT oid::regclass::text FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r'"


def check_constraints(connection: BaseDatabaseWrapper, findings: Findings) -> None:
    """Report constraints that this app didn't create, constraints that are missing, and tables that a crash empties."""
    is_postgresql = connection.vendor == "postgresql"
    for table, what in sorted(
        _strangers_on_postgresql(connection) if is_postgresql else _strangers_on_sqlite(connection)
    ):
        text = f"This app did not create the {what} on {table}: it may prevent entries from being written."
        findings.add(Kind.UNPROTECTED, text)
    for table, what in sorted(_missing_on_postgresql(connection) if is_postgresql else _missing_on_sqlite(connection)):
        findings.add(Kind.UNPROTECTED, f"The constraint {what} is missing on {table}: rows could exist twice.")
    for table in sorted(_unlogged(connection)) if is_postgresql else ():
        text = f"{table} is UNLOGGED: PostgreSQL empties it after a crash, and doesn't copy it to replicas."
        findings.add(Kind.UNPROTECTED, text)


def _expected(connection: BaseDatabaseWrapper) -> dict[str, set[str]]:
    return _ON_POSTGRESQL | dict.fromkeys(triggers_postgresql.months(connection), _ENTRY)


def _strangers_on_postgresql(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    expected = _expected(connection)
    for table, name, definition in _rows(connection, _CONSTRAINTS):
        if table in expected and definition not in expected[table]:
            yield table, f"constraint {name}"
    nullable = [field.column for field in Entry._meta.concrete_fields if field.null]
    yield from ((table, what) for table, what in _rows(connection, _UNIQUE, nullable) if table in expected)


def _missing_on_postgresql(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    found: dict[str, set[str]] = {}
    for table, _, definition in _rows(connection, _CONSTRAINTS):
        found.setdefault(table, set()).add(definition)
    there = set(connection.introspection.table_names())
    for table, definitions in _expected(connection).items():
        if table in there or table in found:
            yield from ((table, what) for what in definitions - found.get(table, set()) if not what.startswith("CHECK"))


def _unlogged(connection: BaseDatabaseWrapper) -> set[str]:
    ours = {trigger.table for trigger in triggers.expected(connection)}
    return {table for (table,) in _rows(connection, _UNLOGGED)} & (ours | set(triggers_postgresql.parts(connection)))


def _strangers_on_sqlite(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    for table, expected in _ON_SQLITE.items():
        for what, columns in _on_sqlite(connection, table) - expected:
            yield table, f"{what} on {', '.join(columns)}"


def _missing_on_sqlite(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    there = set(connection.introspection.table_names())
    for table, expected in _ON_SQLITE.items():
        for what, columns in expected - _on_sqlite(connection, table) if table in there else ():
            if what != "check":
                yield table, f"{what} on {', '.join(columns)}"


def _on_sqlite(connection: BaseDatabaseWrapper, table: str) -> set[tuple[str, tuple[str, ...]]]:
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, table).values()
    found = set()
    for one in constraints:
        columns = tuple(one["columns"])
        if one["primary_key"]:
            found.add(("primary key", columns))
        elif one["check"]:
            found.add(("check", columns))
        elif one["unique"]:
            found.add(("unique constraint", columns))
    return found


def _rows(connection: BaseDatabaseWrapper, sql: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        found: list[Any] = cursor.fetchall()
    return found
