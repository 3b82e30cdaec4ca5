"""Finds constraints of the log's tables on SQLite that this app didn't create, and constraints that are missing.

Django's get_constraints() isn't used here. It parses the SQL of the tables, which took 0.1 s per verification. SQLite's
pragmas say almost the same. Some rules of a table have no pragma, so this module looks for their keywords in the
table's SQL.
https://www.sqlite.org/pragma.html#pragma_index_list
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from audit import search
from audit.database import triggers
from audit.models import Entry, Leaf, PersonalText, Seal
from audit.verification.sqlite_sql import tokens, without_quoted

Constraint = tuple[str, tuple[str, ...]]  # what it is, and its columns

_MODELS: tuple[type[Model], ...] = (Entry, Leaf, Seal, PersonalText)
# What must exist, and its columns. Nothing else may exist, except for the check of the column `line`.
_EXPECTED: dict[str, set[Constraint]] = {
    triggers.ENTRY: {("primary key", ("id",))},
    triggers.LEAF: {("primary key", ("seq",)), ("unique constraint", ("entry_id",))},
    triggers.SEAL: {("primary key", ("id",))},
    triggers.PERSONAL: {("primary key", ("commitment",))},
}
_CHECK_OF_LINE = 'CHECK ( "line" > = 0 )'  # as without_quoted() writes it
_NOW = tokens("STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')")  # the default of the column `at`
# The keywords of rules that can refuse rows, drop them or fail. For example, ON CONFLICT IGNORE drops rows. WITHOUT
# ROWID makes our triggers fail, because they use the rowid.
# https://www.sqlite.org/lang_createtable.html
_RULES = re.compile(r"\b(?:CHECK|REFERENCES|CONFLICT|COLLATE|GENERATED|AS|STRICT|WITHOUT)\b")
_NAMES = {"AS": "GENERATED", "WITHOUT": "WITHOUT ROWID"}
# A connection without the collation of an index can't insert rows. Every connection has the collations below.
# https://www.sqlite.org/datatype3.html#collating_sequences
_COLLATIONS = {"BINARY", "NOCASE", "RTRIM"}

_SQL = "SELECT sql FROM sqlite_master WHERE type = 'table' AND lower(name) = %s"
_COLUMNS = 'SELECT name, lower(type), "notnull", dflt_value FROM pragma_table_info(%s)'
_KEY = "SELECT name FROM pragma_table_info(%s) WHERE pk ORDER BY pk"
_INDEXES = """
    SELECT list.name, list."unique", list.partial, master.sql, info.name, info.coll
    FROM pragma_index_list(%s) AS list, pragma_index_xinfo(list.name) AS info
    LEFT JOIN sqlite_master AS master ON master.type = 'index' AND master.name = list.name
    WHERE list.origin <> 'pk' AND info.key ORDER BY list.seq, info.seqno"""
# The search table stores its pieces in other tables, whose SQL depends on SQLite's version.
_PARTS_OF_SEARCH = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND substr(name, 1, length(%s)) = %s"
_ON_PARTS = """
    SELECT type, name, tbl_name FROM sqlite_master
    WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND substr(tbl_name, 1, length(%s)) = %s"""


class _Index(NamedTuple):
    name: str
    is_unique: bool
    is_partial: bool
    sql: str | None  # None if a constraint of the table made the index
    columns: list[str | None]  # None is an expression
    collations: set[str]

    @property
    def constraint(self) -> Constraint | None:
        """The unique constraint that the index enforces. None if the index isn't unique, is for only some rows, has an
        expression, or has another collation than BINARY.
        """
        names = tuple(column for column in self.columns if column is not None)
        is_whole = len(names) == len(self.columns) and not self.is_partial and self.collations == {"BINARY"}
        return ("unique constraint", names) if self.is_unique and is_whole else None

    @property
    def can_refuse(self) -> bool:
        """Whether the index refuses rows, or fails for some rows."""
        return self.is_unique or self.is_partial or None in self.columns or not self.collations <= _COLLATIONS


def strangers(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    """Yield each thing that can prevent entries from being written and that this app didn't create, as a pair of table
    and text.
    """
    for model in _MODELS:
        table = model._meta.db_table
        others = _constraints(connection, table) - _EXPECTED[table]
        yield from ((table, f"{what} on {', '.join(dict.fromkeys(columns))}") for what, columns in others)
        for (sql,) in _rows(connection, _SQL, table):
            yield from ((table, f"rule {rule}") for rule in _other_rules(sql, model))
        yield from ((table, what) for what in _other_indexes(connection, model))
        yield from ((table, what) for what in _other_columns(connection, model))
    prefix = f"{search.TABLE}_"
    for table, sql in _rows(connection, _PARTS_OF_SEARCH, prefix, prefix):
        yield from ((table, f"rule {rule}") for rule in _other_rules(sql) - {"WITHOUT ROWID"})
    yield from ((table, f"{kind} {name}") for kind, name, table in _rows(connection, _ON_PARTS, prefix, prefix))


def missing(connection: BaseDatabaseWrapper) -> Iterator[tuple[str, str]]:
    """Yield the constraints that are missing on tables that exist, as pairs of table and text."""
    for model in _MODELS:
        table = model._meta.db_table
        for (sql,) in _rows(connection, _SQL, table):
            for what, columns in _EXPECTED[table] - _constraints(connection, table):
                yield table, f"{what} on {', '.join(columns)}"
            has_own_ids = model._meta.pk.db_type_suffix(connection) == "AUTOINCREMENT"
            if has_own_ids and "AUTOINCREMENT" not in without_quoted(sql).split():
                yield table, "AUTOINCREMENT"


def is_search_table_changed(connection: BaseDatabaseWrapper) -> bool:
    """Whether the search table is missing, or isn't the one that this app creates. A trigger writes to it."""
    found = [tokens(sql) for (sql,) in _rows(connection, _SQL, search.TABLE)]
    return found != [tokens(search.SQLITE)]


def _other_rules(sql: str, model: type[Model] | None = None) -> set[str]:
    """The rules in a table's SQL that this app didn't create. Among the rules with these keywords, the app creates only
    the check of the column `line`.
    """
    text = without_quoted(sql, keep='"line"')
    if model is Entry:
        text = text.replace(_CHECK_OF_LINE, "")
    return {_NAMES.get(word, word) for word in _RULES.findall(text)}


def _other_columns(connection: BaseDatabaseWrapper, model: type[Model]) -> Iterator[str]:
    """Yield the columns that can prevent entries from being written correctly. One of our columns can do so if it
    refuses NULL although this app writes NULL there, if it has a wrong type, which can change values, or if it has
    another default. A column that this app didn't create can do so if it refuses NULL, or if it has a default, which
    can fail.
    """
    fields = {field.column: field for field in model._meta.concrete_fields}
    for column, kind, is_required, default in _rows(connection, _COLUMNS, model._meta.db_table):
        field = fields.get(column)
        if field is None:
            if is_required or default is not None:
                yield f"column {column}"
            continue
        if is_required and field.null:
            yield f"rule NOT NULL for the column {column}"
        if kind != str(field.db_type(connection)).lower():
            yield f"type {kind} for the column {column}"
        if field.has_db_default() and tokens(default or "") != _NOW:
            yield f"default for the column {column}"


def _other_indexes(connection: BaseDatabaseWrapper, model: type[Model]) -> Iterator[str]:
    """Indexes that can refuse rows, or that fail for some rows. Unique indexes of whole columns are left out, because
    _constraints() finds them.
    """
    ours = {index.name: index for index in model._meta.indexes}
    editor = connection.schema_editor()
    for index in _indexes(connection, model._meta.db_table):
        if index.constraint or not index.can_refuse:
            continue
        expected = ours[index.name].create_sql(model, editor) if index.name in ours else ""
        if tokens(index.sql or "") != tokens(str(expected)):
            yield f"index {index.name}"


def _constraints(connection: BaseDatabaseWrapper, table: str) -> set[Constraint]:
    """The primary key and the unique constraints and indexes of a table."""
    found = {index.constraint for index in _indexes(connection, table) if index.constraint}
    key = tuple(column for (column,) in _rows(connection, _KEY, table))
    return found | ({("primary key", key)} if key else set())


def _indexes(connection: BaseDatabaseWrapper, table: str) -> list[_Index]:
    found: dict[str, _Index] = {}
    for name, is_unique, is_partial, sql, column, collation in _rows(connection, _INDEXES, table):
        index = found.setdefault(name, _Index(name, bool(is_unique), bool(is_partial), sql, [], set()))
        index.columns.append(column)
        index.collations.add(collation.upper())
    return list(found.values())


def _rows(connection: BaseDatabaseWrapper, sql: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[Any] = cursor.fetchall()
    return found
