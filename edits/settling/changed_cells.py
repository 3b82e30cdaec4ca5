"""Finds the outcome of changed cells, from the current rows and the cells' histories.

If the last write to a row was before the edit, the edit didn't change the row. Otherwise the cells' histories are read,
one cell at a time. Smartsheet writes all cells of a row or none. It also writes all rows of a request or none, unless
the request was partial. So in a request that wasn't partial, the first row with clear evidence decides for all rows.

https://developers.smartsheet.com/api/smartsheet/openapi/cells/cellhistory-get
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from audit.cell_histories import SKEW
from audit.changes import LoggedChange
from audit.models import Entry, EntryQuerySet
from audit.recording import Change, Evidence, Outcome
from audit.settling import OpenLine
from audit.vocabulary import Phase
from edits.gateway.errors import NotFound
from edits.settling.calls import Call
from edits.settling.cell_comparison import OPEN, is_erased, parsed
from edits.settling.history_pages import History
from edits.settling.record import CANNOT, CLOCKS_APART, UNCHANGED, Record
from edits.sheets.held_values import held, is_same
from edits.sheets.sheet import Cell, Json, Row, Sheet, parse_time

MOST_CELLS = 25  # the most cells whose histories are read for a row or request; more wouldn't add evidence
LONG_AGO, SECOND = datetime.min.replace(tzinfo=UTC), timedelta(seconds=1)
SHOWN = "The cell's history shows the change."
NOT_SHOWN = "The cell's history does not show the change."
UNTOUCHED = "The row's last change was made before this request was sent."
ALL_SAVED = (
    "The history of another row's cell shows that Smartsheet carried out the request. Smartsheet makes all changes of "
    "a request or none of them, so this change was made too."
)
NONE_SAVED = (
    "Another row shows that Smartsheet didn't carry out the request. Smartsheet makes all changes of a request or none "
    "of them, so this change was not made either."
)
ERASED = f"{CANNOT}the log no longer has the value that this edit tried to write."
ROW_GONE = f"{CANNOT}the row no longer exists, so it has no history."
COLUMNS_GONE = f"{CANNOT}the columns no longer exist, so they have no history."
AMBIGUOUS = f"{CANNOT}the cell's history can be read in more than one way."

Memory = MutableMapping[str, Json]  # results of histories from earlier runs, without the cells' values


@dataclass(frozen=True, slots=True)
class Weighed:
    """What one cell's history says about the edit. `states` has the states that are the evidence.

    `phase` is APPLIED, NOT_APPLIED or UNDECIDABLE. If the cell has no history any more, `phase` is None. If `is_faint`
    is true, NOT_APPLIED is only weak evidence: the cell already had the value before the edit, so writing the value
    again would have left no trace.
    """

    phase: Phase | None
    states: Sequence[Evidence] = ()
    is_faint: bool = False

    @property
    def tells(self) -> bool:
        """Whether this result decides the outcome of the row."""
        return self.phase is Phase.APPLIED or (self.phase is Phase.NOT_APPLIED and not self.is_faint)


@dataclass(frozen=True, slots=True)
class Said:
    """The outcome of a row. If `tells` is true, the evidence is clear enough to decide for all rows of the request."""

    outcome: Outcome
    tells: bool


class ChangedCells:
    """Finds the outcomes of an edit's changed rows. `memory` has the results of earlier runs. New results are added to
    `memory`.
    """

    def __init__(self, record: Record, memory: Memory) -> None:
        self._record = record
        self._memory = memory

    def outcomes(self, call: Call) -> Iterator[dict[int, Outcome]]:
        """Yield the outcomes of a request's open lines, which are the rows without a certain outcome. The keys are the
        lines' numbers. Each outcome is yielded as soon as it is found. Raises the errors of `Record`.
        """
        sheet = self._record.rows(call.row_ids)
        rows = {row.id: row for row in sheet.rows}
        if self._record.is_as_it_was(sheet):
            yield self._record.say_of_all(Phase.NOT_APPLIED, call.lines, UNCHANGED, sheet)
        elif call.is_whole:
            yield self._of_request(call, sheet, rows)
        else:
            for line in call.lines:
                yield {line.number: self._of_line(line, sheet, rows, MOST_CELLS)[0].outcome}

    def _of_request(self, call: Call, sheet: Sheet, rows: Mapping[int, Row]) -> dict[int, Outcome]:
        said: dict[int, Said] = {}
        for line in call.lines:
            if untouched := self._untouched(line, sheet, rows):
                return self._as_one(call, sheet, line, untouched)
        left = MOST_CELLS
        for line in call.lines:
            said[line.number], read = self._of_line(line, sheet, rows, left)
            if said[line.number].tells:
                return self._as_one(call, sheet, line, said[line.number].outcome)
            left -= read
            if left <= 0:
                break
        if len(said) == len(call.lines) and all(one.outcome.phase is Phase.NOT_APPLIED for one in said.values()):
            return {number: one.outcome for number, one in said.items()}
        unclear = self._record.say_of_all(Phase.UNDECIDABLE, call.lines, AMBIGUOUS, sheet)
        known = {n: one.outcome for n, one in said.items() if one.outcome.phase is Phase.UNDECIDABLE}
        return unclear | known

    def _as_one(self, call: Call, sheet: Sheet, line: OpenLine, outcome: Outcome) -> dict[int, Outcome]:
        """Give all lines of a request the outcome of one of its lines. Return the outcomes by line number."""
        message = ALL_SAVED if outcome.phase is Phase.APPLIED else NONE_SAVED
        by = line.changes[0].row_id
        return self._record.say_of_all(outcome.phase, call.lines, message, sheet, byRow=by) | {line.number: outcome}

    def _untouched(self, line: OpenLine, sheet: Sheet, rows: Mapping[int, Row]) -> Outcome | None:
        """Return NOT_APPLIED if Smartsheet says that the last write to the row was before the edit, and the row doesn't
        have the sent values. Otherwise return None.
        """
        row = rows.get(line.changes[0].row_id or 0)
        if not (line.is_readable and row and row.modified_at and row.modified_at < self._record.start - SKEW):
            return None
        values = {cell.column_id: held(cell) for cell in row.cells.values()}
        if all(is_same(values.get(change.column_id or 0), change.new) for change in line.changes):
            return None
        at = row.modified_at.isoformat()
        return self._record.say(Phase.NOT_APPLIED, line, UNTOUCHED, sheet, rowModifiedAt=at)

    def _of_line(self, line: OpenLine, sheet: Sheet, rows: Mapping[int, Row], most: int) -> tuple[Said, int]:
        """Return the outcome of a single row, and the number of its cells whose histories were read. Read at most
        `most` histories.
        """
        if not line.is_readable:
            return Said(self._record.say(Phase.UNDECIDABLE, line, ERASED, sheet), tells=False), 0
        if line.changes[0].row_id not in rows:
            return Said(self._record.say(Phase.UNDECIDABLE, line, ROW_GONE, sheet), tells=False), 0
        if untouched := self._untouched(line, sheet, rows):
            return Said(untouched, tells=True), 0
        weighed: list[Weighed] = []
        found: list[Evidence] = []
        for change in line.changes[:most]:
            one = self._remembered(line, change)
            weighed.append(one)
            states: Evidence = None if one.phase is None else list(one.states)
            cell: dict[str, Evidence] = {"columnId": change.column_id, "history": states}
            found.append(cell)
            if one.tells and one.phase:
                message = SHOWN if one.phase is Phase.APPLIED else NOT_SHOWN
                return Said(self._record.say(one.phase, line, message, sheet, cells=found), tells=True), len(weighed)
        # Writing a value that the cell already has leaves no trace. Such a cell counts only if no other cell decides.
        known = [one for one in weighed if one.phase]
        is_faint = bool(known) and all(one.is_faint for one in known) and len(weighed) == len(line.changes)
        phase = Phase.NOT_APPLIED if is_faint else Phase.UNDECIDABLE
        message = NOT_SHOWN if is_faint else AMBIGUOUS if known else COLUMNS_GONE
        return Said(self._record.say(phase, line, message, sheet, cells=found), tells=False), len(weighed)

    def _remembered(self, line: OpenLine, change: Change) -> Weighed:
        """Return what the cell's history says about the change. If an earlier run already found this result, the
        history isn't read again.
        """
        key = f"{line.number}:{change.column_id}"
        if key not in self._memory:
            try:
                weighed = self._weigh(change, self._record.history(change))
            except NotFound:  # the column or the row no longer exists; perhaps another cell decides
                weighed = Weighed(None)
            self._memory[key] = [weighed.phase, list(weighed.states), weighed.is_faint]
        phase, states, is_faint = self._memory[key]
        return Weighed(Phase(phase) if phase else None, states, is_faint)

    def _weigh(self, change: Change, history: History) -> Weighed:
        record = self._record
        others = record.others(_of_cell(change).filter(at__range=record.around()))
        done = [other for other in others if other.phase == Phase.APPLIED]
        rivals = [other for other in others if _may_be(other, change.new)]
        length = record.end - record.edit.at
        start = min([record.start, *(other.intent.at - CLOCKS_APART for other in done)]).replace(microsecond=0)
        end = max([record.end, *(other.intent.at + length for other in done)])
        items = [item for item in history if _is_between(item, start, end)]
        same = [item for item in items if is_same(_held(item, change), change.new)]
        mine = [item for item in same if record.is_theirs(item)]
        taken = sum(_is_value(other.new, change.new) for other in done)
        if len(mine) > taken:
            is_ours = len(mine) > taken + len(rivals)
            return Weighed(Phase.APPLIED if is_ours else Phase.UNDECIDABLE, self._shown(mine))
        strange = [
            item
            for item in items
            if item not in mine
            and record.is_theirs(item)
            and record.is_in_time(parse_time(item.get("modifiedAt")))
            and not any(_is_value(other.new, _held(item, change)) for other in done)
        ]
        by_others = [item for item in same if item not in mine and record.is_in_time(parse_time(item["modifiedAt"]))]
        doubts = strange + by_others or self._unexplained_nearby(change, history)
        if doubts or not history.is_whole:
            return Weighed(Phase.UNDECIDABLE, self._shown(doubts))
        before = next((item for item in history if _is_between(item, LONG_AGO, start - SECOND)), {})
        is_faint = bool(same) or is_same(_held(before, change), change.new)
        return Weighed(Phase.NOT_APPLIED, (), is_faint)

    def _unexplained_nearby(self, change: Change, history: History) -> list[Mapping[str, Json]]:
        """Return this person's states that have the new value and a time shortly before or after the edit. They match
        the change if Smartsheet's clock and ours differ by more than expected. If the person's other edits explain all
        these states, return an empty list.
        """
        record = self._record
        since, until = record.start - SKEW, record.end + SKEW
        near = [item for item in history if _is_between(item, since, until) and record.is_theirs(item)]
        same = [item for item in near if is_same(_held(item, change), change.new)]
        others = record.others(_of_cell(change).filter(at__range=(since - (record.end - record.start), until)))
        explained = sum(other.phase == Phase.APPLIED and _is_value(other.new, change.new) for other in others)
        return same if len(same) > explained else []

    def _shown(self, states: Sequence[Mapping[str, Json]]) -> list[Evidence]:
        return [
            {"modifiedAt": state.get("modifiedAt"), "byThisPerson": self._record.is_theirs(state)} for state in states
        ]


def _held(item: Mapping[str, Json], change: Change) -> Json:
    return held(Cell.parse({"columnId": change.column_id, **item}))


def _may_be(other: LoggedChange, value: Json) -> bool:
    """Whether another edit perhaps set this value. This is so if the other edit tried to set this value and has no
    certain outcome. If the value of the other edit was erased from the log, the result is True, unless the other edit
    certainly changed nothing.
    """
    is_unknown = other.phase in OPEN | {Phase.APPLIED} and is_erased(parsed(other.sent))
    return is_unknown or (other.phase in OPEN and _is_value(other.sent, value))


def _of_cell(change: Change) -> EntryQuerySet:
    return Entry.objects.filter(row_id=change.row_id, column_id=change.column_id)


def _is_value(logged: str | None, value: Json) -> bool:
    """Whether a value from the log equals this value."""
    return is_same(parsed(logged), value)


def _is_between(item: Mapping[str, Json], start: datetime, end: datetime) -> bool:
    moment = parse_time(item.get("modifiedAt"))
    return moment is not None and start <= moment <= end
