"""Who changed the cells of a row last, as far as this app knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Max, OuterRef

from audit.models import Entry, with_names
from audit.vocabulary import Phase


@dataclass(frozen=True, slots=True)
class LastChange:
    """The last change of a cell that was made through this app: by whom, when (UTC), and its entry in the log."""

    by: str
    at: datetime
    entry_id: int


def last_changes(*, region: str, sheet_id: int, row_id: int) -> dict[int, LastChange]:
    """For each column the last change that Smartsheet has applied to this row's cell; one query.

    Regions share no sheets: the same number elsewhere is another sheet.
    """
    applied = Entry.objects.filter(
        edit_id=OuterRef("edit_id"), line=OuterRef("line"), column_id=None, phase=Phase.APPLIED
    )
    latest = (
        Entry.objects.intents()
        .filter(Exists(applied), region=region, sheet_id=sheet_id, row_id=row_id, column_id__isnull=False)
        .order_by()
        .values("column_id")
        .annotate(latest=Max("id"))
        .values("latest")
    )
    return {
        entry.column_id: LastChange(by=entry.actor_name, at=entry.at, entry_id=entry.pk)
        for entry in with_names(Entry.objects.filter(pk__in=latest))
        if entry.column_id
    }
