"""Decides which entries a person can read: their own, and those about sheets that they can open now. An auditor can
read all entries.

The log itself doesn't know users. Two settings name functions that return the person behind a request (AUDIT_ACTOR) and
the sheets that this person can open (AUDIT_READABLE_SHEETS). Without these settings only auditors can read entries.
An entry about no sheet, such as a sign-in, can be read by its actor and by auditors.
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

WINDOW = 2_000  # the most entries that are read in order before each sheet is queried separately
VIEW_ALL = "audit.view_all"

T = TypeVar("T")

# A plain query for the newest entries of hundreds of sheets would be slow. No index serves it, so the database would
# sort all entries of these sheets, or read the entries of all other sheets too. The queries below use an index to read
# the first entries of each sheet, and then select the first of all these entries. The cost of these queries doesn't
# grow with the log. On PostgreSQL they need LATERAL; on SQLite a correlated query with IN does the same.
# https://www.postgresql.org/docs/current/queries-table-expressions.html#QUERIES-LATERAL
_LATERAL = """
    SELECT slice.id FROM unnest(%s::bigint[]) AS readable(sheet)
    CROSS JOIN LATERAL ({slice}) AS slice(id)"""
_CORRELATED = """
    SELECT entry.id FROM (SELECT value AS sheet FROM json_each(%s)) AS readable
    CROSS JOIN audit_entry AS entry WHERE entry.id IN ({slice})"""


class _Branches(NamedTuple):
    """The entries to search, in two parts. `own` has the person's own entries, or is None if the person is unknown.
    `others` has the entries of everyone else. From `others`, the person can read only the entries about the sheets
    whose ids are in `sheet_ids`.
    """

    own: EntryQuerySet | None
    others: EntryQuerySet
    sheet_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class Readable:
    """The ids of the sheets that a person can open now. They are all in the person's region. If the sheets are unknown,
    `why_none` is a sentence that says why, and `is_being_asked` says whether this app is waiting for Smartsheet's
    answer.
    """

    sheet_ids: frozenset[int] = frozenset()
    why_none: str = ""
    is_being_asked: bool = False


class Reader:
    """A person who opens a page of the log. The sheets that this person can open are looked up only if the page needs
    them.
    """

    def __init__(self, actor: Actor, *, sees_all: bool, readable: Callable[[], Readable]) -> None:
        self.actor = actor
        self.sees_all = sees_all
        self._ask = readable

    @cached_property
    def readable(self) -> Readable:
        """The sheets that the reader can open. They aren't looked up for an auditor, who can read all entries."""
        return Readable() if self.sees_all else self._ask()

    @property
    def is_limited_for_now(self) -> bool:
        """Whether this app is waiting for Smartsheet to say which sheets the reader can open. If so, the page can show
        more entries when it is opened again later.
        """
        return self.readable.is_being_asked

    @property
    def why_limited(self) -> str:
        """A sentence that says why the page shows only the reader's own entries. It is "" if the page also shows other
        people's entries.
        """
        return self.readable.why_none

    def is_own(self, entry: Entry) -> bool:
        """Whether the reader is the entry's actor. An actor with the id 0 isn't a person, so the result is False."""
        return self._is_self(entry.region, entry.actor_id)

    def may_read(self, entry: Entry) -> bool:
        """Whether the reader can read this entry."""
        return self._may_read(entry.region, entry.actor_id, entry.sheet_id)

    def may_read_sheet(self, sheet_id: int | None, *, region: str) -> bool:
        """Whether the reader can read everyone's entries on this sheet."""
        return self.sees_all or (region == self.actor.region and sheet_id in self.readable.sheet_ids)

    def narrow(self, entries: EntryQuerySet) -> EntryQuerySet:
        """Filter the entries to those that the reader can read. If only the first few entries are needed, `take()` is
        quicker.
        """
        if self.sees_all:
            return entries
        readable = Q(sheet_id__in=self.readable.sheet_ids)
        if self.actor.id:
            readable |= Q(actor_id=self.actor.id)
        return entries.filter(readable, region=self.actor.region)

    def take(self, entries: EntryQuerySet, count: int) -> list[Entry]:
        """The first `count` entries that the reader can read. `entries` must be in ascending or descending order of id.

        First, this method reads only the first WINDOW entries. If the reader can read fewer than `count` of them, the
        method uses an index to read the first entries of each sheet that the reader can open, and merges the results.
        So the cost doesn't grow with the log.
        """
        if self.sees_all:
            return list(entries[:count])
        window = list(entries.values_list("region", "actor_id", "sheet_id", "id")[:WINDOW])
        ids = [entry_id for region, actor, sheet, entry_id in window if self._may_read(region, actor, sheet)][:count]
        if len(ids) < count and len(window) == WINDOW:
            ids = _first_ids(self._branches(entries), count)
        return list(entries.filter(pk__in=ids))

    def count(self, entries: EntryQuerySet, *, cap: int) -> int:
        """The number of `entries` that the reader can read. Counting stops at `cap`, to limit the cost."""
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
    """The reader behind a request. Later calls for the same request return the same object.

    This app may have to ask Smartsheet which sheets the reader can open. If `is_waiting` is true, looking up the sheets
    waits for Smartsheet's answer. If it is false, the page shows fewer entries until Smartsheet has answered. Pass True
    if the result would be wrong without these sheets.
    """
    reader: Reader | None = getattr(request, "_audit_reader", None)
    if reader is None:
        actor = _wired("AUDIT_ACTOR", request, otherwise=nobody())
        reader = Reader(
            actor,
            sees_all=sees_all(request.user),
            readable=lambda: _wired("AUDIT_READABLE_SHEETS", request, otherwise=Readable(), is_waiting=is_waiting),
        )
        request._audit_reader = reader  # type: ignore[attr-defined]  # cached until the request ends
    return reader


def sees_all(user: AbstractUser | AnonymousUser) -> bool:
    """Whether this user is an auditor, who can read all entries."""
    return user.is_active and user.has_perm(VIEW_ALL)


def _wired(setting: str, request: HttpRequest, *, otherwise: T, **options: bool) -> T:
    path = getattr(settings, setting)
    if not path:
        return otherwise
    answer: T = import_string(path)(request, **options)
    return answer


def _first_ids(branches: _Branches, count: int) -> list[int]:
    """The ids of the first `count` entries in `branches` that the person can read. In ascending order, the first
    entries have the lowest ids. In descending order, they have the highest ids.
    """
    united, parameters = _united(branches, count)
    if not united:
        return []
    order = "" if branches.others.query.order_by == ("id",) else " DESC"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM ({united}) AS slices ORDER BY id{order} LIMIT %s", [*parameters, count])  # noqa: S608 # SQL that the ORM made
        return [row[0] for row in cursor.fetchall()]


def _count(branches: _Branches, cap: int) -> int:
    """The number of entries in `branches` that the person can read. Counting stops at `cap`."""
    united, parameters = _united(branches, cap)
    if not united:
        return 0
    sql = f"SELECT COUNT(*) FROM (SELECT id FROM ({united}) AS slices LIMIT %s) AS found"  # noqa: S608 # as above
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, cap])
        return int(cursor.fetchone()[0])


def _united(branches: _Branches, size: int) -> tuple[str, list[Any]]:
    """Return an SQL query and its parameters. The query finds the ids of the person's own first `size` entries. For
    each sheet, it also finds the ids of the first `size` entries of other people. The query is "" if there is nothing
    to read.
    """
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
