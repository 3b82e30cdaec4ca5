"""Finds the outcome of moved rows, from their places. Smartsheet has no history of places.

A row was moved by the edit if all of this is true:
- It is at its new place, and wasn't there before.
- The sheet's last change was at the time at which the request was sent. Or the edit's person wrote the row at that
  time, and no one has written the row since.
- No other edit of this app explains the new place.

A row wasn't moved if it is at its old place and the sheet wasn't changed after the request was sent. Without later
changes, no one can have moved the row back.

Smartsheet doesn't document whether a move counts as a write of the row. To find out, this module looks at rows that the
edit has certainly moved. If Smartsheet names the edit's person as the last writer of such a row, a move counts as a
write. In that case, a row that no one has written since the edit wasn't moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from audit.models import Entry
from audit.recording import Evidence, Outcome
from audit.settling import OpenLine
from audit.vocabulary import Action, Phase
from edits.settling.calls import Call
from edits.settling.cell_comparison import OPEN
from edits.settling.record import CANNOT, UNCHANGED, Record
from edits.sheets.sheet import Json, Row, Sheet

MOST_ASKED = 10  # the most moved rows whose writer is read from Smartsheet
MOVED = "The row is at its new place, and the row or sheet was last changed at the time at which this request was sent."
NOT_MOVED = "The row is at its old place, and the sheet was not changed after this request was sent."
UNMARKED = (
    "The row's last change was made before this request was sent, so the row was not moved. Other rows of this edit "
    "show that Smartsheet records a move as a change of the row."
)
ALL_MOVED = (
    "Another row of the request was moved. Smartsheet makes all changes of a request or none of them, so this row was "
    "moved too."
)
NONE_MOVED = (
    "Another row of the request was not moved. Smartsheet makes all changes of a request or none of them, so this row "
    "was not moved either."
)
GONE = f"{CANNOT}the row is gone."
AMBIGUOUS = f"{CANNOT}someone else may have moved the row or changed the sheet around it."


class _Places:
    """The places of a sheet's rows. `together` has the ids of the rows that one request tried to move to the same
    place.
    """

    def __init__(self, outline: Sheet, together: Collection[int]) -> None:
        self.outline = outline
        self.rows = {row.id: row for row in outline.rows}
        self._together = frozenset(together)
        self._siblings: defaultdict[int | None, list[int]] = defaultdict(list)
        for row in outline.rows:
            self._siblings[row.parent_id].append(row.id)

    def is_at(self, row: Row, wanted: Json) -> bool:
        """Whether the row is at the place `wanted`, which has the attributes that were sent to Smartsheet
        (saving.changes.Place).
        """
        beside = wanted.get("siblingId")
        sibling = self.rows.get(beside or 0)
        if beside and sibling is None:
            return False
        if row.parent_id != (sibling.parent_id if sibling else wanted.get("parentId")):
            return False
        before, after = self._neighbours(row)
        if sibling:
            return (after if wanted.get("above") else before) == sibling.id
        return (after if wanted.get("toBottom") else before) is None

    def _neighbours(self, row: Row) -> tuple[int | None, int | None]:
        """Return the ids of the siblings before and after this row. Rows that moved with this row are skipped."""
        siblings = self._siblings[row.parent_id]
        place = siblings.index(row.id)
        before = next((one for one in reversed(siblings[:place]) if one not in self._together), None)
        return before, next((one for one in siblings[place + 1 :] if one not in self._together), None)


class MovedRows:
    """Finds the outcomes of the rows that an edit tried to move."""

    def __init__(self, record: Record) -> None:
        self._record = record
        concluded = record.edit.concluded.values()
        self._moved = [entry.row_id for entry in concluded if entry.phase == Phase.APPLIED and entry.row_id]

    def outcomes(self, call: Call) -> Iterator[dict[int, Outcome]]:
        """Yield the outcomes of a request's open lines, which are the rows without a certain outcome. The keys are the
        lines' numbers. Raises the errors of `Record`.
        """
        sheet = self._record.rows(call.row_ids)
        if self._record.is_as_it_was(sheet):
            yield self._record.say_of_all(Phase.NOT_APPLIED, call.lines, UNCHANGED, sheet)
            return
        outline = self._record.outline(sheet.columns[0].id)
        places = _Places(outline, call.row_ids)
        explained = self._moved_by_others(call)
        leaves_marks = self._leaves_marks()
        rows = {row.id: row for row in sheet.rows}
        outcomes: dict[int, Outcome] = {}
        for line in call.lines:
            row = rows.get(line.changes[0].row_id or 0)
            unmarked = self._unmarked(line, row, outline) if leaves_marks else None
            outcomes[line.number] = unmarked or self._of_line(line, row, places, explained)
        outcomes = self._together(call, outline, outcomes) if call.is_whole else outcomes
        self._moved += [one.row_id for one in outcomes.values() if one.phase is Phase.APPLIED and one.row_id]
        yield outcomes

    def _leaves_marks(self) -> bool:
        """Whether Smartsheet counts a move as a write of the row, and so records who moved the row, and when.
        Smartsheet's documentation doesn't answer this question. So this method checks rows that the edit has certainly
        moved.
        """
        known = self._record.rows(self._moved[:MOST_ASKED]).rows if self._moved else ()
        return any(self._record.is_written_by_them(row) for row in known)

    def _unmarked(self, line: OpenLine, row: Row | None, sheet: Sheet) -> Outcome | None:
        """Return the outcome NOT_APPLIED if no one has written the row since the edit; otherwise None. Call this only
        if Smartsheet counts a move as a write.
        """
        if row is None or row.modified_at is None or row.modified_at >= self._record.start:
            return None
        at = row.modified_at.isoformat()
        return self._record.say(Phase.NOT_APPLIED, line, UNMARKED, sheet, rowModifiedAt=at)

    def _moved_by_others(self, call: Call) -> set[int]:
        """Return the ids of rows that other edits with this app perhaps moved at about the same time."""
        moves = Entry.objects.filter(row_id__in=call.row_ids, action=Action.MOVE, at__range=self._record.around())
        others = self._record.other_edits(moves)
        return {other.intent.row_id or 0 for other in others if other.phase in OPEN | {Phase.APPLIED}}

    def _of_line(self, line: OpenLine, row: Row | None, places: _Places, explained: set[int]) -> Outcome:
        (change,) = line.changes
        outline = places.outline
        now = places.rows.get(row.id) if row else None
        if row is None or now is None:
            return self._record.say(Phase.UNDECIDABLE, line, GONE, outline)
        was = change.old if isinstance(change.old, dict) else {}
        has_moved = (now.parent_id, now.number) != (was.get("parentId"), was.get("rowNumber"))
        is_there = places.is_at(now, change.new if isinstance(change.new, dict) else {})
        place: dict[str, Evidence] = {
            "parentId": now.parent_id,
            "rowNumber": now.number,
            "siblingId": now.sibling_id,
        }
        modified_at = outline.modified_at
        is_quiet = modified_at is not None and modified_at <= self._record.end
        is_quiet = is_quiet and not self._record.is_in_time(row.modified_at)
        is_in_time = self._record.is_in_time(modified_at) or self._record.is_written_by_them(row)
        if row.id not in explained and has_moved and is_there and is_in_time:
            return self._record.say(Phase.APPLIED, line, MOVED, outline, place=place)
        if row.id not in explained and not has_moved and not is_there and is_quiet:
            return self._record.say(Phase.NOT_APPLIED, line, NOT_MOVED, outline, place=place)
        return self._record.say(Phase.UNDECIDABLE, line, AMBIGUOUS, outline, place=place)

    def _together(self, call: Call, sheet: Sheet, outcomes: dict[int, Outcome]) -> dict[int, Outcome]:
        """If the rows with clear evidence agree, make their outcome the outcome of the whole request."""
        known = {number: one for number, one in outcomes.items() if one.phase is not Phase.UNDECIDABLE}
        phases = {one.phase for one in known.values()}
        if len(phases) > 1:
            return self._record.say_of_all(Phase.UNDECIDABLE, call.lines, AMBIGUOUS, sheet)
        for phase in phases:
            message = ALL_MOVED if phase is Phase.APPLIED else NONE_MOVED
            return self._record.say_of_all(phase, call.lines, message, sheet) | known
        return outcomes
