"""Saves of the same cells that are under way at the same moment, in any process of this app.

Smartsheet compares nothing before it writes: of two saves that both read the row before either wrote, the later one
would overwrite the earlier one unseen. So each looks into the log once its own intent is in it, and gives way to the
others that it finds: of any two at least one sees the other. Where both do, both give way.

A write without an answer that Smartsheet carries out after its deadline isn't seen.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from audit.models import Entry, EntryQuerySet
from audit.recording import Intent, NotRecorded
from audit.vocabulary import Action, Phase
from edits.conf import settings

RECENT = timedelta(days=1)  # which months of the log are looked at: told before the database plans, whatever its clock
LONGEST = 1.25  # of SMARTSHEET_DEADLINE: gateway.budget lets a write begin in the first half, and take three quarters


def position() -> int:
    """The newest entry of the log, 0 for an empty one. Taken before rows are read, it tells which saves are in them."""
    entries = Entry.objects.order_by("-id")
    if connection.vendor == "postgresql":  # SQLite has no months, and would look among the times first
        entries = entries.filter(at__gte=timezone.now() - RECENT)
    try:
        return entries.values_list("id", flat=True).first() or 0
    except DatabaseError:  # then no intent can be written either, which is said in better words
        return 0


def contested_rows(intent: Intent, *, since: int) -> set[int]:
    """The ids of the rows that another save may have changed since the log's position `since`: in one of the same
    cells, or as a whole, where this edit or the other one deletes or moves the row. Raises NotRecorded."""
    cells = {(change.row_id, change.column_id) for line in intent.lines for change in line}
    row_ids = {row_id for row_id, _ in cells if row_id is not None}
    if not row_ids:
        return set()
    try:
        found = set(_others(intent, row_ids=row_ids, since=since).values_list("row_id", "column_id", "action"))
    except DatabaseError as error:
        raise NotRecorded("The log could not be read.") from error
    is_of_rows = intent.common["action"] != Action.CHANGE
    return {
        row_id
        for row_id, column_id, action in found
        if row_id is not None and (is_of_rows or action != Action.CHANGE or (row_id, column_id) in cells)
    }


def _others(intent: Intent, *, row_ids: Collection[int], since: int) -> EntryQuerySet:
    recent = Entry.objects.filter(at__gte=timezone.now() - RECENT)
    outcomes = recent.outcomes().filter(edit_id=OuterRef("edit_id"), line=OuterRef("line"), column_id=None)
    is_over = outcomes.filter(Q(id__lte=since) | Q(phase__in=[Phase.REFUSED, Phase.FAILED]))
    return (
        recent.intents()
        .exclude(edit_id=intent.edit_id)
        .filter(
            ~Exists(is_over),
            region=intent.common["region"],
            sheet_id=intent.common["sheet_id"],
            row_id__in=row_ids,
            at__gte=Now() - timedelta(seconds=LONGEST * settings.SMARTSHEET_DEADLINE),
        )
        .order_by()
    )
