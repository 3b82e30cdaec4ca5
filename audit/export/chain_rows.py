"""Reads entries in the order of the chain, one window at a time. Exports and streams use this module.

Each window is a short query. So no cursor, transaction or snapshot stays open while a client reads slowly, and memory
use doesn't grow with the log. Entries never change, so all windows together show the log at one moment: just after the
last of their links was written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, Min, OuterRef, QuerySet

from audit.models import Entry, EntryQuerySet, Leaf
from audit.proof import leaves

WINDOW = 5_000  # links in a window, unless the caller chooses another size; rows() has their entries in memory
_EDIT_ID, _IS_HEAD = (leaves.COLUMNS.index(column) for column in ("edit_id", "is_head"))

_AT = {
    "postgresql": """to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
    "sqlite": "replace(entry.at, ' ', 'T') || 'Z'",
}
# "+ 0" prevents PostgreSQL from using the index of ids, in which it would search from the smallest id of the log.
_IDS = "SELECT MIN(entry_id + 0), MAX(entry_id + 0) FROM audit_leaf WHERE seq BETWEEN %s AND %s"
_RECORDS = r"""
    string_agg(sha256('\x00'::bytea || int8send(link.seq) || int8send(entry.id)
        || int8send((extract(epoch FROM entry.at) * 1000000)::bigint) || entry.leaf), ''::bytea ORDER BY link.seq)"""


@dataclass(frozen=True, slots=True)
class Window:
    """A range of links in the chain, with the smallest and the largest id of their entries."""

    first_seq: int
    last_seq: int
    first_id: int
    last_id: int


class Query(NamedTuple):
    """An SQL query and its parameters."""

    sql: str
    parameters: list[Any]


class Row(NamedTuple):
    """An entry and its place in the chain. `values` are in the order of leaves.COLUMNS. `at` is ISO 8601 in UTC."""

    seq: int
    id: int
    at: str
    leaf: bytes
    values: list[Any]


def last_seq() -> int:
    """The place of the chain's last link; 0 if the chain is empty."""
    return Leaf.objects.order_by("-seq").values_list("seq", flat=True).first() or 0


def windows(*, first_seq: int, last_seq: int, size: int = WINDOW) -> Iterator[Window]:
    """Windows of `size` links each, which together cover the chain from `first_seq` to `last_seq`. A window without
    entries is left out.
    """
    for first in range(first_seq, last_seq + 1, size):
        last = min(first + size - 1, last_seq)
        with connection.cursor() as cursor:
            cursor.execute(_IDS, [first, last])
            ids = cursor.fetchone()
        if ids[0] is not None:
            yield Window(first, last, *ids)


def query(
    entries: EntryQuerySet, window: Window, *, select: str, joins: str = "", matching: EntryQuerySet | None = None
) -> Query | None:
    """The SQL query that reads the `entries` of this window, in the order of the chain. The result is None if no entry
    can match.

    `select` is the SQL of the query's columns, and `joins` is the SQL that adds further tables. Both can use the
    columns of `link` (the table audit_leaf) and of `entry`. With `matching`, an edit is read only if at least one of
    its entries is in `matching`.
    """
    in_window = entries.filter(id__range=(window.first_id, window.last_id)).order_by()
    if matching is not None:
        in_window = in_window.filter(edit_id__in=_edits_with(matching, in_window))
    try:
        sql, parameters = in_window.values("id", "at", "leaf", *leaves.COLUMNS).query.sql_with_params()
    except EmptyResultSet:
        return None
    whole = f"""
        SELECT {select} FROM audit_leaf AS link JOIN ({sql}) AS entry ON entry.id = link.entry_id {joins}
        WHERE link.seq BETWEEN %s AND %s ORDER BY link.seq"""  # noqa: S608 # our own names, and SQL that the ORM made
    return Query(whole, [*parameters, window.first_seq, window.last_seq])


def rows(entries: EntryQuerySet, window: Window, *, matching: EntryQuerySet | None = None) -> list[Row]:
    """The entries in the window, in the order of the chain. `matching` has the same meaning as in query()."""
    columns = ", ".join(f"entry.{column}" for column in leaves.COLUMNS)
    select = f"link.seq, entry.id, {_AT[connection.vendor]}, entry.leaf, {columns}"
    found = query(entries, window, select=select, matching=matching)
    if found is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*found)
        return [_row(*values) for values in cursor.fetchall()]


def records(*, first_seq: int, last_seq: int) -> bytes:
    """The records (leaves.record) of these links, 32 bytes for each. Links whose entries were retired are skipped."""
    return b"".join(_records(window) for window in windows(first_seq=first_seq, last_seq=last_seq))


def _edits_with(matching: EntryQuerySet, in_window: EntryQuerySet) -> QuerySet[Entry, UUID]:
    """The edits in the window that have a matching entry. An edit can have 5,000 cells, so each edit is checked once,
    not once for each entry.
    """
    first_of_each = in_window.values("edit_id").annotate(first=Min("id")).values("first")
    has_match = Exists(matching.filter(edit_id=OuterRef("edit_id")))
    return Entry.objects.filter(has_match, id__in=first_of_each).values_list("edit_id", flat=True)


def _records(window: Window) -> bytes:
    is_postgresql = connection.vendor == "postgresql"
    select = _RECORDS if is_postgresql else f"link.seq, entry.id, {_AT[connection.vendor]}, entry.leaf"
    sql = f"""
        SELECT {select} FROM audit_leaf AS link JOIN audit_entry AS entry ON entry.id = link.entry_id
        WHERE link.seq BETWEEN %s AND %s AND entry.id BETWEEN %s AND %s"""  # noqa: S608 # our own names
    bounds = [window.first_seq, window.last_seq, window.first_id, window.last_id]
    with connection.cursor() as cursor:
        if is_postgresql:
            cursor.execute(sql, bounds)
            return cursor.fetchone()[0] or b""
        cursor.execute(f"{sql} ORDER BY link.seq", bounds)
        return b"".join(_record(*row) for row in cursor.fetchall())


def _record(seq: int, entry_id: int, at: str, leaf: bytes) -> bytes:
    moment = leaves.microseconds(datetime.fromisoformat(at))
    return leaves.record(seq=seq, entry_id=entry_id, at=moment, leaf=leaf)


def _row(seq: int, entry_id: int, at: str, leaf: bytes, *columns: Any) -> Row:
    values = list(columns)
    if isinstance(values[_EDIT_ID], UUID):
        values[_EDIT_ID] = values[_EDIT_ID].hex
    values[_IS_HEAD] = bool(values[_IS_HEAD])
    return Row(seq, entry_id, at, leaf, values)
