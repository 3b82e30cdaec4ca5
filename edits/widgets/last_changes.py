"""Reads the last change of each cell of a row or a sheet from this app's log."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Max, OuterRef

from audit.models import Entry, EntryQuerySet, with_names
from audit.vocabulary import Phase

MOST = 500


@dataclass(frozen=True, slots=True)
class LastChange:
    """The last change that this app made to a cell: who made it, when (UTC), and its entry in the log."""

    by: str
    email: str
    person_id: int
    at: datetime
    entry_id: int

    @classmethod
    def of(cls, entry: Entry) -> LastChange:
        """Return the change in an entry. The entry must have been read with with_names()."""
        return cls(entry.actor_name, entry.actor_email, entry.actor_id, entry.at, entry.pk)


def last_changes(*, region: str, sheet_id: int, row_id: int) -> dict[int, LastChange]:
    """Return the last change that Smartsheet applied to each cell of this row, by column id. This function makes one
    query.

    Entries from other regions don't count, because the same sheet id is another sheet there.
    """
    cells = Entry.objects.intents().filter(region=region, sheet_id=sheet_id, row_id=row_id, column_id__isnull=False)
    latest = applied(cells).order_by().values("column_id").annotate(latest=Max("id")).values("latest")
    return {
        entry.column_id: LastChange.of(entry)
        for entry in with_names(Entry.objects.filter(pk__in=latest))
        if entry.column_id
    }


def recent_changes(*, region: str, sheet_id: int, since: datetime) -> dict[tuple[int, int], LastChange]:
    """Return the last change of each cell that changed since this time, by row id and column id. Only the newest 500
    changes that Smartsheet applied to the sheet are searched.
    """
    cells = Entry.objects.intents().filter(region=region, sheet_id=sheet_id, column_id__isnull=False)
    found: dict[tuple[int, int], LastChange] = {}
    for entry in with_names(entry for entry in applied(cells).order_by("-id")[:MOST] if entry.at >= since):
        if entry.row_id and entry.column_id:
            found.setdefault((entry.row_id, entry.column_id), LastChange.of(entry))
    return found


def own_last_changes(*, region: str, person_id: int, sheet_id: int, row_ids: Collection[int]) -> dict[int, datetime]:
    """Return when this person last changed each of these rows with this app (UTC), by row id. Rows that the person
    hasn't changed are left out. This function makes one query.
    """
    if not row_ids:
        return {}
    own = Entry.objects.intents().filter(region=region, sheet_id=sheet_id, row_id__in=row_ids, actor_id=person_id)
    found = applied(own).order_by().values_list("row_id").annotate(latest=Max("at"))
    return {row_id: latest for row_id, latest in found if row_id}


def applied(intents: EntryQuerySet) -> EntryQuerySet:
    """Return the intents whose changes Smartsheet has applied."""
    outcomes = Entry.objects.filter(
        edit_id=OuterRef("edit_id"), line=OuterRef("line"), column_id=None, phase=Phase.APPLIED
    )
    return intents.filter(Exists(outcomes))
