"""Copies and moves rows to another sheet.

https://developers.smartsheet.com/api/smartsheet/openapi/rows/copy-rows
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sandbox.errors import ApiError
from sandbox.model.access import Access
from sandbox.model.cell_parsing import Writing
from sandbox.model.event_bus import on_sheet
from sandbox.model.formula import recalculate
from sandbox.model.project_columns import PROJECT_TYPES
from sandbox.model.remark_changes import copy_remarks
from sandbox.model.row_change import RowEdit, add_rows, forget_calculations
from sandbox.model.sheet import Cell, Column, Row, Sheet

Json = Any


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest size that the target sheet can have after the transfer. 0 means no limit."""

    rows: int
    columns: int
    cells: int


def rows_to_take(writing: Writing, row_ids: list[int], *, ignore_missing: bool, with_children: bool) -> list[Row]:
    """Return the rows with these ids in the sheet's order, with their child rows if `with_children` is true.

    Raises ApiError 1137 if an id occurs twice, and 1006 if a row doesn't exist and `ignore_missing` is false.
    """
    if len(set(row_ids)) < len(row_ids):
        raise ApiError(1137)
    found = [writing.sheet.row(row_id) for row_id in row_ids]
    if None in found and not ignore_missing:
        raise ApiError(1006)
    families = [writing.sheet.family(row) if with_children else [row] for row in found if row]
    rows = {row.id: row for family in families for row in family}
    return sorted(rows.values(), key=writing.sheet.index)


def copy_rows(
    writing: Writing, rows: list[Row], target: Writing, *, include: Collection[str], limits: Limits
) -> dict[int, int]:
    """Copy rows to the bottom of the target sheet. Returns the id of each copy by the id of its original.

    Cells go to the column with the same title and type. Primary columns always match. If the writer is an admin of the
    target sheet, columns without a match are added there at the right. If not, the cells of these columns aren't
    copied. Formulas and cell links are copied as values.

    A copy's parent row is the copy of its original's parent row. If that row isn't copied, the next parent row above it
    takes its place, and so on. If none of the parent rows is copied, the copy has no parent row.
    """
    columns = _matches(writing, target)
    missing = [] if target.access < Access.ADMIN else _missing(writing, rows, columns)
    _check_size(target.sheet, len(rows), len(missing), limits)
    columns |= {column.id: _new_column(target, column) for column in missing}
    edits = [RowEdit(None, None, _cells(row, columns), _looks(row)) for row in rows]
    copies = add_rows(target, edits, most_rows=limits.rows, most_cells=limits.cells)
    ids = {row.id: copy.id for row, copy in zip(rows, copies, strict=True)}
    for row, copy in zip(rows, copies, strict=True):
        copy.parent_id = ids.get(_nearest(writing.sheet, row, ids) or 0)
    target.sheet.insert(len(target.sheet.rows), [])
    recalculate(target.sheet, copies)
    forget_calculations(copies)
    copy_remarks(writing.state, writing.sheet, target.sheet, ids=ids, include=include)
    return ids


def _nearest(sheet: Sheet, row: Row, ids: Collection[int]) -> int | None:
    """Return the id of the row's nearest parent row, at any level, among these ids; None if none is among them."""
    above = row.parent_id
    while above is not None and above not in ids:
        parent = sheet.row(above)
        above = parent.parent_id if parent else None
    return above


def _matches(writing: Writing, target: Writing) -> dict[int, Column]:
    """Return the matching columns of the target sheet, by the ids of the source sheet's columns."""
    plain = [column for column in writing.sheet.columns if _is_copied(column)]
    found = {column.id: _match(column, target.sheet.columns) for column in plain}
    return {column_id: match for column_id, match in found.items() if match}


def _is_copied(column: Column) -> bool:
    """Whether a column's cells are copied. Predecessors aren't, because they refer to rows of the source sheet."""
    return not column.system_type and column.type != "PREDECESSOR"


def _match(column: Column, others: list[Column]) -> Column | None:
    if column.primary:
        return next(other for other in others if other.primary)
    alike = (other for other in others if (other.title, other.type) == (column.title, column.type))
    return next((other for other in alike if not (other.primary or other.system_type)), None)


def _missing(writing: Writing, rows: list[Row], matches: dict[int, Column]) -> list[Column]:
    """Return the columns that have values in these rows, but no match in the target sheet."""
    homeless = [column for column in writing.sheet.columns if _is_copied(column) and column.id not in matches]
    return [column for column in homeless if any(row.cell(column.id).value is not None for row in rows)]


def _check_size(sheet: Sheet, more_rows: int, more_columns: int, limits: Limits) -> None:
    """Raise ApiError 1061 if the sheet would get too large."""
    rows, columns = len(sheet.rows) + more_rows, len(sheet.columns) + more_columns
    if 0 < limits.columns < columns:
        raise ApiError(1061, "column")
    if 0 < limits.rows < rows or 0 < limits.cells < rows * columns:
        raise ApiError(1061, "row")


def _new_column(target: Writing, column: Column) -> Column:
    """Add a column like `column` at the right of the target sheet, and return it. If the target sheet already has a
    column with the same title, a number is added to the new column's title.
    """
    sheet, title, number = target.sheet, column.title, 1
    while any(other.title == title for other in sheet.columns):
        title, number = f"{column.title} {number}", number + 1
    kind = "TEXT_NUMBER" if column.type in PROJECT_TYPES else column.type
    new = replace(column, id=target.state.new_id(), title=title, type=kind, tags=[], formula=None, locked=False)
    sheet.columns.append(new)
    sheet.forget_looks()
    target.state.announce(on_sheet(sheet.id, "column", new.id, "created", by=target.person.id))
    return new


def _cells(row: Row, columns: dict[int, Column]) -> dict[int, Cell]:
    """Return the cells to copy, by the ids of their columns in the target sheet.

    Columns with a column formula get no cells, because they keep the formula.
    """
    takers = {column_id: column for column_id, column in columns.items() if not column.formula}
    taken = {takers[column_id].id: cell for column_id, cell in row.cells.items() if column_id in takers}
    return {key: replace(cell, formula=None, link=None, link_broken=False) for key, cell in taken.items()}


def _looks(row: Row) -> dict[str, Json]:
    looks = {"expanded": row.expanded, "format": row.format}
    return {name: value for name, value in looks.items() if value is not None}
