"""The first entries out of many sheets: the first of each sheet, along its index, and of those the first.

No index serves "one of these hundreds of sheets, newest first": a database either sorts all of their entries or walks
through everybody else's. Asking each sheet for its first few costs as many probes as there are sheets, however long
the log. PostgreSQL calls that LATERAL; SQLite has IN over a correlated query.
https://www.postgresql.org/docs/current/queries-table-expressions.html#QUERIES-LATERAL
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models.expressions import RawSQL

from audit.models import EntryQuerySet

_LATERAL = """
    SELECT slice.id FROM unnest(%s::bigint[]) AS readable(sheet)
    CROSS JOIN LATERAL ({slice}) AS slice(id)"""
_CORRELATED = """
    SELECT entry.id FROM (SELECT value AS sheet FROM json_each(%s)) AS readable
    CROSS JOIN audit_entry AS entry WHERE entry.id IN ({slice})"""


class Branches(NamedTuple):
    """What somebody may read: `own` entries (None: there are none), and those of `others` on these sheets. No entry is
    in both."""

    own: EntryQuerySet | None
    others: EntryQuerySet
    sheet_ids: Sequence[int]


def first_ids(branches: Branches, count: int) -> list[int]:
    """The first `count` ids of all branches together, in their order, which is by id."""
    united, parameters = _united(branches, count)
    if not united:
        return []
    order = "" if branches.others.query.order_by == ("id",) else " DESC"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM ({united}) AS slices ORDER BY id{order} LIMIT %s", [*parameters, count])  # noqa: S608 # SQL that the ORM made
        return [row[0] for row in cursor.fetchall()]


def count(branches: Branches, cap: int) -> int:
    """How many entries there are in all branches, `cap` at most."""
    united, parameters = _united(branches, cap)
    if not united:
        return 0
    sql = f"SELECT COUNT(*) FROM (SELECT id FROM ({united}) AS slices LIMIT %s) AS found"  # noqa: S608 # as above
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, cap])
        return int(cursor.fetchone()[0])


def _united(branches: Branches, size: int) -> tuple[str, list[Any]]:
    """One query for the ids of the first `size` entries of every branch, with its parameters; "" if none can be."""
    parts: list[str] = []
    parameters: list[Any] = []
    is_lateral = connection.vendor == "postgresql"
    sheet = RawSQL("readable.sheet", ())
    slice_, values = _sql(branches.others.filter(sheet_id=sheet), size) if branches.sheet_ids else ("", [])
    if slice_:
        ids = list(branches.sheet_ids)
        parts.append((_LATERAL if is_lateral else _CORRELATED).format(slice=slice_))
        parameters += [ids if is_lateral else json.dumps(ids), *values]
    own, values = _sql(branches.own, size) if branches.own is not None else ("", [])
    if own:
        parts.append(f"SELECT id FROM ({own}) AS own")  # noqa: S608 # as above
        parameters += values
    return " UNION ALL ".join(parts), parameters


def _sql(entries: EntryQuerySet, size: int) -> tuple[str, list[Any]]:
    try:
        sql, values = entries.values("id")[:size].query.sql_with_params()
    except EmptyResultSet:
        return "", []
    return sql, list(values)
