"""Corrects the row numbers in predecessors. If someone adds, deletes or moves rows above, the rows get other numbers,
but the person still means the rows that they saw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from edits.saving.changes import AddRow, CellChange, RowChange, UpdateRow
from edits.sheets.column_types import ColumnType, column_type
from edits.sheets.sheet import Sheet


def with_current_numbers(
    changes: Sequence[RowChange], sheet: Sheet, shown_rows: Mapping[int, int | None]
) -> Sequence[RowChange]:
    """Return the changes with the numbers that the rows have in `sheet`. `shown_rows` has the ids of rows, by the
    numbers that these rows had when the person saw them. A row that isn't in the sheet becomes #REF, which `check`
    refuses.
    """
    kinds = {column.id: column_type(column) for column in sheet.columns if column.type == "PREDECESSOR"}
    if not shown_rows or not kinds:
        return changes
    places = {row_id: place for place, row_id in enumerate(sheet.row_ids or (), 1)}
    numbers = {number: None if row_id is None else places.get(row_id) for number, row_id in shown_rows.items()}
    return [
        replace(change, cells=tuple(_current(cell, kinds.get(cell.column_id), numbers) for cell in change.cells))
        if isinstance(change, UpdateRow | AddRow)
        else change
        for change in changes
    ]


def _current(cell: CellChange, kind: ColumnType | None, numbers: Mapping[int, int | None]) -> CellChange:
    if kind is None:
        return cell
    return replace(cell, shown=kind.renumbered(cell.shown, numbers), typed=kind.renumbered(cell.typed, numbers))
