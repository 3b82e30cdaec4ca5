"""Saves of the same cells that are under way at the same moment, in whatever process of this app.

Smartsheet compares nothing before it writes: of two saves that have both read the row before either wrote, the later
would overwrite the earlier one unseen. So each looks into the log once its own intent stands there, and gives way if it
finds another: of any two at least one sees the other. Where both do, both give way.

Not seen is a write without an answer that Smartsheet carries out only after nobody has waited for it any longer.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from audit.models import Entry
from audit.recording import Intent, NotRecorded, Phase
from edits.conf import settings

RECENT = timedelta(days=1)  # which months of the log are looked at: told before the database plans, whatever its clock
LONGEST = 1.25  # of SMARTSHEET_DEADLINE: gateway.budget lets a write begin in the first half, and take three quarters


def newest() -> int:
    """The newest entry of the log, 0 where it is old. Taken before the row is read, it tells which saves that reading
    has seen."""
    entries = Entry.objects.order_by("-id")
    if connection.vendor == "postgresql":  # SQLite has no months, and would look among the times first
        entries = entries.filter(at__gte=timezone.now() - RECENT)
    try:
        return entries.values_list("id", flat=True).first() or 0
    except DatabaseError:  # then no intent can be written either, which is said in better words
        return 0


def are_there(intent: Intent, *, row_id: int, column_ids: Collection[int], seen: int) -> bool:
    """Whether another save of these cells may have been made since the entry `seen`. Raises NotRecorded."""
    recent = Entry.objects.filter(at__gte=timezone.now() - RECENT)
    outcomes = recent.outcomes().filter(edit_id=OuterRef("edit_id"), line=OuterRef("line"), column_id=None)
    is_over = outcomes.filter(Q(id__lte=seen) | Q(phase__in=[Phase.REFUSED, Phase.FAILED]))
    others = recent.intents().exclude(edit_id=intent.edit_id)
    try:
        return (
            others.filter(
                ~Exists(is_over),
                region=intent.common["region"],
                sheet_id=intent.common["sheet_id"],
                row_id=row_id,
                column_id__in=column_ids,
                at__gte=Now() - timedelta(seconds=LONGEST * settings.SMARTSHEET_DEADLINE),
            )
            .order_by()
            .exists()
        )
    except DatabaseError as error:
        raise NotRecorded("The log could not be read.") from error
