"""Copying and moving rows to another sheet.

https://developers.smartsheet.com/api/smartsheet/openapi/rows/copy-rows
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sandbox.access import Access
from sandbox.cells import Writing
from sandbox.copying import copy_remarks
from sandbox.errors import ApiError
from sandbox.events import on_sheet
from sandbox.formulas import recalculate
from sandbox.sheets import Cell, Column, Row
from sandbox.writes import RowEdit, add_rows

Json = Any


@dataclass(frozen=True, slots=True)
class Limits:
    """How large the other sheet may become; 0 is no limit."""

    rows: int
    columns: int
    cells: int


def rows_to_take(writing: Writing, row_ids: list[int], *, ignore_missing: bool, with_children: bool) -> list[Row]:
    """The rows named, in the order of their sheet, perhaps with all below them. Raises ApiError 1006 or 1137."""
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
    """Copy rows to the bottom of another sheet; leads from their ids to those of the copies.

    Cells go where a column has the same title and type; the primary column is always matched. What finds no column
    gets a new one at the right, if the person may make it, and is left behind if not. Formulas and cell links become
    the values that they show. What is below another copied row remains so.
    """
    columns = _matched(writing, rows, target, limits)
    edits = [RowEdit(None, None, _cells(row, columns), _looks(row)) for row in rows]
    copies = add_rows(target, edits, most_rows=limits.rows, most_cells=limits.cells)
    ids = {row.id: copy.id for row, copy in zip(rows, copies, strict=True)}
    for row, copy in zip(rows, copies, strict=True):
        copy.parent_id = ids.get(row.parent_id or 0)
    target.sheet.insert(len(target.sheet.rows), [])
    recalculate(target.sheet, copies)
    copy_remarks(writing.state, writing.sheet, target.sheet, ids=ids, include=include)
    return ids


def _matched(writing: Writing, rows: list[Row], target: Writing, limits: Limits) -> dict[int, Column]:
    """Column id → the column of the other sheet that takes its cells; new ones are made where that is allowed."""
    found: dict[int, Column] = {}
    for column in writing.sheet.columns:
        if column.system_type:
            continue
        if match := _match(column, target.sheet.columns):
            found[column.id] = match
        elif target.access >= Access.ADMIN and any(row.cell(column.id).value is not None for row in rows):
            found[column.id] = _new_column(target, column, limits)
    return found


def _match(column: Column, others: list[Column]) -> Column | None:
    if column.primary:
        return next(other for other in others if other.primary)
    is_free = [other for other in others if not (other.primary or other.system_type or other.formula)]
    return next((other for other in is_free if (other.title, other.type) == (column.title, column.type)), None)


def _new_column(target: Writing, column: Column, limits: Limits) -> Column:
    """A column like this one; another one of that title and another type gets it a number."""
    sheet, title, number = target.sheet, column.title, 1
    if limits.columns and len(sheet.columns) >= limits.columns:
        raise ApiError(1061, "column")
    while any(other.title == title for other in sheet.columns):
        title, number = f"{column.title} {number}", number + 1
    new = replace(column, id=target.state.new_id(), title=title, formula=None, locked=False)
    sheet.columns.append(new)
    sheet.forget_looks()
    target.state.announce(on_sheet(sheet.id, "column", new.id, "created", by=target.person.id))
    return new


def _cells(row: Row, columns: dict[int, Column]) -> dict[int, Cell]:
    """What goes along. Types are the same on both sides, so a cell is good there as it is."""
    taken = {columns[column_id].id: cell for column_id, cell in row.cells.items() if column_id in columns}
    return {key: replace(cell, formula=None, link=None, link_broken=False) for key, cell in taken.items()}


def _looks(row: Row) -> dict[str, Json]:
    looks = {"expanded": row.expanded, "format": row.format}
    return {name: value for name, value in looks.items() if value is not None}
