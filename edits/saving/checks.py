"""Checks changes before anything is sent: permissions, missing rows, conflicts and unchanged cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from edits.features import can_be_granted
from edits.gateway.errors import Forbidden, GatewayError, NotFound, NotGranted
from edits.saving.argument_checks import why_not_text
from edits.saving.baseline import FEATURES, Baseline
from edits.saving.changes import AddRow, CellChange, DeleteRow, MoveRow, RowChange, UpdateRow, action_of
from edits.saving.results import CellResult, RowResult, Status
from edits.sheets import seen_people
from edits.sheets.column_types import ColumnType, column_type
from edits.sheets.held_values import held, is_same
from edits.sheets.reading import NO_ROW
from edits.sheets.rights import why_no_edits, why_not_deleted, why_read_only
from edits.sheets.sheet import Cell, Column, Contact, Row, Sheet, parse_time

NO_COLUMN = "The sheet no longer has this column."
ANOTHER_CELL = "Not sent, because another cell of this row couldn't be saved."
WRITERS_ASKED = 5  # a save looks up the writers of at most this many conflicts; each lookup counts as ten requests


def deleted_places(sheet: Sheet, changes: Sequence[RowChange]) -> list[int]:
    """Return the positions of changes that add or move a row to a place under a row that the same save deletes. The
    deletion would then delete the added or moved row too.
    """
    gone = set(sheet.family_ids(change.row_id for change in changes if isinstance(change, DeleteRow)))
    child_rows = {row.id for row in sheet.rows if row.parent_id in gone}
    return [
        position
        for position, change in enumerate(changes)
        if isinstance(change, AddRow | MoveRow)
        and (change.place.parent_id in gone or change.place.sibling_id in child_rows)
    ]


@dataclass(slots=True)
class CheckedRow:
    """A change that was checked: its current row, the cells to send, and the results of the cells that aren't sent."""

    position: int
    change: RowChange
    row: Row | None = None
    label: str = ""
    to_send: list[tuple[ColumnType, CellChange]] = field(default_factory=list)
    decided: list[CellResult] = field(default_factory=list)
    result: RowResult | None = None  # the result of the whole change, if no cell of it is sent

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
    """Check each change against the baseline. If a change can be sent, the `result` of its CheckedRow is None.

    If `is_cell_by_cell` is true, a cell that can't be saved doesn't prevent saving the row's other cells.
    """
    row_ids = baseline.sheet.row_ids
    people = seen_people.known(baseline.gateway, baseline.sheet)
    kinds = {column.id: column_type(column, people, row_ids) for column in baseline.sheet.columns}
    rows = {row.id: row for row in baseline.sheet.rows}
    writers = Writers(baseline)
    return [
        _checked(baseline, position, change, rows, kinds, writers, is_cell_by_cell=is_cell_by_cell)
        for position, change in enumerate(changes)
    ]


def _checked(
    baseline: Baseline,
    position: int,
    change: RowChange,
    rows: dict[int, Row],
    kinds: dict[int, ColumnType],
    writers: Writers,
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
        _check_cells(baseline, checked, change.cells, kinds, writers)
        _decide_row(checked, is_cell_by_cell=is_cell_by_cell)
    return checked


def _why_no_row(baseline: Baseline, change: RowChange, row: Row | None) -> str:
    """Return a sentence that says why this person can't add, move or delete the row; "" if they can. Cells are checked
    elsewhere.
    """
    match change:
        case DeleteRow() if row:
            return why_not_deleted(baseline.sheet, row)
        case MoveRow() if row and row.is_locked_for_user:
            return "This row is locked: only admins of the sheet can move it."
        case AddRow() | MoveRow():
            return why_no_edits(baseline.sheet.access)
        case _:  # cells are checked one by one
            return ""


def _check_cells(
    baseline: Baseline,
    checked: CheckedRow,
    cells: Sequence[CellChange],
    kinds: dict[int, ColumnType],
    writers: Writers,
) -> None:
    row = checked.row
    for change in cells:
        kind = kinds.get(change.column_id)
        reason = why_read_only(baseline.sheet, kind.column, row, kind=kind) if kind else NO_COLUMN
        reason = reason or (kind.why_not_written(change.typed) if kind else "") or why_not_text(change.typed)
        if kind is None or reason:
            checked.decided.append(CellResult(change.column_id, Status.FORBIDDEN, message=reason))
            continue
        now = row.cell(kind.column) if row else Cell(column_id=change.column_id)
        if row and kind.holds(now, change.typed):
            checked.decided.append(CellResult(change.column_id, Status.UNCHANGED, held(now)))
        elif row and not (is_same(held(now), change.shown) or kind.holds(now, change.shown)):
            by, at = writers.of(row, kind.column)
            checked.decided.append(CellResult(change.column_id, Status.CONFLICT, held(now), by, at))
        else:
            checked.to_send.append((kind, change))


def _decide_row(checked: CheckedRow, *, is_cell_by_cell: bool) -> None:
    found = {cell.status for cell in checked.decided}
    worst = next((status for status in (Status.FORBIDDEN, Status.CONFLICT) if status in found), Status.UNCHANGED)
    is_stopped = worst is not Status.UNCHANGED and not is_cell_by_cell
    if checked.to_send and not is_stopped:
        return
    if isinstance(checked.change, AddRow) and worst is Status.UNCHANGED:
        return  # a row without cells is valid
    message = next((cell.message for cell in checked.decided if cell.status is worst), "")
    checked.decide(worst, message=message, error=Forbidden(message) if worst is Status.FORBIDDEN else None)


class Writers:
    """Looks up who changed cells last. It looks up only the first few cells, because Smartsheet counts each lookup as
    ten requests.
    """

    def __init__(self, baseline: Baseline) -> None:
        self._baseline = baseline
        self._left = WRITERS_ASKED

    def of(self, row: Row, column: Column) -> tuple[str, datetime | None]:
        if not self._left:
            return "", None
        self._left -= 1
        return last_writer(self._baseline, row, column)


def last_writer(baseline: Baseline, row: Row, column: Column) -> tuple[str, datetime | None]:
    """Return who changed the cell last, and when (UTC); ("", None) if Smartsheet doesn't say. Smartsheet counts this
    call as ten requests.
    """
    try:
        history = baseline.gateway.cell_history(baseline.sheet.id, row.id, column.id)
    except GatewayError:
        return "", None
    if not history:
        return "", None
    writer = Contact.parse(history[0].get("modifiedBy") or {})
    return writer.name or writer.email, parse_time(history[0].get("modifiedAt"))
