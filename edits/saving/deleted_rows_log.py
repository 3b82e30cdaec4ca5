"""Reads from the log which rows of a sheet were deleted, and which new rows were added for them."""

from __future__ import annotations

from collections.abc import Iterable

from audit.changes import LoggedChange, with_outcomes
from audit.edit_parts import near
from audit.models import Entry
from audit.vocabulary import Action, Origin, Phase
from edits.saving.row_evidence import DeletedRow, OldPlace

AT_ONCE = 500  # the most rows per query
# The phases of changes that Smartsheet made, or perhaps made.
MAY_BE_DONE = frozenset({Phase.APPLIED, Phase.UNKNOWN, Phase.UNDECIDABLE, Phase.INTENT})


def family_of(entry: Entry, *, most: int) -> list[Entry]:
    """Return the intent of a deleted row, and then the intents of its child rows (at every level) that the same edit
    deleted. The intents are in the sheet's order. Return at most `most` intents.
    """
    found, row_ids = [entry], {entry.row_id}
    lines = near([entry]).intents().of_edit(entry.edit_id).filter(line__gt=entry.line).order_by("line")
    for one in lines[: most - 1]:
        row = DeletedRow.of(one)
        if row is None or row.place.parent_id not in row_ids:
            break
        found.append(one)
        row_ids.add(one.row_id)
    return found


class DeletedRowsLog:
    """Looks up deleted rows of one sheet, and remembers what it has read."""

    def __init__(self, sheet_id: int, *, region: str) -> None:
        self._sheet_id, self._region = sheet_id, region
        self._deletions: dict[int, LoggedChange | None] = {}
        self._restorations: dict[int, LoggedChange] = {}

    def look_up(self, row_ids: Iterable[int]) -> None:
        """Read what the log says about these rows, in a few queries."""
        unknown = [row_id for row_id in dict.fromkeys(row_ids) if row_id not in self._deletions]
        for start in range(0, len(unknown), AT_ONCE):
            self._read(unknown[start : start + AT_ONCE])

    def deletion(self, row_id: int) -> LoggedChange | None:
        """Return the deletion of a row, even if the deletion's outcome isn't certain yet. Return None if no one deleted
        the row with this app.
        """
        self.look_up([row_id])
        return self._deletions[row_id]

    def restoration(self, row_id: int) -> LoggedChange | None:
        """Return the addition of the new row for this deleted row, even if its outcome isn't certain yet. If there are
        several such additions, return the last one. If there is none, return None.
        """
        self.look_up([row_id])
        return self._restorations.get(row_id)

    def restored_as(self, row_id: int) -> int | None:
        """Return the id of the row that was added for this deleted row; None if no row was certainly added."""
        found = self.restoration(row_id)
        return found.row_id if found and found.is_applied else None

    def place(self, row_id: int) -> OldPlace | None:
        """Return the place that a deleted row had; None if the log doesn't say."""
        found = self.deletion(row_id)
        row = DeletedRow.of(found.intent) if found and found.is_applied else None
        return row.place if row else None

    def _read(self, row_ids: list[int]) -> None:
        self._deletions.update(dict.fromkeys(row_ids))
        intents = Entry.objects.intents().on_sheet(self._sheet_id).filter(row_id__in=row_ids, action=Action.DELETE)
        found = with_outcomes(intents.filter(region=self._region).order_by("id"))
        for change in sorted(found, key=lambda one: one.is_applied):  # certain deletions last, so that they count
            if change.phase in MAY_BE_DONE:
                self._deletions[change.intent.row_id or 0] = change
        entries = {change.intent.pk: change.intent.row_id or 0 for change in found}
        undoings = Entry.objects.intents().filter(refers_to__in=entries, origin=Origin.UNDO, action=Action.ADD)
        for change in with_outcomes(undoings.order_by("id")):  # the last restoration of a row counts
            if change.phase in MAY_BE_DONE:
                self._restorations[entries[change.intent.refers_to or 0]] = change
