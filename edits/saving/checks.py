"""Checks changes before anything is sent: permissions, missing rows, conflicts and unchanged cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from audit.vocabulary import Action
from edits.features import can_be_granted
from edits.gateway.errors import Forbidden, GatewayError, NotFound, NotGranted
from edits.saving.baseline import FEATURES, Baseline
from edits.saving.changes import AddRow, CellChange, DeleteRow, MoveRow, RowChange, UpdateRow
from edits.saving.results import CellResult, RowResult, Status
from edits.sheets.column_types import column_type
from edits.sheets.held_values import held
from edits.sheets.reading import NO_ROW
from edits.sheets.rights import why_no_edits, why_not_deleted, why_read_only
from edits.sheets.sheet import Cell, Column, Contact, Row, Sheet, parse_time

NO_COLUMN = "The sheet no longer has this column."
ANOTHER_CELL = "Not sent, because another cell of this row couldn't be saved."
WRITERS_ASKED = 5  # conflicts of one save whose writer is asked for, as each answer costs ten requests

ACTIONS: dict[type[RowChange], Action] = {
    UpdateRow: Action.CHANGE,
    DeleteRow: Action.DELETE,
    MoveRow: Action.MOVE,
}


def deleted_places(sheet: Sheet, changes: Sequence[RowChange]) -> list[int]:
    """The positions of the additions and moves to a place that the same save deletes: their rows would be deleted
    without being named."""
    gone = set(sheet.family_ids(change.row_id for change in changes if isinstance(change, DeleteRow)))
    beneath = {row.id for row in sheet.rows if row.parent_id in gone}
    return [
        position
        for position, change in enumerate(changes)
        if isinstance(change, AddRow | MoveRow)
        and (change.place.parent_id in gone or change.place.sibling_id in beneath)
    ]


def action_of(change: RowChange) -> Action:
    """The action that the log has for a change."""
    return change.action if isinstance(change, AddRow) else ACTIONS[type(change)]


@dataclass(slots=True)
class CheckedRow:
    """A change, its row as it is now, the cells to send, and what is decided about the other cells or the whole row."""

    position: int
    change: RowChange
    row: Row | None = None
    label: str = ""
    to_send: list[tuple[Column, CellChange]] = field(default_factory=list)
    decided: list[CellResult] = field(default_factory=list)
    result: RowResult | None = None  # where nothing of it is sent

    def decide(self, status: Status, *, message: str = "", error: GatewayError | None = None) -> None:
        """Set the result of a change that isn't sent."""
        left = [CellResult(cell.column_id, Status.NOT_SENT, message=ANOTHER_CELL) for _, cell in self.to_send]
        self.result = RowResult(
            row_id=self.row.id if self.row else getattr(self.change, "row_id", None),
            status=status,
            cells=(*self.decided, *left),
            message=message,
            label=self.label,
            error=error,
        )


def check(baseline: Baseline, changes: Sequence[RowChange], *, is_cell_by_cell: bool) -> list[CheckedRow]:
    """Each change checked against the baseline; what may be sent has no `result`.

    `is_cell_by_cell`: a cell that can't be saved keeps no other cell of its row from being saved.
    """
    columns = {column.id: column for column in baseline.sheet.columns}
    rows = {row.id: row for row in baseline.sheet.rows}
    writers = _Writers(baseline)
    return [
        _checked(baseline, position, change, rows, columns, writers, is_cell_by_cell=is_cell_by_cell)
        for position, change in enumerate(changes)
    ]


def _checked(
    baseline: Baseline,
    position: int,
    change: RowChange,
    rows: dict[int, Row],
    columns: dict[int, Column],
    writers: _Writers,
    *,
    is_cell_by_cell: bool,
) -> CheckedRow:
    row = None if isinstance(change, AddRow) else rows.get(change.row_id)
    checked = CheckedRow(position, change, row, label=baseline.sheet.label(row) if row else "")
    if reason := baseline.gateway.why_not(FEATURES[action_of(change)]):
        checked.decide(
            Status.FORBIDDEN, message=reason, error=NotGranted(reason, can_be_granted=can_be_granted(reason))
        )
    elif row is None and not isinstance(change, AddRow):
        checked.decide(Status.REFUSED, message=NO_ROW, error=NotFound(NO_ROW))
    elif reason := _why_no_row(baseline, change, row):
        checked.decide(Status.FORBIDDEN, message=reason, error=Forbidden(reason))
    elif isinstance(change, UpdateRow | AddRow):
        _check_cells(baseline, checked, change.cells, columns, writers)
        _decide_row(checked, is_cell_by_cell=is_cell_by_cell)
    return checked


def _why_no_row(baseline: Baseline, change: RowChange, row: Row | None) -> str:
    """Why this person can't do this to the row as a whole, as a sentence; "" if they can."""
    match change:
        case DeleteRow() if row:
            return why_not_deleted(baseline.sheet, row)
        case MoveRow() if row and row.is_locked_for_user:
            return "This row is locked: only admins of the sheet can move it."
        case AddRow() | MoveRow():
            return why_no_edits(baseline.sheet.access)
        case _:  # of cells each is asked about by itself
            return ""


def _check_cells(
    baseline: Baseline,
    checked: CheckedRow,
    cells: Sequence[CellChange],
    columns: dict[int, Column],
    writers: _Writers,
) -> None:
    for change in cells:
        column = columns.get(change.column_id)
        reason = why_read_only(baseline.sheet, column, checked.row) if column else NO_COLUMN
        if column is None or reason:
            checked.decided.append(CellResult(change.column_id, Status.FORBIDDEN, message=reason))
            continue
        now = checked.row.cell(column) if checked.row else Cell(column_id=column.id)
        kind = column_type(column)
        if checked.row and kind.holds(now, change.typed):
            checked.decided.append(CellResult(column.id, Status.UNCHANGED, held(now)))
        elif checked.row and not kind.holds(now, change.shown):
            by, at = writers.of(checked.row, column)
            checked.decided.append(CellResult(column.id, Status.CONFLICT, held(now), by, at))
        else:
            checked.to_send.append((column, change))


def _decide_row(checked: CheckedRow, *, is_cell_by_cell: bool) -> None:
    found = {cell.status for cell in checked.decided}
    worst = next((status for status in (Status.FORBIDDEN, Status.CONFLICT) if status in found), Status.UNCHANGED)
    is_stopped = worst is not Status.UNCHANGED and not is_cell_by_cell
    if checked.to_send and not is_stopped:
        return
    if isinstance(checked.change, AddRow) and worst is Status.UNCHANGED:
        return  # a row without cells is a row all the same
    message = next((cell.message for cell in checked.decided if cell.status is worst), "")
    checked.decide(worst, message=message, error=Forbidden(message) if worst is Status.FORBIDDEN else None)


class _Writers:
    """Finds out who changed cells last, for the first few cells only: each answer costs ten requests."""

    def __init__(self, baseline: Baseline) -> None:
        self._baseline = baseline
        self._left = WRITERS_ASKED

    def of(self, row: Row, column: Column) -> tuple[str, datetime | None]:
        if not self._left:
            return "", None
        self._left -= 1
        return last_writer(self._baseline, row, column)


def last_writer(baseline: Baseline, row: Row, column: Column) -> tuple[str, datetime | None]:
    """Who changed the cell last, and when (UTC); ("", None) if Smartsheet doesn't say. Costs ten requests."""
    try:
        history = baseline.gateway.cell_history(baseline.sheet.id, row.id, column.id)
    except GatewayError:
        return "", None
    if not history:
        return "", None
    writer = Contact.parse(history[0].get("modifiedBy") or {})
    return writer.name or writer.email, parse_time(history[0].get("modifiedAt"))
