"""Edits of which nobody knows yet what came of them."""

from uuid import UUID

from django.db.models import Exists, OuterRef

from audit.models import Cursor, Entry, EntryQuerySet, Leaf
from audit.phases import CONCLUSIVE

MOST = 1_000  # edits that are looked up; more than that is a matter for whoever keeps the worker running
UNWATCHED = 5_000  # newest entries that are looked through where nothing settles the log
SLACK = 1_000  # entries that ids and the chain may be out of step by


def narrow(entries: EntryQuerySet) -> EntryQuerySet:
    """Of these entries the intents whose edits may have no outcome yet; whether each row has one, the reading tells.

    What is older than settling's place in the chain is settled; the few newer entries are looked through. So it costs
    what is uncertain, however long the log is.
    """
    return entries.intents().filter(edit_id__in=_newer_than(_place()))


def _newer_than(entry_id: int) -> list[UUID]:
    concluded = Entry.objects.filter(
        edit_id=OuterRef("edit_id"), line=OuterRef("line"), at__gte=OuterRef("at"), phase__in=CONCLUSIVE
    )
    recent = Entry.objects.intents().after(entry_id).filter(~Exists(concluded))
    return list(dict.fromkeys(recent.values_list("edit_id", flat=True)[:MOST]))


def _place() -> int:
    """The entry that everything before is settled or listed."""
    cursor = Cursor.objects.filter(name="settled").first()
    leaves = Leaf.objects.order_by("-seq").values_list("entry_id", flat=True)
    if cursor is None:
        return max((leaves.first() or 0) - UNWATCHED, 0)
    return max((leaves.filter(seq__lte=cursor.seq).first() or 0) - SLACK, 0)
