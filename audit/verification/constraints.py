"""Checks the constraints of the log's tables. The owner of the database can add a constraint that refuses some entries,
drop a constraint that prevents duplicates, or change a table so that PostgreSQL empties it after a crash.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from audit.database import triggers, triggers_postgresql
from audit.models import Entry, Leaf, PersonalText, Seal
from audit.verification.findings import Findings, Kind

_ENTRY = {"PRIMARY KEY (id, at)", "CHECK ((line >= 0))"}
# What must exist on PostgreSQL, as pg_get_constraintdef() writes it. Nothing else may exist.
_ON_POSTGRESQL = {
    triggers.ENTRY: _ENTRY,
    triggers.LEAF: {"PRIMARY KEY (seq)", "UNIQUE (entry_id)"},
    triggers.SEAL: {"PRIMARY KEY (id)"},
    triggers.PERSONAL: {"PRIMARY KEY (commitment)"},
}
# What must exist on SQLite, and its columns. Nothing else may exist, except for the check of the column `line`.
_ON_SQLITE = {
    triggers.ENTRY: {("primary key", ("id",))},
    triggers.LEAF: {("primary key", ("seq",)), ("unique constraint", ("entry_id",))},
    triggers.SEAL: {("primary key", ("id",))},
    triggers.PERSONAL: {("primary key", ("commitment",))},
}
# "t" are triggers, which protection.py checks. "n" are columns that can't be NULL, which PostgreSQL 18 lists here.
# https://www.postgresql.org/docs/current/catalog-pg-constraint.html
_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid <> 0 AND contype NOT IN ('t', 'n')"""
# A unique index without a constraint refuses rows too. An index with an expression or a condition refuses each row for
# which PostgreSQL can't calculate them, such as 1 / (actor_id - 5) for the actor 5. Partitions inherit indexes of the
# table.
_INDEXES = """
    SELECT indrelid::regclass::text, 'unique index ' || indexrelid::regclass::text FROM pg_index
    WHERE indisunique AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
    UNION ALL SELECT indrelid::regclass::text, 'index ' || indexrelid::regclass::text
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE NOT indisunique AND (indexprs IS NOT NULL OR indpred IS NOT NULL) AND relname <> ALL(%s)
        AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = indexrelid)"""
_COLUMNS = """
    SELECT attrelid::regclass::text, attname, attnotnull, format_type(atttypid, atttypmod) FROM pg_attribute
    WHERE attnum > 0 AND NOT attisdropped AND attrelid = ANY(%s::regclass[])"""
_MODELS = (Entry, Leaf, Seal, PersonalText)
_OUR_INDEXES = ["audit_entry_text", *(index.name for model in _MODELS for index in model._meta.indexes)]
_THERE = "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p')"
_SQL_ON_SQLITE = "SELECT type, name, sql FROM sqlite_master WHERE lower(tbl_name) = %s AND sql IS NOT NULL"
# Django's get_constraints() isn't used on SQLite. It parses the SQL of the tables, which took 0.1 s per verification.
# https://www.sqlite.org/pragma.html#pragma_index_list
_KEY_ON_SQLITE = "SELECT name FROM pragma_table_info(%s) WHERE pk ORDER BY pk"
_UNIQUE_ON_SQLITE = """
    SELECT list.name, info.name FROM pragma_index_list(%s) AS list, pragma_index_info(list.name) AS info
    WHERE list."unique" AND list.origin <> 'pk' ORDER BY list.seq, info.seqno"""
# Rules that can refuse rows, drop them or fail. ON CONFLICT IGNORE drops rows, for example.
# https://www.sqlite.org/lang_createtable.html
_RULES = re.compile(r"\b(check|references|conflict|collate|generated|as)\b", re.IGNORECASE)
_REQUIRED_ON_SQLITE = 'SELECT name FROM pragma_table_info(%s) WHERE "notnull"'
_UNLOGGED = "SELECT oid::regclass::text FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r'"


def check_constraints(connection: BaseDatabaseWrapper, findings: Findings) -> None:
    """Report constraints that this app didn't create, constraints that are missing, and tables that PostgreSQL empties
    after a crash.
    """
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
    yield from ((table, what) for table, what in _rows(connection, _INDEXES, _OUR_INDEXES) if table in expected)
    yield from _other_columns(connection, expected)


def _other_columns(connection: BaseDatabaseWrapper, tables: Collection[str]) -> Iterator[tuple[str, str]]:
    """Columns on PostgreSQL that refuse NULL although this app needs NULL there, and columns with a wrong type. For
    example, a type that is too short refuses long texts.
    """
    models = {model._meta.db_table: model for model in _MODELS}
    there = [table for (table,) in _rows(connection, _THERE) if table in tables]
    for table, column, is_required, kind in _rows(connection, _COLUMNS, there):
        fields = {field.column: field for field in models.get(table, Entry)._meta.concrete_fields}
        if column not in fields:
            continue
        if is_required and fields[column].null:
            yield table, f"rule NOT NULL for the column {column}"
        usual = str(fields[column].db_type(connection)).replace("varchar", "character varying")
        if kind not in {usual, "text"} and table in models:  # all partitions have the types of their table
            yield table, f"type {kind} for the column {column}"


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
    for model in _MODELS:
        table = model._meta.db_table
        others = _on_sqlite(connection, table) - _ON_SQLITE[table]
        yield from ((table, f"{what} on {', '.join(dict.fromkeys(columns))}") for what, columns in others)
        rows = _rows(connection, _SQL_ON_SQLITE, table)
        yield from ((table, f"rule {rule}") for kind, _, sql in rows if kind == "table" for rule in _other_rules(sql))
        for name in [name for kind, name, sql in rows if kind == "index" and _has_expression(sql)]:
            if name not in _OUR_INDEXES:
                yield table, f"index {name}"
        required = {column for (column,) in _rows(connection, _REQUIRED_ON_SQLITE, table)}
        for field in model._meta.concrete_fields:
            if field.null and field.column in required:
                yield table, f"rule NOT NULL for the column {field.column}"


def _other_rules(sql: str) -> set[str]:
    """The keywords, in this SQL of a table, of rules that this app didn't create. The app's only rule of these kinds is
    the check of the column `line`.
    """
    found = Counter("GENERATED" if word.upper() == "AS" else word.upper() for word in _RULES.findall(sql))
    found["CHECK"] -= _bare(sql).count("check(line>=0)")
    return {word for word, count in found.items() if count > 0}


def _bare(sql: str) -> str:
    return re.sub(r'[\s"`\[\]]', "", sql).lower()


def _has_expression(sql: str) -> bool:
    """Whether this SQL of an index has an expression or a condition."""
    return _bare(sql).count("(") > 1 or ")where" in _bare(sql)


def _missing_on_sqlite(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    there = set(connection.introspection.table_names())
    for table, expected in _ON_SQLITE.items():
        for what, columns in expected - _on_sqlite(connection, table) if table in there else ():
            yield table, f"{what} on {', '.join(columns)}"


def _on_sqlite(connection: BaseDatabaseWrapper, table: str) -> set[tuple[str, tuple[str, ...]]]:
    """The primary key and the unique constraints and indexes of a table, with their columns. Indexes with expressions
    are left out.
    """
    unique: dict[str, list[str | None]] = {}
    for index, column in _rows(connection, _UNIQUE_ON_SQLITE, table):
        unique.setdefault(index, []).append(column)  # None is an expression
    found = {("unique constraint", tuple(filter(None, of))) for of in unique.values() if None not in of}
    key = tuple(column for (column,) in _rows(connection, _KEY_ON_SQLITE, table))
    return found | ({("primary key", key)} if key else set())


def _rows(connection: BaseDatabaseWrapper, sql: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        found: list[Any] = cursor.fetchall()
    return found
