"""Edits of which nobody knows yet what came of them."""

from collections.abc import Iterator
from uuid import UUID

from audit import id_ranges
from audit.models import Cursor, Entry, EntryQuerySet, Leaf
from audit.unsettled import Unsettled
from audit.vocabulary import CONCLUSIVE, Phase

MOST = 5_000  # entries that are looked through: the newest, where settling lags behind or nothing settles the log
LISTED = 1_000  # edits that wait to be settled; more of them is a matter for whoever runs the worker
SLACK = 1_000  # entries that ids and the chain may be out of step by


def narrow(entries: EntryQuerySet) -> EntryQuerySet:
    """Of these entries the intents of edits in which something has no outcome yet.

    Settling lists such edits up to its place in the chain; the few newer entries are looked through. So it costs what
    is uncertain, however long the log is.
    """
    listed = Unsettled.objects.order_by("-at").values_list("edit_id", flat=True)[:LISTED]
    return entries.intents().filter(edit_id__in={*listed, *_open(_place())})


def _open(entry_id: int) -> set[UUID]:
    """Edits with a row whose intent is newer than this entry and has no conclusive outcome."""
    intended: set[tuple[UUID, int | None]] = set()
    concluded: set[tuple[UUID, int | None]] = set()
    for edit_id, line, phase in _newer_than(entry_id):
        if phase == Phase.INTENT:
            intended.add((edit_id, line))
        elif phase in CONCLUSIVE:
            concluded.add((edit_id, line))
    return {edit_id for edit_id, _ in intended - concluded}


def _newer_than(entry_id: int) -> Iterator[tuple[UUID, int | None, str]]:
    left = MOST + SLACK
    for stretch in id_ranges.oldest_first(entry_id):
        found = list(stretch.of(Entry.objects.all()).order_by("id").values_list("edit_id", "line", "phase")[:left])
        yield from found
        left -= len(found)
        if left <= 0:
            return


def _place() -> int:
    """The entry before which everything is settled, or so far back as is looked through."""
    leaves = Leaf.objects.order_by("-seq").values_list("entry_id", flat=True)
    newest = (leaves.first() or 0) - MOST
    cursor = Cursor.objects.filter(name="settled").first()
    settled = (leaves.filter(seq__lte=cursor.seq).first() or 0) - SLACK if cursor else 0
    return max(newest, settled, 0)
