"""Finds out from the log whether changes are undone now. An undo is a change too, so it can be undone itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from audit.changes import with_outcomes
from audit.models import Entry
from audit.vocabulary import Action, Origin

# Undoing one of these actions deletes the row or adds a new one. So the same entry can't be undone a second time.
ONCE = frozenset({Action.ADD, Action.DELETE})
DEEPEST = 20  # an undo can be undone, and so on; this many such steps are followed


@dataclass(frozen=True, slots=True)
class Undone:
    """The ids of intents. `now` has those whose changes are undone. `not_any_more` has those whose changes were undone,
    but whose undo was later undone too.
    """

    now: frozenset[int]
    not_any_more: frozenset[int]


def undone(intent_ids: Iterable[int]) -> Undone:
    """Find out which of these changes are undone. An undo counts only if it was saved."""
    ids = set(intent_ids)
    undos: defaultdict[int, list[int]] = defaultdict(list)
    found = ids
    for _ in range(DEEPEST):
        if not found:
            break
        intents = Entry.objects.intents().filter(refers_to__in=found, origin=Origin.UNDO)
        saved = [change.intent for change in with_outcomes(intents.order_by("id")) if change.is_applied]
        for intent in saved:
            undos[intent.refers_to or 0].append(intent.pk)
        found = {intent.pk for intent in saved}

    def is_undone(intent_id: int) -> bool:
        return any(not is_undone(undo) for undo in undos[intent_id])

    now = frozenset(one for one in ids if is_undone(one))
    return Undone(now, frozenset(one for one in ids - now if undos[one]))
