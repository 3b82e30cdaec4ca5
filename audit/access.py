"""Who may read what: one's own entries always, a sheet's entries whoever can open that sheet now, auditors all.

The log knows nobody: two settings name the functions that say who is behind a request (AUDIT_ACTOR) and which sheets
they can open (AUDIT_READABLE_SHEETS). Without them nobody but auditors reads anything. What is about no sheet, such as
sign-ins and changes of this app's own records, is for whom it was written by, and for auditors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q
from django.http import HttpRequest
from django.utils.module_loading import import_string

from audit import per_sheet
from audit.conf import settings
from audit.models import Entry, EntryQuerySet
from audit.recording import Actor, nobody

WINDOW = 2_000  # entries looked through one after the other before each sheet's own are asked for
VIEW_ALL = "audit.view_all"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Readable:
    """The sheets of a person's region that they can open now, by id; `why_none` is a sentence where that is unknown."""

    sheet_ids: frozenset[int] = frozenset()
    why_none: str = ""


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
            ids = per_sheet.first_ids(self._branches(entries), count)
        return list(entries.filter(pk__in=ids))

    def count(self, entries: EntryQuerySet, *, cap: int) -> int:
        """How many of these entries the reader may see, `cap` at most, at a cost that `cap` bounds."""
        if self.sees_all:
            return entries.order_by()[:cap].count()
        return per_sheet.count(self._branches(entries.order_by()), cap)

    def _may_read(self, region: str, actor_id: int, sheet_id: int | None) -> bool:
        return self._is_self(region, actor_id) or self.may_read_sheet(sheet_id, region=region)

    def _is_self(self, region: str, actor_id: int) -> bool:
        return bool(self.actor.id) and (actor_id, region) == (self.actor.id, self.actor.region)

    def _branches(self, entries: EntryQuerySet) -> per_sheet.Branches:
        here = entries.filter(region=self.actor.region)
        own = here.by_actor(self.actor.id) if self.actor.id else None
        others = here.exclude(actor_id=self.actor.id) if self.actor.id else here
        return per_sheet.Branches(own=own, others=others, sheet_ids=sorted(self.readable.sheet_ids))


def reader_of(request: HttpRequest) -> Reader:
    """The reader behind a request; the same one however often it is asked for."""
    reader: Reader | None = getattr(request, "_audit_reader", None)
    if reader is None:
        actor = _wired("AUDIT_ACTOR", request, otherwise=nobody())
        reader = Reader(
            actor,
            sees_all=sees_all(request.user),
            readable=lambda: _wired("AUDIT_READABLE_SHEETS", request, otherwise=Readable()),
        )
        request._audit_reader = reader  # type: ignore[attr-defined]  # kept for the time of the request
    return reader


def sees_all(user: User | AnonymousUser) -> bool:
    """Whether this is an auditor."""
    return user.is_active and user.has_perm(VIEW_ALL)


def _wired(setting: str, request: HttpRequest, *, otherwise: T) -> T:
    path = getattr(settings, setting)
    if not path:
        return otherwise
    answer: T = import_string(path)(request)
    return answer
