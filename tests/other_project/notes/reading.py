"""Queries for the entries about notes."""

from datetime import timedelta

from django.utils import timezone

from audit.changes import with_outcomes
from audit.models import Entry, with_names

from .models import Note
from .services import BOARD


def story_of(told: Note) -> list[str]:
    """Return sentences about what was done to a note on the board, oldest first."""
    entries = Entry.objects.on_row(sheet_id=BOARD, row_id=told.pk).order_by("id")
    return [f"{entry.actor_name}: {entry.action}, {entry.get_phase_display()}" for entry in with_names(entries)]


def uncertain() -> list[int]:
    """Return the ids of notes that have unsettled edits of the last day. An edit is unsettled if its process died, or
    if the board didn't answer.
    """
    recent = Entry.objects.intents().on_sheet(BOARD).filter(at__gt=timezone.now() - timedelta(days=1))
    return [change.intent.row_id or 0 for change in with_outcomes(recent) if change.phase in {"intent", "unknown"}]
