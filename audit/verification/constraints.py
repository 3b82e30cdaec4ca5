"""Checks the constraints of the log's tables. The owner of the database can add a constraint that refuses some entries,
drop a constraint that prevents duplicates, or change a table so that PostgreSQL empties it after a crash.
"""

import re
from collections.abc import Collection, Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from audit.database import triggers, triggers_postgresql
from audit.models import Entry, Leaf, PersonalText, Seal
from audit.search import TABLE
from audit.verification import constraints_sqlite
from audit.verification.findings import Findings, Kind

_ENTRY = {"PRIMARY KEY (id, at)", "CHECK ((line >= 0))"}
# What must exist on PostgreSQL, as pg_get_constraintdef() writes it. Nothing else may exist.
_ON_POSTGRESQL = {
    triggers.ENTRY: _ENTRY,
    triggers.LEAF: {"PRIMARY KEY (seq)", "UNIQUE (entry_id)"},
    triggers.SEAL: {"PRIMARY KEY (id)"},
    triggers.PERSONAL: {"PRIMARY KEY (commitment)"},
}
# Two types are left out: "t" is a trigger, which protection.py checks. "n" is NOT NULL, which PostgreSQL lists only
# since version 18. The query _COLUMNS finds NOT NULL in all versions.
# https://www.postgresql.org/docs/current/catalog-pg-constraint.html
_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid <> 0 AND contype NOT IN ('t', 'n')"""
# A unique index without a constraint refuses rows too.
_UNIQUE_INDEXES = """
    SELECT indrelid::regclass::text, 'unique index ' || indexrelid::regclass::text FROM pg_index
    WHERE indisunique AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)"""
# Finds the other indexes. For each index, the result has its table, its name with and without the schema, its columns,
# whether it refuses long values, and its expressions and condition. An index refuses each row for which PostgreSQL
# can't calculate an expression or the condition, such as 1 / (actor_id - 5) for the actor 5. Most indexes also refuse
# values of more than 2,700 bytes, but hash indexes don't. Partitions inherit indexes of the table.
# https://www.postgresql.org/docs/current/btree.html
_INDEXES = """
    SELECT indrelid::regclass::text, indexrelid::regclass::text, relname,
        ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY(indkey)),
        amname <> 'hash' AND EXISTS (SELECT FROM pg_attribute
            WHERE attrelid = indrelid AND attnum = ANY(indkey) AND atttypid IN ('text'::regtype, 'bytea'::regtype)),
        concat_ws(' ', pg_get_expr(indexprs, indrelid), pg_get_expr(indpred, indrelid))
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam
    WHERE NOT indisunique AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = indexrelid)"""
# What our expressions and conditions consist of, as PostgreSQL writes them. None of it can fail: `via` is always JSON.
_CANNOT_FAIL = re.compile(
    r"""(?: '(?:[^']|'')*' | \(via\)::json[ ]->>[ ] | ::(?:text|character[ ]varying)\b(?:\[\])? | \|\| | [=(),\[\]\s]
    | \b(?:NOT|AND|IS|NULL|ANY|ARRAY|COALESCE)\b | \b[a-z_]+\b(?!\s*[(.]) )*""",
    re.VERBOSE,
)
_COLUMNS = """
    SELECT attrelid::regclass::text, attname, attnotnull, format_type(atttypid, atttypmod), atthasdef FROM pg_attribute
    WHERE attnum > 0 AND NOT attisdropped AND attrelid = ANY(%s::regclass[])"""
_MODELS = (Entry, Leaf, Seal, PersonalText)
# Our indexes, each with its columns. An index with an expression has the column `id` too.
_OUR_INDEXES: dict[str, set[str]] = {"audit_entry_text": set()} | {
    index.name: {"id", *index.fields} for model in _MODELS for index in model._meta.indexes
}
_THERE = "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p')"
_ON_SQLITE = (constraints_sqlite.strangers, constraints_sqlite.missing)
_UNLOGGED = "SELECT oid::regclass::text FROM pg_class WHERE relpersistence = 'u' AND relkind = 'r'"


def check_constraints(connection: BaseDatabaseWrapper, findings: Findings) -> None:
    """Report constraints that this app didn't create, constraints that are missing, and tables that PostgreSQL empties
    after a crash.
    """
    is_postgresql = connection.vendor == "postgresql"
    find = (_strangers_on_postgresql, _missing_on_postgresql) if is_postgresql else _ON_SQLITE
    strangers, missing = (sorted(set(found(connection))) for found in find)
    for table, what in strangers:
        text = f"This app did not create the {what} on {table}: it may prevent entries from being written."
        findings.add(Kind.UNPROTECTED, text)
    for table, what in missing:
        findings.add(Kind.UNPROTECTED, f"The constraint {what} is missing on {table}: rows could exist twice.")
    for table in sorted(_unlogged(connection)) if is_postgresql else ():
        text = f"{table} is UNLOGGED: PostgreSQL empties it after a crash, and doesn't copy it to replicas."
        findings.add(Kind.UNPROTECTED, text)
    if not is_postgresql and constraints_sqlite.is_search_table_changed(connection):
        text = f"{TABLE} is missing or differs from what this app creates: it may prevent entries from being written."
        findings.add(Kind.UNPROTECTED, text)


def _expected(connection: BaseDatabaseWrapper) -> dict[str, set[str]]:
    return _ON_POSTGRESQL | dict.fromkeys(triggers_postgresql.months(connection), _ENTRY)


def _strangers_on_postgresql(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    expected = _expected(connection)
    for table, name, definition in _rows(connection, _CONSTRAINTS):
        if table in expected and definition not in expected[table]:
            yield table, f"constraint {name}"
    yield from ((table, what) for table, what in _rows(connection, _UNIQUE_INDEXES) if table in expected)
    for table, name, bare_name, columns, is_for_short, calculated in _rows(connection, _INDEXES):
        if bare_name in _OUR_INDEXES:
            is_harmless = set(columns) <= _OUR_INDEXES[bare_name] and bool(_CANNOT_FAIL.fullmatch(calculated))
        else:
            is_harmless = not calculated and not is_for_short
        if table in expected and not is_harmless:
            yield table, f"index {name}"
    yield from _other_columns(connection, expected)


def _other_columns(connection: BaseDatabaseWrapper, tables: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the columns on PostgreSQL that can prevent entries from being written. One of our columns can do so if it
    refuses NULL although this app needs NULL there, or if it has a wrong type: for example, a type that is too short
    refuses long texts. A column that this app didn't create can do so if it refuses NULL, has a default or is
    generated, because PostgreSQL can fail to calculate the value.
    """
    models = {model._meta.db_table: model for model in _MODELS}
    there = [table for (table,) in _rows(connection, _THERE) if table in tables]
    for table, column, is_required, kind, has_default in _rows(connection, _COLUMNS, there):
        fields = {field.column: field for field in models.get(table, Entry)._meta.concrete_fields}
        if column not in fields:
            if is_required or has_default:
                yield table, f"column {column}"
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


def _rows(connection: BaseDatabaseWrapper, sql: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        found: list[Any] = cursor.fetchall()
    return found
