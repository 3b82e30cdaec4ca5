"""Finds the places at which undo puts rows back. A row goes after the sibling that was before it. If that sibling was
deleted too, the row goes after the sibling before that one, and so on. If a row was deleted and restored, the new row
counts as the old one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from edits.saving.changes import Place
from edits.saving.deleted_rows_log import DeletedRowsLog
from edits.saving.row_evidence import OldPlace
from edits.sheets.sheet import Row

MOST_STEPS = 1_000  # how many earlier siblings are tried, to find one that is still there
NO_PARENT = "The parent row no longer exists, so this row goes to the bottom of the sheet."
NO_SIBLING = "The row before this row is no longer there, so this row goes after the other rows of its level."


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a row goes: to `place`, directly below the row `behind`, or under the parent row `parent`. If `behind` or
    `parent` is given, undo has to put back that row first. `note` is a sentence if the row doesn't go exactly to its
    old place.
    """

    place: Place | None = None
    behind: int | None = None
    parent: int | None = None
    note: str = ""


class Places:
    """The rows of a sheet. `was` has the old places of moved or deleted rows, by row id. `log` says which rows were
    deleted and restored.
    """

    def __init__(self, rows: Iterable[Row], was: Mapping[int, OldPlace], log: DeletedRowsLog) -> None:
        rows = list(rows)
        self._parents = {row.id: row.parent_id for row in rows}
        self._siblings = {row.id: row.sibling_id for row in rows}
        self._was = was
        self._log = log
        near = (one for place in was.values() for one in (place.parent_id, place.sibling_id) if one)
        log.look_up([one for one in near if one not in self._parents])
        self._added: dict[int, int] = {}
        self._back: set[int] = set()

    def now(self, row_id: int | None) -> int | None:
        """Return the id of the row, or of the new row that was added for it; None if the sheet has neither."""
        met: set[int] = set()
        while row_id is not None and row_id not in self._parents:
            if row_id in met:
                return None
            met.add(row_id)
            row_id = self._added.get(row_id) or self._log.restored_as(row_id)
        return row_id

    def put(self, row_id: int, place: Place, *, as_id: int) -> None:
        """Remember that a row was put back, and which id it has now."""
        self._added[row_id] = as_id
        self._back.add(row_id)
        self._parents[as_id] = self._parents.get(place.sibling_id) if place.sibling_id else place.parent_id

    def is_at_old_place(self, row_id: int | None) -> bool:
        """Whether a row is at its old place: it has its old parent row and its old previous sibling. If that sibling
        was moved too, the sibling must also be at its old place, and so on. The result is always true for a row that
        wasn't moved, or that undo has already put back.
        """
        while row_id is not None and row_id in self._was and row_id not in self._back:
            was = self._was[row_id]
            if (self._parents.get(row_id), self._siblings.get(row_id)) != (was.parent_id, was.sibling_id):
                return False
            row_id = was.sibling_id
        return True

    def find(self, was: OldPlace, *, coming: Collection[int] = ()) -> Spot:
        """Find the place for a row that had this old place. `coming` has the ids of the rows that undo hasn't put back
        yet.
        """
        parent_id = self.now(was.parent_id)
        if was.parent_id is not None and parent_id is None:
            return Spot(parent=was.parent_id) if was.parent_id in coming else Spot(Place(), note=NO_PARENT)
        sibling_id = was.sibling_id
        for _ in range(MOST_STEPS):
            if sibling_id is None:
                return Spot(Place(parent_id=parent_id, is_first=True))
            if sibling_id in coming:
                return Spot(behind=sibling_id)
            there = self.now(sibling_id)
            is_there = there is not None and self._parents[there] == parent_id
            if is_there and (there != sibling_id or self.is_at_old_place(sibling_id)):
                return Spot(Place(sibling_id=there))
            before = self._was.get(sibling_id) or (self._log.place(sibling_id) if there is None else None)
            if before is None or before.parent_id != was.parent_id:
                break
            sibling_id = before.sibling_id
        return Spot(Place(parent_id=parent_id), note=NO_SIBLING)
