"""The rows of a save that are sent, by kind: what the log is told of each before the call, the call, and what its
answer means for each. One line of the log's edit is one row.

https://developers.smartsheet.com/api/smartsheet/openapi/rows
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

from audit.recording import Change, Outcome
from audit.vocabulary import Action, Phase
from edits.gateway import answers
from edits.gateway.errors import OutcomeUnknown, Refused
from edits.gateway.operations import IDS_PER_URL, ROWS_PER_WRITE
from edits.saving.baseline import Baseline
from edits.saving.changes import AddRow, DeleteRow, MoveRow, Place
from edits.saving.checks import CheckedRow, action_of
from edits.sheets.column_types import column_type
from edits.sheets.held_values import bare, held, is_same, text_of
from edits.sheets.personal_columns import row_label
from edits.sheets.sheet import Cell, Json, Row

NEW_ROW = "new row"  # what the log calls a row without a name, or whose name is personal, before it has a number
MOVED_AWAY = "The row was no longer below the deleted row, so it wasn't deleted."
TAKEN_ALONG = "The row was moved below the deleted row meanwhile, so Smartsheet deleted it too."
READ_BACK = "Smartsheet gave no clear answer. Reading the row back showed that the change was made."


@dataclass(slots=True)
class Line:
    """A row of the edit: the change that it belongs to, what the log is told of it, and what Smartsheet is sent."""

    checked: CheckedRow
    row_id: int | None
    label: str
    changes: list[Change]
    sent: dict[str, Json] = field(default_factory=dict)
    after: dict[int, Json] = field(default_factory=dict)  # what each cell will hold, by column id


class Batch(ABC):
    """The rows of one kind: `lines` as the log has them, `calls` as ranges of lines, each for one request."""

    def __init__(self, baseline: Baseline, rows: Sequence[CheckedRow]) -> None:
        self.baseline = baseline
        self.action: Action = action_of(rows[0].change)
        self.lines: list[Line] = []
        self.calls: list[range] = []
        self.numbers: dict[int, int] = {}  # the line of each change, by the change's position
        self.counts: dict[int, int] = {}  # how many rows a deletion takes, by its position
        self.unasked: list[Outcome] = []  # rows that the last call took along, and that no line is about
        self._prepare(rows)

    @abstractmethod
    def _prepare(self, rows: Sequence[CheckedRow]) -> None:
        """Fill `lines` and `calls`."""

    @abstractmethod
    def send(self, numbers: Sequence[int], *, edit_id: UUID, is_partial: bool) -> dict[int, Outcome]:
        """Make one call for these lines; gives the outcome of each. Raises GatewayError."""

    def proven(self, numbers: Sequence[int]) -> set[int]:
        """The lines that Smartsheet surely carried out, after it gave no clear answer. Raises GatewayError."""
        return set()

    def _add_call(self, lines: Iterable[Line]) -> None:
        start = len(self.lines)
        self.lines.extend(lines)
        self.calls.append(range(start, len(self.lines)))
        self.numbers.update((self.lines[number].checked.position, number) for number in self.calls[-1])

    def _label(self, row: Row) -> str:
        return row_label(self.baseline.sheet, row, region=self.baseline.actor.region)

    def _content(self, row: Row) -> dict[str, Json]:
        """What is in a row, by column title, without empty cells."""
        cells = ((column.title, held(row.cell(column))) for column in self.baseline.sheet.columns)
        return {title: value for title, value in cells if value is not None}


class PutBatch(Batch):
    """Existing rows, which one PUT changes or moves."""

    def send(self, numbers: Sequence[int], *, edit_id: UUID, is_partial: bool) -> dict[int, Outcome]:
        answer = self.baseline.gateway.update_rows(
            self.baseline.sheet.id,
            [self.lines[number].sent for number in numbers],
            edit_id=edit_id,
            allow_partial_success=is_partial,
        )
        done = {row.id: row for row in map(Row.parse, _results(answer))}
        failed = _failed(answer)
        outcomes = {}
        for position, number in enumerate(numbers):
            line = self.lines[number]
            row_id = line.row_id or 0
            error = failed.get(("row", row_id)) or failed.get(("index", position))
            if row_id in done:
                values = _agreed(done[row_id].cells, line.after) if done[row_id].cells else {}
                outcomes[number] = Outcome(Phase.APPLIED, row_id, line.label, returned=values)
            else:
                outcomes[number] = _refused(line, error)
        return outcomes


class UpdateBatch(PutBatch):
    """Cells of existing rows."""

    def _prepare(self, rows: Sequence[CheckedRow]) -> None:
        personal = self.baseline.personal
        for chunk in _chunks(rows, ROWS_PER_WRITE):
            self._add_call(self._line(checked, personal) for checked in chunk)

    def _line(self, checked: CheckedRow, personal: frozenset[int]) -> Line:
        row = checked.row
        assert row  # noqa: S101 # checks.check leaves out rows that are gone
        label = self._label(row)
        cells = [(column, row.cell(column), change) for column, change in checked.to_send]
        sent = [
            {"columnId": column.id, **column_type(column).to_send(change.typed, now)} for column, now, change in cells
        ]
        after = {column.id: column_type(column).after(change.typed, now) for column, now, change in cells}
        changes = [
            Change(row.id, label, column.id, column.title, held(now), after[column.id], column.id in personal)
            for column, now, _ in cells
        ]
        return Line(checked, row.id, label, changes, {"id": row.id, "cells": sent}, after)

    def proven(self, numbers: Sequence[int]) -> set[int]:
        """Every cell sent holds what was sent, and the last to write the row was this person. A cell that still holds
        the old value proves nothing, as the request may still be on its way."""
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
    """New rows. Whether one was added can't be told from what the person added elsewhere, so nothing is ever proven."""

    def _prepare(self, rows: Sequence[CheckedRow]) -> None:
        for _place, same_place in groupby(rows, key=_place_of):
            for chunk in _chunks(list(same_place), ROWS_PER_WRITE):
                self._add_call(self._line(checked) for checked in chunk)

    def _line(self, checked: CheckedRow) -> Line:
        assert isinstance(checked.change, AddRow)  # noqa: S101 # batches() sorts them
        personal = self.baseline.personal
        cells = [
            {"columnId": column.id, **column_type(column).to_send(change.typed, Cell(column_id=column.id))}
            for column, change in checked.to_send
        ]
        names = (
            text_of(bare(change.typed))
            for column, change in checked.to_send
            if column.is_primary and column.id not in personal
        )
        label = next(names, "") or NEW_ROW
        empty = Cell(column_id=0)
        after = {column.id: column_type(column).after(change.typed, empty) for column, change in checked.to_send}
        values = ((column.title, after[column.id]) for column, _ in checked.to_send)
        content = {title: value for title, value in values if value is not None}
        change = Change(None, label, None, "", None, content, is_personal=bool(personal))
        sent = {**checked.change.place.attributes(), "cells": cells}
        return Line(checked, None, label, [change], sent, after)

    def send(self, numbers: Sequence[int], *, edit_id: UUID, is_partial: bool) -> dict[int, Outcome]:
        answer = self.baseline.gateway.add_rows(
            self.baseline.sheet.id,
            [self.lines[number].sent for number in numbers],
            edit_id=edit_id,
            allow_partial_success=is_partial,
        )
        failed = _failed(answer)
        outcomes = {
            number: _refused(self.lines[number], error)
            for position, number in enumerate(numbers)
            if (error := failed.get(("index", position)))
        }
        left = [number for number in numbers if number not in outcomes]
        added = [Row.parse(raw) for raw in _results(answer)]
        if len(added) != len(left):  # which of them were added can't be told
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
    """Rows with all rows beneath them; a line for each row that goes."""

    def _prepare(self, rows: Sequence[CheckedRow]) -> None:
        families = {checked.position: self._family(checked) for checked in rows}
        beneath = {row.id for family in families.values() for row in family[1:]}
        tops = [checked for checked in rows if families[checked.position][0].id not in beneath]
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
        is_personal = bool(self.baseline.personal)
        return Line(checked, row.id, label, [Change(row.id, label, None, "", self._content(row), None, is_personal)])

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
        """The sheet can be read, and the rows, which were there a moment ago, are gone. It is the sheet that is read:
        "not found" for a row may be about a sheet that someone has just taken away."""
        ids = [self.lines[number].row_id or 0 for number in numbers]
        left = {row["id"] for row in self.baseline.gateway.sheet(self.baseline.sheet.id, row_ids=ids)["rows"]}
        return set() if left else set(numbers)


class MoveBatch(PutBatch):
    """Rows to another place. The log has where each was and where it goes."""

    def _prepare(self, rows: Sequence[CheckedRow]) -> None:
        for _place, same_place in groupby(rows, key=_place_of):
            for chunk in _chunks(list(same_place), ROWS_PER_WRITE):
                self._add_call(self._line(checked) for checked in chunk)

    def _line(self, checked: CheckedRow) -> Line:
        row, change = checked.row, checked.change
        assert row  # noqa: S101 # checks.check leaves out rows that are gone
        assert isinstance(change, MoveRow)  # noqa: S101 # batches() sorts them
        label = self._label(row)
        place = change.place.attributes()
        was: dict[str, Json] = {"parentId": row.parent_id, "rowNumber": row.number}
        return Line(checked, row.id, label, [Change(row.id, label, None, "", was, place)], {"id": row.id, **place})


def batches(baseline: Baseline, rows: Iterable[CheckedRow]) -> Iterator[Batch]:
    """The rows that are sent, sorted by kind: updates, moves, additions, deletions."""
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
    """Whether the row holds what was sent, and was last written by the person with one of these addresses."""
    if row is None or row.modified_by is None or row.modified_by.email.casefold() not in addresses:
        return False
    holds = {cell.column_id: held(cell) for cell in row.cells.values()}
    return all(is_same(holds.get(column_id), value) for column_id, value in line.after.items())


def _place_of(checked: CheckedRow) -> Place:
    """All rows of one request go to the same place: errorCode 1123."""
    assert isinstance(checked.change, AddRow | MoveRow)  # noqa: S101 # batches() sorts them
    return checked.change.place


def _chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _results(answer: Json) -> list[Json]:
    result = answer.get("result") or []
    return result if isinstance(result, list) else [result]


def _failed(answer: Json) -> dict[tuple[str, int], Refused]:
    """What Smartsheet refused of a partial success, by row id and by place in the request."""
    found: dict[tuple[str, int], Refused] = {}
    for item in answer.get("failedItems") or ():
        error = answers.refusal(item.get("error"))
        for name, key in (("row", item.get("rowId")), ("index", item.get("index"))):
            if isinstance(key, int):
                found[name, key] = error
    return found


def _refused(line: Line, error: Refused | None) -> Outcome:
    """The outcome of a row that Smartsheet named among those that failed; unknown where it named it nowhere."""
    if error is None:
        return Outcome(Phase.UNKNOWN, line.row_id, message=answers.UNKNOWN)
    return Outcome(Phase.REFUSED, line.row_id, message=error.message, error_code=error.error_code, ref_id=error.ref_id)


def _agreed(returned: Mapping[Any, Cell], sent: Mapping[Any, Json]) -> dict[Any, Json]:
    """For each value that was sent, the one that Smartsheet returned; as it was sent if both read the same."""
    return {key: _agreed_value(returned.get(key), value) for key, value in sent.items()}


def _agreed_value(returned: Cell | None, sent: Json) -> Json:
    """The cell's value by Smartsheet's answer: the one that was sent, unless the answer clearly says another.

    Answers to writes join the choices of a multi-value cell into one text, which can't be split into the list again.
    The text is in displayValue alone, or in both displayValue and value.
    """
    if returned is None:
        return sent
    value = held(returned)
    is_text_alone = bool(returned.display) and not isinstance(value, list)
    if isinstance(sent, list) and is_text_alone:
        return sent
    return sent if is_same(value, sent) else value
