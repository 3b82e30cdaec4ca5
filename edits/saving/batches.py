"""Sends rows in batches. Each kind of change has a class, which prepares the log's entries, makes the call, and reads
each row's outcome from the answer. Each row of an edit is called a line. The log's entries have the line's number.

https://developers.smartsheet.com/api/smartsheet/openapi/rows
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

from audit.recording import Change, Evidence, Outcome
from audit.vocabulary import NEW_ROW, Action, Phase
from edits.gateway import answers
from edits.gateway.errors import OutcomeUnknown, Refused
from edits.gateway.operations import IDS_PER_URL, ROWS_PER_WRITE
from edits.saving.baseline import Baseline
from edits.saving.changes import AddRow, CellChange, DeleteRow, MoveRow, Place, action_of
from edits.saving.checks import CheckedRow
from edits.saving.row_evidence import OldPlace, evidence_of_deleted
from edits.sheets.column_types import ColumnType
from edits.sheets.held_values import bare, held, is_same, text_of
from edits.sheets.personal_columns import row_label
from edits.sheets.sheet import Cell, Json, Row

DURATION_LOCALE = "en_US"  # the units of durations are English, also for people with another locale
MOVED_AWAY = "This row wasn't deleted, because it was no longer a child row of a row that this edit deleted."
TAKEN_ALONG = "Smartsheet deleted this row too, because it had become a child row of a row that this edit deleted."
READ_BACK = "Smartsheet gave no clear answer. This app then read the sheet, which showed that the change was made."


@dataclass(slots=True)
class Line:
    """A row of the edit: its change, its entries in the log, and the data that is sent to Smartsheet."""

    checked: CheckedRow
    row_id: int | None
    label: str
    changes: list[Change]
    sent: dict[str, Json] = field(default_factory=dict)
    after: dict[int, Json] = field(default_factory=dict)  # the new value of each cell, by column id


class Batch(ABC):
    """The rows of one kind of change. `lines` has a line for each row. `calls` has a range of line numbers for each
    request to Smartsheet.
    """

    def __init__(self, baseline: Baseline, rows: Sequence[CheckedRow]) -> None:
        self.baseline = baseline
        self.action: Action = action_of(rows[0].change)
        self._region = baseline.actor.region
        self.lines: list[Line] = []
        self.calls: list[range] = []
        self.numbers: dict[int, int] = {}  # the number of each change's line, by the change's position
        self.counts: dict[int, int] = {}  # the number of rows that each deletion deletes, by the change's position
        self.unasked: list[Outcome] = []  # outcomes of rows that the last call deleted too, although they have no line
        self._prepare(rows)

    @abstractmethod
    def _prepare(self, rows: Sequence[CheckedRow]) -> None:
        """Make a line for each row, and a range of line numbers for each request."""

    @abstractmethod
    def send(self, numbers: Sequence[int], *, edit_id: UUID, is_partial: bool) -> dict[int, Outcome]:
        """Make one call for these lines. Return the outcome of each line, by its number. Raises GatewayError."""

    def proven(self, numbers: Sequence[int]) -> set[int]:
        """After an unclear answer, return the numbers of the lines that Smartsheet certainly carried out. Raises
        GatewayError.
        """
        return set()

    def missing(self, numbers: Sequence[int]) -> list[int]:  # DeleteBatch overrides this
        """After the answer "not found", return the numbers of the lines whose rows no longer exist. Raises
        GatewayError.
        """
        return []

    def _add_call(self, lines: Iterable[Line]) -> None:
        start = len(self.lines)
        self.lines.extend(lines)
        self.calls.append(range(start, len(self.lines)))
        self.numbers.update((self.lines[number].checked.position, number) for number in self.calls[-1])

    def _label(self, row: Row) -> str:
        return row_label(self.baseline.sheet, row, region=self._region)

    @property
    def _parse_locale(self) -> str:
        """The locale in which Smartsheet parses the sent durations; "" if the sheet has no column for durations."""
        has_durations = any(column.type == "DURATION" for column in self.baseline.sheet.columns)
        return DURATION_LOCALE if has_durations else ""

    def _content(self, row: Row) -> dict[str, Json]:
        """Return a row's values by column title, without empty cells."""
        cells = ((column.title, held(row.cell(column))) for column in self.baseline.sheet.columns)
        return {title: value for title, value in cells if value is not None}


class PutBatch(Batch):
    """Changes or moves existing rows. Each call is one PUT."""

    def send(self, numbers: Sequence[int], *, edit_id: UUID, is_partial: bool) -> dict[int, Outcome]:
        answer = self.baseline.gateway.update_rows(
            self.baseline.sheet.id,
            [self.lines[number].sent for number in numbers],
            edit_id=edit_id,
            allow_partial_success=is_partial,
            parse_locale=self._parse_locale,
        )
        done = {row.id: row for row in map(Row.parse, _results(answer))}
        row_ids = [self.lines[number].row_id or 0 for number in numbers]
        failed = _failed(answer, row_ids)
        if any(row_ids[position] in done for position in failed):  # both saved and refused
            raise OutcomeUnknown(answers.UNKNOWN)
        outcomes = {}
        for position, (number, row_id) in enumerate(zip(numbers, row_ids, strict=True)):
            line = self.lines[number]
            if row_id in done:
                values = self._returned(line, done[row_id])
                outcomes[number] = Outcome(Phase.APPLIED, row_id, line.label, returned=values)
            else:
                outcomes[number] = _refused(line, failed.get(position))
        return outcomes

    @abstractmethod
    def _returned(self, line: Line, row: Row) -> dict[int | None, Json]:
        """Return the row's values after the call, from `row` in Smartsheet's answer. The result becomes
        `Outcome.returned` (audit.recording).
        """


class UpdateBatch(PutBatch):
    """Changes cells of existing rows."""

    def _prepare(self, rows: Sequence[CheckedRow]) -> None:
        personal = self.baseline.personal
        for chunk in _chunks(rows, ROWS_PER_WRITE):
            self._add_call(self._line(checked, personal) for checked in chunk)

    def _line(self, checked: CheckedRow, personal: frozenset[int]) -> Line:
        row = checked.row
        assert row  # noqa: S101 # checks.check leaves out rows that are gone
        label = self._label(row)
        cells = [(kind, kind.column, row.cell(kind.column), change) for kind, change in checked.to_send]
        sent = [{"columnId": column.id, **kind.to_send(change.typed, now)} for kind, column, now, change in cells]
        after = {column.id: kind.after(change.typed, now) for kind, column, now, change in cells}
        changes = [
            Change(
                row.id,
                label,
                column.id,
                column.title,
                held(now),
                after[column.id],
                column.id in personal,
                refers_to=change.undoes,
                evidence={"symbol": column.symbol} if column.symbol else None,  # the log's pages show the symbol
            )
            for _, column, now, change in cells
        ]
        return Line(checked, row.id, label, changes, {"id": row.id, "cells": sent}, after)

    def _returned(self, line: Line, row: Row) -> dict[int | None, Json]:
        return _agreed(row.cells, line.after) if row.cells else {}

    def proven(self, numbers: Sequence[int]) -> set[int]:
        """Return the numbers of the lines that were certainly saved. In the rows of these lines, all cells have the
        sent values, and the token's owner was the last to write the row. A cell with the old value doesn't prove that
        the line wasn't saved, because the request can still reach Smartsheet.
        """
        known = self.baseline.addresses
        rows = {row.id: row for row in self._read([self.lines[number].row_id or 0 for number in numbers])}
        lines = {number: self.lines[number] for number in numbers}
        return {number for number, line in lines.items() if _is_there(line, rows.get(line.row_id or 0), known)}

    def _read(self, row_ids: Sequence[int]) -> Iterator[Row]:
        gateway, sheet_id = self.baseline.gateway, self.baseline.sheet.id
        if len(row_ids) == 1:
            yield Row.parse(gateway.row(sheet_id, row_ids[0]))
        else:
            yield from map(Row.parse, gateway.sheet(sheet_id, row_ids=row_ids)["rows"])


class AddBatch(Batch):
    """Adds rows. After an unclear answer, `proven` returns no line, because the sheet doesn't show whether a new row
    was added by this batch, or by the same person elsewhere.
    """

    def _prepare(self, rows: Sequence[CheckedRow]) -> None:
        for _place, same_place in groupby(rows, key=_place_of):
            for chunk in _chunks(list(same_place), ROWS_PER_WRITE):
                self._add_call(self._line(checked) for checked in chunk)

    def _line(self, checked: CheckedRow) -> Line:
        assert isinstance(checked.change, AddRow)  # noqa: S101 # batches() sorts them
        personal = self.baseline.personal
        cells = [_new_cell(kind, change) for kind, change in checked.to_send]
        names = (
            text_of(bare(change.typed))
            for kind, change in checked.to_send
            if kind.column.is_primary and kind.column.id not in personal
        )
        label = next(names, "") or NEW_ROW
        empty = Cell(column_id=0)
        # The value of a formula is only known from the answer.
        typed = [(kind, change) for kind, change in checked.to_send if not change.formula]
        after = {kind.column.id: kind.after(change.typed, empty) for kind, change in typed}
        values = ((kind.column.title, after[kind.column.id]) for kind, _ in typed)
        content = {title: value for title, value in values if value is not None}
        change = Change(
            None,
            label,
            None,
            "",
            None,
            content,
            is_personal=bool(personal),
            refers_to=checked.change.undoes,
            evidence=_evidence_of_restored(checked, is_personal=bool(personal)) if checked.change.undoes else None,
        )
        sent = {**checked.change.place.attributes(), **checked.change.attributes.to_send(), "cells": cells}
        return Line(checked, None, label, [change], sent, after)

    def send(self, numbers: Sequence[int], *, edit_id: UUID, is_partial: bool) -> dict[int, Outcome]:
        answer = self.baseline.gateway.add_rows(
            self.baseline.sheet.id,
            [self.lines[number].sent for number in numbers],
            edit_id=edit_id,
            allow_partial_success=is_partial,
            parse_locale=self._parse_locale,
        )
        failed = _failed(answer, [0] * len(numbers))
        outcomes = {numbers[position]: _refused(self.lines[numbers[position]], failed[position]) for position in failed}
        left = [number for number in numbers if number not in outcomes]
        added = [Row.parse(raw) for raw in _results(answer)]
        ids, known = {row.id for row in added}, {row.id for row in self.baseline.sheet.rows}
        if not len(ids) == len(added) == len(left) or ids & known:  # the answer doesn't say which rows were added
            raise OutcomeUnknown(answers.UNKNOWN)
        for number, row in zip(left, added, strict=True):  # Smartsheet answers additions in the order of the request
            cells = {
                column.title: row.cells[column.id] for column in self.baseline.sheet.columns if column.id in row.cells
            }
            sent = self.lines[number].changes[0].new
            returned = _agreed(cells, sent) if isinstance(sent, dict) else {}
            outcomes[number] = Outcome(Phase.APPLIED, row.id, self._label(row), returned={None: returned})
        return outcomes


class DeleteBatch(Batch):
    """Deletes rows with all their child rows, at every level. Each deleted row has a line."""

    def _prepare(self, rows: Sequence[CheckedRow]) -> None:
        families = {checked.position: self._family(checked) for checked in rows}
        child_rows = {row.id for family in families.values() for row in family[1:]}
        tops = [checked for checked in rows if families[checked.position][0].id not in child_rows]
        for chunk in _chunks(tops, IDS_PER_URL):
            self._add_call(self._line(checked, row) for checked in chunk for row in families[checked.position])
        numbers = {line.row_id: number for number, line in enumerate(self.lines)}
        self.numbers = {position: numbers[family[0].id] for position, family in families.items()}
        self.counts = {position: len(family) for position, family in families.items()}

    def _family(self, checked: CheckedRow) -> tuple[Row, ...]:
        assert isinstance(checked.change, DeleteRow)  # noqa: S101 # batches() sorts them
        return self.baseline.sheet.family(checked.change.row_id)

    def _line(self, checked: CheckedRow, row: Row) -> Line:
        label = self._label(row)
        change = Change(
            row.id,
            label,
            None,
            "",
            self._content(row),
            None,
            is_personal=bool(self.baseline.personal),
            refers_to=checked.change.undoes if isinstance(checked.change, DeleteRow) else None,
            evidence=evidence_of_deleted(self.baseline.sheet, row, is_personal=bool(self.baseline.personal)),
        )
        return Line(checked, row.id, label, [change])

    def send(self, numbers: Sequence[int], *, edit_id: UUID, is_partial: bool) -> dict[int, Outcome]:
        wanted = (self.lines[number].checked.change for number in numbers)
        ids = list(dict.fromkeys(change.row_id for change in wanted if isinstance(change, DeleteRow)))
        gone = set(_results(self.baseline.gateway.delete_rows(self.baseline.sheet.id, ids, edit_id=edit_id)))
        others = sorted(gone - {line.row_id for line in self.lines})
        self.unasked = [Outcome(Phase.APPLIED, row_id, message=TAKEN_ALONG) for row_id in others]
        return {
            number: Outcome(Phase.APPLIED, line.row_id, line.label)
            if line.row_id in gone
            else Outcome(Phase.FAILED, line.row_id, message=MOVED_AWAY)
            for number in numbers
            for line in [self.lines[number]]
        }

    def proven(self, numbers: Sequence[int]) -> set[int]:
        """If the sheet has none of the lines' rows any more, return the numbers of all these lines. Otherwise return an
        empty set. Reading a single row would prove nothing: its answer "not found" could also mean that the person has
        just lost access to the sheet.
        """
        ids = [self.lines[number].row_id or 0 for number in numbers]
        left = {row["id"] for row in self.baseline.gateway.sheet(self.baseline.sheet.id, row_ids=ids)["rows"]}
        return set() if left else set(numbers)

    def missing(self, numbers: Sequence[int]) -> list[int]:
        """Return the numbers of the lines whose rows were named in the request and no longer exist. A request names the
        rows to delete, but not the child rows of these rows.
        """
        named = {number for position, number in self.numbers.items() if number in numbers}
        ids = [self.lines[number].row_id or 0 for number in named]
        left = {row["id"] for row in self.baseline.gateway.sheet(self.baseline.sheet.id, row_ids=ids)["rows"]}
        return sorted(number for number in named if self.lines[number].row_id not in left)


class MoveBatch(PutBatch):
    """Moves rows to another place. The log has the old place and the new one."""

    def _prepare(self, rows: Sequence[CheckedRow]) -> None:
        for _place, same_place in groupby(rows, key=_place_of):
            for chunk in _chunks(list(same_place), ROWS_PER_WRITE):
                self._add_call(self._line(checked) for checked in chunk)

    def _line(self, checked: CheckedRow) -> Line:
        row, change = checked.row, checked.change
        assert row  # noqa: S101 # checks.check leaves out rows that are gone
        assert isinstance(change, MoveRow)  # noqa: S101 # batches() sorts them
        label = self._label(row)
        place, was = change.place.attributes(), OldPlace.of(row).to_json()
        moved = Change(row.id, label, None, "", was, place, refers_to=change.undoes)
        return Line(checked, row.id, label, [moved], {"id": row.id, **place})

    def _returned(self, line: Line, row: Row) -> dict[int | None, Json]:
        return {None: OldPlace.of(row).to_json()}


def batches(baseline: Baseline, rows: Iterable[CheckedRow]) -> Iterator[Batch]:
    """Yield the batches of the rows to send: first updates, then moves, additions, and deletions."""
    kinds: dict[Action, list[CheckedRow]] = {}
    for row in rows:
        if row.result is None:
            kinds.setdefault(action_of(row.change), []).append(row)
    makers: dict[Action, type[Batch]] = {
        Action.CHANGE: UpdateBatch,
        Action.MOVE: MoveBatch,
        Action.DELETE: DeleteBatch,
    }
    order = [Action.CHANGE, Action.MOVE, *(kind for kind in kinds if kind not in makers), Action.DELETE]
    for kind in order:
        if kind in kinds:
            yield makers.get(kind, AddBatch)(baseline, kinds[kind])


def _is_there(line: Line, row: Row | None, addresses: Container[str]) -> bool:
    """Whether the row has the sent values, and the last writer of the row has one of these addresses."""
    if row is None or row.modified_by is None or row.modified_by.email.lower() not in addresses:
        return False
    holds = {cell.column_id: held(cell) for cell in row.cells.values()}
    return all(is_same(holds.get(column_id), value) for column_id, value in line.after.items())


def _place_of(checked: CheckedRow) -> Place:
    """Return the place to which a change adds or moves its row. All rows of a request must go to the same place.
    Otherwise Smartsheet answers with the errorCode 1123.
    """
    assert isinstance(checked.change, AddRow | MoveRow)  # noqa: S101 # batches() sorts them
    return checked.change.place


def _new_cell(kind: ColumnType, change: CellChange) -> dict[str, Json]:
    """Return the Cell object for a cell of a new row."""
    column_id = kind.column.id
    sent = {"formula": change.formula} if change.formula else kind.to_send(change.typed, Cell(column_id=column_id))
    return {"columnId": column_id, **sent} | ({"format": change.format} if change.format else {})


def _evidence_of_restored(checked: CheckedRow, *, is_personal: bool) -> dict[str, Evidence]:
    """Return the evidence of a restored row: its new place and its formulas. The values in the log don't have the
    formulas. `is_personal` is true if the sheet got personal columns after the row was deleted. The evidence then has
    only the place, because a formula can contain a personal value.
    """
    assert isinstance(checked.change, AddRow)  # noqa: S101 # batches() sorts them
    if is_personal:
        return {"place": checked.change.place.attributes()}
    formulas: dict[str, Json] = {str(kind.column.id): one.formula for kind, one in checked.to_send if one.formula}
    return {"place": checked.change.place.attributes(), "formulas": formulas}


def _chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _results(answer: Json) -> list[Json]:
    result = answer.get("result") or []
    return result if isinstance(result, list) else [result]


def _failed(answer: Json, row_ids: Sequence[int]) -> dict[int, Refused]:
    """Return the errors of rows that Smartsheet refused in a partial success, by the row's position in the request.
    `row_ids` has the ids of the request's rows, or 0 for a new row. Raises OutcomeUnknown if an item names a row that
    isn't in the request, or if its index and its row id name different rows.
    """
    found: dict[int, Refused] = {}
    positions = {row_id: position for position, row_id in enumerate(row_ids) if row_id}
    for item in answer.get("failedItems") or ():
        row_id, index = item.get("rowId"), item.get("index")
        named = {positions.get(row_id)} if positions and type(row_id) is int else set()
        named |= {index if 0 <= index < len(row_ids) else None} if type(index) is int else set()
        if len(named) > 1 or None in named:
            raise OutcomeUnknown(answers.UNKNOWN)
        found |= {position: answers.refusal(item.get("error")) for position in named if position is not None}
    return found


def _refused(line: Line, error: Refused | None) -> Outcome:
    """Return the outcome of a row that wasn't saved: refused with this error, or unknown if the answer has no error."""
    if error is None:
        return Outcome(Phase.UNKNOWN, line.row_id, message=answers.UNKNOWN)
    return Outcome(Phase.REFUSED, line.row_id, message=error.message, error_code=error.error_code, ref_id=error.ref_id)


def _agreed(returned: Mapping[Any, Cell], sent: Mapping[Any, Json]) -> dict[Any, Json]:
    """Return the value that each cell has after the write (see `_agreed_value`). The result has the keys of `sent`."""
    return {key: _agreed_value(returned.get(key), value) for key, value in sent.items()}


def _agreed_value(returned: Cell | None, sent: Json) -> Json:
    """Return the cell's value after the write: the sent value, unless the answer clearly has another value.

    In answers to writes, Smartsheet joins the choices of a multi-value cell into one text, which can't be split again.
    It puts the text into displayValue, and sometimes into value too.
    """
    if returned is None:
        return sent
    value = held(returned)
    is_text_alone = bool(returned.display) and not isinstance(value, list)
    if isinstance(sent, list) and is_text_alone:
        return sent
    return sent if is_same(value, sent) else value
