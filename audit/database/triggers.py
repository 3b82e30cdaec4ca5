"""Triggers that make the log append-only, set its times and chain it at commit, on SQLite and PostgreSQL.

The first migration installs them, and every migrate installs them again, because SQLite drops them when a migration
rebuilds a table. No setting switches them off: without the right to change the tables' structure there is no way around
them. The tables of django-simple-history, in whatever app, are protected in the same way, except that what they say
about people can be erased.
https://www.sqlite.org/lang_createtrigger.html
https://www.postgresql.org/docs/current/sql-createtrigger.html
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any, NamedTuple

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from audit import histories
from audit.database import partitions, triggers_postgresql, triggers_sqlite

ENTRY, LEAF, SEAL, PERSONAL = "audit_entry", "audit_leaf", "audit_seal", "audit_personaltext"
# With their unique columns, the primary key first.
APPEND_ONLY: Mapping[str, Sequence[str]] = {ENTRY: ["id"], LEAF: ["seq", "entry_id"], SEAL: ["id"]}


class Trigger(NamedTuple):
    """A trigger's table, name and SQL."""

    table: str
    name: str
    sql: str


class UnsupportedDatabase(Exception):
    """The log can't be protected on this database, only on SQLite and PostgreSQL."""


def install(connection: BaseDatabaseWrapper) -> None:
    """Install the triggers in one transaction, replacing those with the same names."""
    sql = _sql(connection)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in sql.FUNCTIONS:
            cursor.execute(statement)
        for trigger in expected(connection):
            for statement in sql.replace(table=trigger.table, name=trigger.name, create=trigger.sql):
                cursor.execute(statement)


@contextmanager
def lifted(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> Iterator[None]:
    """Remove the triggers of these tables for the block: to retire old entries, and on SQLite to blank a history.

    No one else sees the tables without triggers, because it is one transaction. Joins the current one.

    Raises:
        django.db.DatabaseError: this role does not own the tables.
    """
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            for statement in removal(connection, tables):
                cursor.execute(statement)
        yield
        install(connection)


def removal(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> list[str]:
    """The statements that drop the triggers of these tables."""
    sql = _sql(connection)
    wanted = [trigger for trigger in expected(connection) if trigger.table in tables]
    return [sql.drop(table=trigger.table, name=trigger.name) for trigger in wanted]


def expected(connection: BaseDatabaseWrapper) -> list[Trigger]:
    """The triggers that must exist, on those tables that exist."""
    sql = _sql(connection)
    there = set(connection.introspection.table_names())
    found: list[Trigger] = []
    for table, unique in APPEND_ONLY.items():
        found += [Trigger(table, name, create) for name, create in sql.append_only(table, unique=unique).items()]
    for table, key, personal in histories.tables():
        made = sql.history(table, key=key, personal=personal)
        found += [Trigger(table, name, create) for name, create in made.items()]
    found += [Trigger(PERSONAL, name, create) for name, create in sql.erasable(PERSONAL).items()]
    found += [Trigger(ENTRY, name, create) for name, create in sql.ENTRY.items()]
    of_parts = [
        Trigger(part, name, create) for part in sql.parts(connection) for name, create in sql.part(part).items()
    ]
    return [trigger for trigger in found if trigger.table in there] + of_parts


def names(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that must exist."""
    return sorted({trigger.name for trigger in expected(connection)})


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of triggers that are missing, or that don't always fire on PostgreSQL; empty when all is well.

    Raises:
        django.db.DatabaseError: the database doesn't answer.
    """
    standing = _sql(connection).standing(connection)
    return sorted({trigger.name for trigger in expected(connection) if (trigger.table, trigger.name) not in standing})


def is_table_there(connection: BaseDatabaseWrapper) -> bool:
    """Whether the log's tables exist."""
    return {ENTRY, LEAF} <= set(connection.introspection.table_names())


def reinstall(*, using: str, **_kwargs: Any) -> None:
    """Receives post_migrate: installs the triggers again, and creates upcoming months."""
    connection = connections[using]
    if is_table_there(connection):
        install(connection)
        if connection.vendor == "postgresql":
            partitions.prepare_ahead(connection)


def _sql(connection: BaseDatabaseWrapper) -> ModuleType:
    known = {"sqlite": triggers_sqlite, "postgresql": triggers_postgresql}
    if connection.vendor not in known:
        raise UnsupportedDatabase(connection.vendor)
    return known[connection.vendor]
