"""Who may read what: one's own entries always, a sheet's entries whoever can open that sheet now, auditors all.

The log knows nobody: two settings name the functions that say who is behind a request (AUDIT_ACTOR) and which sheets
they can open (AUDIT_READABLE_SHEETS). Without them nobody but auditors reads anything. What is about no sheet, such as
sign-ins and changes of this app's own records, is for whom it was written by, and for auditors.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.http import HttpRequest
from django.utils.module_loading import import_string

from audit.conf import settings
from audit.models import Entry, EntryQuerySet
from audit.recording import Actor, nobody

WINDOW = 2_000  # entries looked through one after the other before each sheet's own are asked for
VIEW_ALL = "audit.view_all"

T = TypeVar("T")

# The first entries out of many sheets: the first of each sheet, along its index, and of those the first.
#
# No index serves "one of these hundreds of sheets, newest first": a database either sorts all of their entries or walks
# through everybody else's. Asking each sheet for its first few costs as many probes as there are sheets, however long
# the log. PostgreSQL calls that LATERAL; SQLite has IN over a correlated query.
# https://www.postgresql.org/docs/current/queries-table-expressions.html#QUERIES-LATERAL
_LATERAL = """
    SELECT slice.id FROM unnest(%s::bigint[]) AS readable(sheet)
    CROSS JOIN LATERAL ({slice}) AS slice(id)"""
_CORRELATED = """
    SELECT entry.id FROM (SELECT value AS sheet FROM json_each(%s)) AS readable
    CROSS JOIN audit_entry AS entry WHERE entry.id IN ({slice})"""


class _Branches(NamedTuple):
    """What somebody may read: `own` entries (None: there are none), and those of `others` on these sheets. No entry is
    in both."""

    own: EntryQuerySet | None
    others: EntryQuerySet
    sheet_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class Readable:
    """The sheets of a person's region that they can open now, by id. `why_none` is a sentence where that is unknown;
    `is_being_asked`: it may be known in a moment."""

    sheet_ids: frozenset[int] = frozenset()
    why_none: str = ""
    is_being_asked: bool = False


class Reader:
    """Somebody before a page of the log. Which sheets they can open is asked when it is first needed."""

    def __init__(self, actor: Actor, *, sees_all: bool, readable: Callable[[], Readable]) -> None:
        self.actor = actor
        self.sees_all = sees_all
        self._ask = readable

    @cached_property
    def readable(self) -> Readable:
        """The sheets that the reader can open; none are asked for where the reader sees all."""
        return Readable() if self.sees_all else self._ask()

    @property
    def is_limited_for_now(self) -> bool:
        """Whether the next page may show more."""
        return self.readable.is_being_asked

    @property
    def why_limited(self) -> str:
        """Why only the reader's own entries are shown, as a sentence; "" unless that is so."""
        return self.readable.why_none

    def is_own(self, entry: Entry) -> bool:
        """Whether the reader wrote it; number 0 is nobody in particular."""
        return self._is_self(entry.region, entry.actor_id)

    def may_read(self, entry: Entry) -> bool:
        """Whether the reader may see this entry."""
        return self._may_read(entry.region, entry.actor_id, entry.sheet_id)

    def may_read_sheet(self, sheet_id: int | None, *, region: str) -> bool:
        """Whether the reader may see everybody's entries on this sheet."""
        return self.sees_all or (region == self.actor.region and sheet_id in self.readable.sheet_ids)

    def narrow(self, entries: EntryQuerySet) -> EntryQuerySet:
        """Of these entries those that the reader may see: for few entries, or all of them. Pages ask `take()`."""
        if self.sees_all:
            return entries
        readable = Q(sheet_id__in=self.readable.sheet_ids)
        if self.actor.id:
            readable |= Q(actor_id=self.actor.id)
        return entries.filter(readable, region=self.actor.region)

    def take(self, entries: EntryQuerySet, count: int) -> list[Entry]:
        """The first `count` that the reader may see of these entries, which are ordered by id, either way.

        The cost does not grow with the log: where the first WINDOW entries are mostly other people's, the first of
        each sheet are fetched along its index, and those merged.
        """
        if self.sees_all:
            return list(entries[:count])
        window = list(entries.values_list("region", "actor_id", "sheet_id", "id")[:WINDOW])
        ids = [entry_id for region, actor, sheet, entry_id in window if self._may_read(region, actor, sheet)][:count]
        if len(ids) < count and len(window) == WINDOW:
            ids = _first_ids(self._branches(entries), count)
        return list(entries.filter(pk__in=ids))

    def count(self, entries: EntryQuerySet, *, cap: int) -> int:
        """How many of these entries the reader may see, `cap` at most, at a cost that `cap` bounds."""
        if self.sees_all:
            return entries.order_by()[:cap].count()
        return _count(self._branches(entries.order_by()), cap)

    def _may_read(self, region: str, actor_id: int, sheet_id: int | None) -> bool:
        return self._is_self(region, actor_id) or self.may_read_sheet(sheet_id, region=region)

    def _is_self(self, region: str, actor_id: int) -> bool:
        return bool(self.actor.id) and (actor_id, region) == (self.actor.id, self.actor.region)

    def _branches(self, entries: EntryQuerySet) -> _Branches:
        here = entries.filter(region=self.actor.region)
        own = here.by_actor(self.actor.id) if self.actor.id else None
        others = here.exclude(actor_id=self.actor.id) if self.actor.id else here
        return _Branches(own=own, others=others, sheet_ids=sorted(self.readable.sheet_ids))


def reader_of(request: HttpRequest, *, is_waiting: bool = False) -> Reader:
    """The reader behind a request; the same one however often it is asked for.

    `is_waiting` is for what would be wrong without knowing which sheets they can open: then they wait for the answer.
    Other pages show less.
    """
    reader: Reader | None = getattr(request, "_audit_reader", None)
    if reader is None:
        actor = _wired("AUDIT_ACTOR", request, otherwise=nobody())
        reader = Reader(
            actor,
            sees_all=sees_all(request.user),
            readable=lambda: _wired("AUDIT_READABLE_SHEETS", request, otherwise=Readable(), is_waiting=is_waiting),
        )
        request._audit_reader = reader  # type: ignore[attr-defined]  # kept for the time of the request
    return reader


def sees_all(user: AbstractUser | AnonymousUser) -> bool:
    """Whether this is an auditor."""
    return user.is_active and user.has_perm(VIEW_ALL)


def _wired(setting: str, request: HttpRequest, *, otherwise: T, **options: bool) -> T:
    path = getattr(settings, setting)
    if not path:
        return otherwise
    answer: T = import_string(path)(request, **options)
    return answer


def _first_ids(branches: _Branches, count: int) -> list[int]:
    """The first `count` ids of all branches together, in their order, which is by id."""
    united, parameters = _united(branches, count)
    if not united:
        return []
    order = "" if branches.others.query.order_by == ("id",) else " DESC"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM ({united}) AS slices ORDER BY id{order} LIMIT %s", [*parameters, count])  # noqa: S608 # SQL that the ORM made
        return [row[0] for row in cursor.fetchall()]


def _count(branches: _Branches, cap: int) -> int:
    """How many entries there are in all branches, `cap` at most."""
    united, parameters = _united(branches, cap)
    if not united:
        return 0
    sql = f"SELECT COUNT(*) FROM (SELECT id FROM ({united}) AS slices LIMIT %s) AS found"  # noqa: S608 # as above
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, cap])
        return int(cursor.fetchone()[0])


def _united(branches: _Branches, size: int) -> tuple[str, list[Any]]:
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
