"""Append-only, timed by the database's own clock and chained at commit: enforced by triggers, on SQLite and PostgreSQL.

The triggers stand from the first migration and are put back after every migrate, since SQLite drops them when a
migration rebuilds a table. Nothing reads a switch: whoever may not change the tables' structure cannot go round them.
The tables of django-simple-history, whatever app they are of, are protected in the same way, except that what they say
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
# With the columns of which no two rows have the same, the primary key first.
APPEND_ONLY: Mapping[str, Sequence[str]] = {ENTRY: ["id"], LEAF: ["seq", "entry_id"], SEAL: ["id"]}


class Trigger(NamedTuple):
    """A trigger by name, the table that it stands on, and the SQL that makes it."""

    table: str
    name: str
    sql: str


class UnsupportedDatabase(Exception):
    """The log cannot be protected on this database; SQLite and PostgreSQL are known."""


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers on the tables, in place of any that stand there by their names, without a gap between."""
    sql = _sql(connection)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in sql.FUNCTIONS:
            cursor.execute(statement)
        for trigger in expected(connection):
            for statement in sql.replace(table=trigger.table, name=trigger.name, create=trigger.sql):
                cursor.execute(statement)


@contextmanager
def lifted(connection: BaseDatabaseWrapper, tables: Sequence[str]) -> Iterator[None]:
    """These tables without their triggers, for the block: to retire old entries, and on SQLite to blank a history.

    Nobody else sees the tables without their triggers, since it is all one transaction. Joins the one at hand.

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
    """The statements that take the triggers off these tables."""
    sql = _sql(connection)
    wanted = [trigger for trigger in expected(connection) if trigger.table in tables]
    return [sql.drop(table=trigger.table, name=trigger.name) for trigger in wanted]


def expected(connection: BaseDatabaseWrapper) -> list[Trigger]:
    """The triggers that must stand, on those of the tables that have been made."""
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
    """The names of the triggers that must stand."""
    return sorted({trigger.name for trigger in expected(connection)})


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that do not stand, or on PostgreSQL do not fire always; empty when all is well.

    Raises:
        django.db.DatabaseError: the database does not answer.
    """
    standing = _sql(connection).standing(connection)
    return sorted({trigger.name for trigger in expected(connection) if (trigger.table, trigger.name) not in standing})


def is_table_there(connection: BaseDatabaseWrapper) -> bool:
    """Whether the log's tables have been made yet."""
    return {ENTRY, LEAF} <= set(connection.introspection.table_names())


def reinstall(*, using: str, **_kwargs: Any) -> None:
    """The receiver of post_migrate: what a migration dropped stands again, and the coming months are ready."""
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
