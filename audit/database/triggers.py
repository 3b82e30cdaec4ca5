"""Triggers for SQLite and PostgreSQL. They make the log append-only, refuse entries with a wrong time, and link entries
to the chain.

The first migration installs them. Every migrate installs them again, because SQLite drops a table's triggers when a
migration rebuilds the table. No setting disables them: only a role that can change the tables' structure can remove
them. The history tables of django-simple-history in all apps are protected in the same way, but their personal data can
be erased.
https://www.sqlite.org/lang_createtrigger.html https://www.postgresql.org/docs/current/sql-createtrigger.html
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
# Each table with its unique columns. The first of them is the primary key.
APPEND_ONLY: Mapping[str, Sequence[str]] = {ENTRY: ["id"], LEAF: ["seq", "entry_id"], SEAL: ["id"]}


class Trigger(NamedTuple):
    """A trigger: its table, its name, and its SQL."""

    table: str
    name: str
    sql: str


class UnsupportedDatabase(Exception):
    """The database is neither SQLite nor PostgreSQL, so the log can't be protected."""


def install(connection: BaseDatabaseWrapper) -> None:
    """Install the triggers in one transaction. A trigger with the same name is replaced."""
    sql = _sql(connection)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in sql.FUNCTIONS:
            cursor.execute(statement)
        for trigger in expected(connection):
            for statement in sql.replace(table=trigger.table, name=trigger.name, create=trigger.sql):
                cursor.execute(statement)


@contextmanager
def lifted(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> Iterator[None]:
    """Remove the triggers of these tables, run the block, and install the triggers again. Retiring needs this. On
    SQLite, erasing from a history table needs it too.

    No one else sees the tables without triggers, because all of this happens in one transaction. It is a new
    transaction if none is open.

    Raises:
        django.db.DatabaseError: the connected role doesn't own the tables.
    """
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            for statement in removal(connection, tables):
                cursor.execute(statement)
        yield
        install(connection)


def removal(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> list[str]:
    """The SQL statements that drop the triggers of these tables."""
    sql = _sql(connection)
    wanted = [trigger for trigger in expected(connection) if trigger.table in tables]
    return [sql.drop(table=trigger.table, name=trigger.name) for trigger in wanted]


def expected(connection: BaseDatabaseWrapper) -> list[Trigger]:
    """The triggers that the existing tables must have."""
    sql = _sql(connection)
    there = {comparable(table, connection) for table in connection.introspection.table_names()}
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
    return [trigger for trigger in found if comparable(trigger.table, connection) in there] + of_parts


def names(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that must exist."""
    return sorted({trigger.name for trigger in expected(connection)})


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of triggers that are missing. On PostgreSQL a trigger also counts as missing if it isn't set to ENABLE
    ALWAYS.

    Raises:
        django.db.DatabaseError: the database doesn't answer.
    """
    standing = _sql(connection).standing(connection)
    wanted = {(comparable(trigger.table, connection), trigger.name) for trigger in expected(connection)}
    return sorted({name for _, name in wanted - standing})


def comparable(table: str, connection: BaseDatabaseWrapper) -> str:
    """The name of a table, in a form that can be compared with other names. On SQLite, the name is in lower case:
    SQLite ignores case in names, so the log still works after someone renames audit_entry to Audit_Entry.
    """
    return table.lower() if connection.vendor == "sqlite" else table


def is_table_there(connection: BaseDatabaseWrapper) -> bool:
    """Whether the log's tables exist."""
    return {ENTRY, LEAF} <= {comparable(table, connection) for table in connection.introspection.table_names()}


def reinstall(*, using: str, **_kwargs: Any) -> None:
    """Receives the signal post_migrate: installs the triggers again, and creates the partitions of the next months."""
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
