"""Adds, changes and deletes columns of a sheet, even if the sheet already has rows.

https://developers.smartsheet.com/api/smartsheet/openapi/columns
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from sandbox.errors import ApiError
from sandbox.model import cell_link
from sandbox.model.cell_json import cell_of
from sandbox.model.cell_parsing import Writing, check_type
from sandbox.model.column_conversion import converted
from sandbox.model.column_parsing import read_column
from sandbox.model.event_bus import on_sheet
from sandbox.model.formula import check_column_formula, recalculate, warn_about
from sandbox.model.formula_references import renamed, without
from sandbox.model.project_columns import PROJECT_TYPES
from sandbox.model.row_change import auto_number
from sandbox.model.sheet import Cell, CellRef, Column, Row, Sheet

Json = Any

JSON_NAMES = {
    "title": "title",
    "type": "type",
    "primary": "primary",
    "options": "options",
    "contact_options": "contactOptions",
    "symbol": "symbol",
    "system_type": "systemColumnType",
    "auto_number": "autoNumberFormat",
    "locked": "locked",
    "hidden": "hidden",
    "validation": "validation",
    "width": "width",
    "description": "description",
    "formula": "formula",
    "format": "format",
}
OF_THE_TYPE = ("options", "contactOptions", "symbol", "systemColumnType", "autoNumberFormat", "validation")
KEPT_BETWEEN = {
    "options": {"PICKLIST", "MULTI_PICKLIST"},
    "contactOptions": {"CONTACT_LIST", "MULTI_CONTACT_LIST"},
}


def add_columns(writing: Writing, definitions: list[Json], *, most_columns: int, most_cells: int) -> list[Column]:
    """Insert columns next to each other, and return them. Raises ApiError (1012, 1055, 1056, 1061, 1077, 1133-1135,
    1310, or an error of `read_column`).
    """
    sheet = writing.sheet
    columns = [read_column(writing.state, definition) for definition in definitions]
    if any(column.primary for column in columns):
        raise ApiError(1055)
    if len({column.title for column in columns}) < len(columns):
        raise ApiError(1133)
    system_types = [column.system_type for column in columns if column.system_type]
    if len(set(system_types)) < len(system_types):
        raise ApiError(1134)
    for column in columns:
        _check_unique(writing, column)
        if column.formula:
            check_column_formula(column.formula, [*sheet.columns, *columns])
    count = len(sheet.columns) + len(columns)
    if (most_columns and count > most_columns) or (most_cells and count * len(sheet.rows) > most_cells):
        raise ApiError(1061, "column")
    index = _index_of(definitions)
    sheet.columns[index:index] = columns
    for column in columns:
        _fill(writing, column)
    _finish(writing, columns, "created")
    return columns


def update_column(writing: Writing, column: Column, given: Json) -> None:
    """Change the given attributes of a column. A new type converts the column's cells and removes its validation. A new
    title is also written into formulas.

    Raises ApiError (1055, 1056, 1085, 1090, 1305, 1310, or an error of `read_column`).
    """
    if not isinstance(given, dict):
        raise ApiError(1008, "Expected an object of type column.")
    if "type" not in given and any(given.get(name) for name in ("symbol", "systemColumnType", "options")):
        raise ApiError(1090)
    if given.get("primary") not in (None, column.primary):
        raise ApiError(1055)
    check_type(given, "type", str)
    if column.type in PROJECT_TYPES and given.get("type") not in (None, column.type):
        raise ApiError(1085)
    new = read_column(writing.state, _merged(column, given), old=column)
    if column.tags and new.formula:
        raise ApiError(1305)
    new.id = column.id
    _check_unique(writing, new)
    if new.formula and new.formula != column.formula:
        check_column_formula(new.formula, [new, *(other for other in writing.sheet.columns if other is not column)])
    if (given.get("index") or 0) < 0:
        raise ApiError(1031, given["index"], "column.index")
    if "startingNumber" not in (given.get("autoNumberFormat") or {}):
        new.next_number = column.next_number
    if new.title != column.title:
        _rewrite_formulas(writing.sheet, lambda formula: renamed(formula, column.title, new.title))
    _become(writing, column, new)
    _move(writing, column, given.get("index"))
    _finish(writing, [column], "updated")


def _become(writing: Writing, column: Column, new: Column) -> None:
    is_converted = (new.type, new.system_type) != (column.type, column.system_type)
    is_filled = new.formula != column.formula or (is_converted and new.system_type == "AUTO_NUMBER")
    cells = {row.id: cell_of(writing.state, row, column) for row in writing.sheet.rows} if is_converted else {}
    new.validation = new.validation and not is_converted
    if is_converted and column.system_type == "AUTO_NUMBER":
        _forget_numbers(writing.sheet)
    for field in fields(Column):
        setattr(column, field.name, getattr(new, field.name))
    if is_converted and column.system_type:
        _empty(writing, column)
    elif is_converted:
        for row in writing.sheet.rows:
            row.put(column.id, converted(writing.state, column, cells[row.id]))
        recalculate(writing.sheet, writing.sheet.rows)
    if is_filled:
        _fill(writing, column)


def delete_column(writing: Writing, column: Column) -> None:
    """Delete a column with its cells. In formulas, `#REF` takes the place of the column. Raises ApiError 1065 for a
    primary or project column, and 1260 for the last visible column.
    """
    sheet = writing.sheet
    if column.primary or column.type in PROJECT_TYPES:
        raise ApiError(1065)
    if not column.hidden and all(other.hidden for other in sheet.columns if other is not column):
        raise ApiError(1260)
    _empty(writing, column)
    if column.system_type == "AUTO_NUMBER":
        _forget_numbers(sheet)
    sheet.columns.remove(column)
    _rewrite_formulas(sheet, lambda formula: without(formula, column.title))
    recalculate(sheet, sheet.rows)
    _finish(writing, [column], "deleted")


def _empty(writing: Writing, column: Column) -> None:
    """Delete the cells of a column, with their history and links."""
    for row in writing.sheet.rows:
        cell = row.cells.pop(column.id, None)
        row.history.pop(column.id, None)
        if cell and cell.link:
            cell_link.forget(writing.state, CellRef(writing.sheet.id, row.id, column.id))


def _forget_numbers(sheet: Sheet) -> None:
    for row in sheet.rows:
        row.number = None


def _rewrite_formulas(sheet: Sheet, rewrite: Callable[[str], str]) -> None:
    """Replace each formula in a sheet's columns and cells by the result of `rewrite`. This doesn't calculate them."""
    for column in sheet.columns:
        column.formula = rewrite(column.formula) if column.formula else None
    for row in sheet.rows:
        _rewrite_cells(row, rewrite)


def _rewrite_cells(row: Row, rewrite: Callable[[str], str]) -> None:
    with_formula = {column_id: cell for column_id, cell in row.cells.items() if cell.formula}
    for column_id, cell in with_formula.items():
        row.put(column_id, replace(cell, formula=rewrite(cell.formula or "")))


def _merged(column: Column, given: dict[str, Json]) -> dict[str, Json]:
    """Return the column's definition with the given changes."""
    old = {name: getattr(column, attribute) for attribute, name in JSON_NAMES.items()}
    kind = given.get("type") or column.type
    if (kind, given.get("systemColumnType") or column.system_type) != (column.type, column.system_type):
        old = {name: value for name, value in old.items() if _outlasts(name, column.type, kind)}
    if given.get("symbol"):
        old["options"] = []
    if given.get("options"):
        old["symbol"] = None
    new = {name: value for name, value in given.items() if value is not None}
    return {name: value for name, value in (old | new).items() if value is not None}


def _outlasts(name: str, old: str, new: str) -> bool:
    """Whether a column keeps the attribute `name` when its type changes from `old` to `new`."""
    return name not in OF_THE_TYPE or {old, new} <= KEPT_BETWEEN.get(name, set())


def _check_unique(writing: Writing, column: Column) -> None:
    others = [other for other in writing.sheet.columns if other.id != column.id]
    if any(other.title == column.title for other in others):
        raise ApiError(1056)
    if column.system_type and any(other.system_type == column.system_type for other in others):
        raise ApiError(1077, column.system_type)


def _index_of(definitions: list[Json]) -> int:
    """Return the index for the new columns.

    Raises ApiError (1012, 1031, 1135) if an index isn't valid, or if the columns have different indexes.
    """
    first = definitions[0].get("index")
    for definition in definitions:
        index = definition.get("index")
        if index is None:
            raise ApiError(1012, "column.index")
        if index < 0:
            raise ApiError(1031, index, "column.index")
        if index != first:
            raise ApiError(1135, index, first)
    return int(first)


def _fill(writing: Writing, column: Column) -> None:
    """Fill a column that is new or has a new formula. An auto-number column gets numbers. A column formula is written
    to all cells and calculated.
    """
    rows = writing.sheet.rows
    if column.system_type == "AUTO_NUMBER":
        for row in rows:
            row.number = auto_number(column.auto_number or {}, column.next_number)
            column.next_number += 1
    if column.formula:
        warn_about(column.formula)
        for row in rows:
            old = row.cell(column.id)
            if old.link:
                cell_link.forget(writing.state, CellRef(writing.sheet.id, row.id, column.id))
            cell = Cell(formula=column.formula, format=old.format)
            row.record(column.id, cell, at=writing.at, by=writing.person.id)
        recalculate(writing.sheet, rows)
        for row in rows:
            row.add_result(column.id)


def _move(writing: Writing, column: Column, index: Json) -> None:
    if index is None:
        return
    columns = writing.sheet.columns
    columns.remove(column)
    columns.insert(min(index, len(columns)), column)


def _finish(writing: Writing, columns: list[Column], change: str) -> None:
    """Update what depends on the columns (cached JSON, the version, cell links), and announce the change."""
    sheet, at = writing.sheet, writing.at
    sheet.forget_looks()
    sheet.changed(at=at)
    for column in columns:
        writing.state.announce(on_sheet(sheet.id, "column", column.id, change, by=writing.person.id))
    cell_link.propagate(writing.state, sheet, at=at)
