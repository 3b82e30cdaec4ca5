"""Finds in the log what people have changed since they were asked. This module makes no call to Smartsheet.

An answer is a change in one of the rows that the person was asked about. The person can make the change with any part
of this app. Only changes that Smartsheet applied count.

This module finds a person's changes by their account. Someone who has never signed in has no account here, and no
changes in the log. When such a person signs in, known_people.py stores their account in the requests that were sent to
them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from audit.changes import LoggedChange, with_clear_texts, with_outcomes
from audit.models import Entry, EntryQuerySet
from edits.forms.asking.models import AskedRow, RequestedPerson, UpdateRequest
from edits.widgets.last_changes import applied

MOST = 500  # the page of a request shows at most this many changes


@dataclass(frozen=True, slots=True)
class Answer:
    """The changes that a person has made since they were asked, newest first."""

    person: RequestedPerson
    changes: Sequence[LoggedChange]

    @property
    def changed_rows(self) -> frozenset[int]:
        """The ids of the rows that were changed."""
        return frozenset(change.row_id for change in self.changes if change.row_id)

    @property
    def is_complete(self) -> bool:
        """Whether the person has changed all rows, or has said that nothing has to be changed."""
        return self.person.confirmed_at is not None or self.person.row_ids <= self.changed_rows

    @property
    def at(self) -> datetime | None:
        """When the person last answered."""
        times = [change.intent.at for change in self.changes[:1]]
        times += [self.person.confirmed_at] if self.person.confirmed_at else []
        return max(times, default=None)


def answers_of(request: UpdateRequest) -> list[Answer]:
    """Return the changes that each person of a request has made, with the values of cells. The people are ordered by
    address.
    """
    people = sorted(request.people.all(), key=lambda one: (one.email, one.pk))
    row_ids = frozenset[int]().union(*(one.row_ids for one in people))
    entries = _since(request, row_ids, (one.person_id for one in people)).order_by("-id")[:MOST]
    found: defaultdict[int, list[LoggedChange]] = defaultdict(list)
    for change in with_clear_texts(with_outcomes(entries)):
        found[change.intent.actor_id].append(change)
    theirs = {one.pk: found[one.person_id or 0] for one in people}
    return [Answer(one, [change for change in theirs[one.pk] if change.row_id in one.row_ids]) for one in people]


def counts_of(requests: Sequence[UpdateRequest]) -> dict[UUID, tuple[int, int]]:
    """Return, for each request, how many people have answered completely and how many were asked.

    All requests must be of one region. If the caller has read them with select_related("form") and
    prefetch_related("people"), this function makes only one query, which reads the log. Otherwise it makes further
    queries for each request.
    """
    people = [one for request in requests for one in request.people.all()]
    changed: dict[tuple[int, int, int], int] = {}
    if accounts := {one.person_id for one in people if one.person_id}:
        cells = Entry.objects.intents().filter(
            region__in={request.form.region for request in requests},
            sheet_id__in={request.form.sheet_id for request in requests},
            row_id__in={row_id for one in people for row_id in one.row_ids},
            actor_id__in=accounts,
            id__gt=min(request.log_position for request in requests),
            column_id__isnull=False,
        )
        last = applied(cells).order_by().values_list("actor_id", "sheet_id", "row_id").annotate(last=Max("id"))
        changed = {(actor, sheet, row): entry for actor, sheet, row, entry in last if sheet and row}
    return {request.pk: _counts(request, changed) for request in requests}


def _counts(request: UpdateRequest, changed: Mapping[tuple[int, int, int], int]) -> tuple[int, int]:
    """Return how many people of a request have answered completely, and how many were asked.

    `changed` says which rows people have changed. Each key has the ids of a person, a sheet and a row. The value is the
    id of a log entry: the person's last change of this row.
    """
    people = request.people.all()
    complete = [
        one
        for one in people
        if one.confirmed_at
        or all(
            changed.get((one.person_id or 0, request.form.sheet_id, row_id), 0) > request.log_position
            for row_id in one.row_ids
        )
    ]
    return len(complete), len(people)


def rows_without_answer(person: RequestedPerson) -> list[AskedRow]:
    """The rows that the person hasn't changed since they were asked. The list is empty if the person has said that
    nothing has to be changed.
    """
    if person.confirmed_at:
        return []
    entries = _since(person.request, person.row_ids, [person.person_id]).order_by()
    changed = set(entries.values_list("row_id", flat=True))
    return [row for row in person.asked_rows if row.id not in changed]


def _since(request: UpdateRequest, row_ids: Iterable[int], actor_ids: Iterable[int | None]) -> EntryQuerySet:
    form = request.form
    cells = Entry.objects.intents().filter(
        region=form.region,
        sheet_id=form.sheet_id,
        row_id__in=list(row_ids),
        actor_id__in=[one for one in actor_ids if one],
        id__gt=request.log_position,
        column_id__isnull=False,
    )
    return applied(cells)
