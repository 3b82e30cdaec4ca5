"""Adding columns to a sheet that has rows, changing and deleting them.

https://developers.smartsheet.com/api/smartsheet/openapi/columns
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sandbox import links
from sandbox.cells import Writing
from sandbox.clock import now
from sandbox.columns import read_column
from sandbox.conversions import converted
from sandbox.errors import ApiError
from sandbox.events import on_sheet
from sandbox.formulas import recalculate, warn_about
from sandbox.sheets import CellRef, Column
from sandbox.writes import auto_number

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


def add_columns(writing: Writing, definitions: list[Json], *, most_columns: int, most_cells: int) -> list[Column]:
    """Insert columns side by side. Raises ApiError (1012, 1055, 1056, 1061, 1077, 1133-1135, those of one column)."""
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
    """Change what is named. Another type converts the cells and lifts the validation. Raises ApiError (1056, 1057…)."""
    if not isinstance(given, dict):
        raise ApiError(1008, "Expected an object of type column.")
    if "type" not in given and any(given.get(name) for name in ("symbol", "systemColumnType", "options")):
        raise ApiError(1090)
    if given.get("primary") not in (None, column.primary):
        raise ApiError(1055)
    new = read_column(writing.state, _merged(column, given))
    new.id = column.id
    _check_unique(writing, new)
    if "startingNumber" not in (given.get("autoNumberFormat") or {}):
        new.next_number = column.next_number
    _become(writing, column, new)
    _move(writing, column, given.get("index"))
    _finish(writing, [column], "updated")


def _become(writing: Writing, column: Column, new: Column) -> None:
    is_converted = new.type != column.type
    is_filled = new.formula != column.formula or (new.system_type == "AUTO_NUMBER" != column.system_type)
    new.validation = new.validation and not is_converted
    for field in fields(Column):
        setattr(column, field.name, getattr(new, field.name))
    if is_converted:
        for row in writing.sheet.rows:
            row.put(column.id, converted(writing.state, column, row.cell(column.id)))
    if is_filled:
        _fill(writing, column)


def delete_column(writing: Writing, column: Column) -> None:
    """Take a column away with its cells. Raises ApiError 1065 for the primary one."""
    sheet = writing.sheet
    if column.primary:
        raise ApiError(1065)
    sheet.columns.remove(column)
    for row in sheet.rows:
        cell = row.cells.pop(column.id, None)
        row.history.pop(column.id, None)
        if cell and cell.link:
            links.forget(writing.state, CellRef(sheet.id, row.id, column.id))
        if column.system_type == "AUTO_NUMBER":
            row.number = None
    _finish(writing, [column], "deleted")


def _merged(column: Column, given: dict[str, Json]) -> dict[str, Json]:
    """The column's definition, with what is given in place of what it was."""
    old = {name: getattr(column, attribute) for attribute, name in JSON_NAMES.items()}
    if given.get("type") not in (None, column.type):
        old = {name: value for name, value in old.items() if name not in OF_THE_TYPE}
    if given.get("symbol"):
        old["options"] = []
    if given.get("options"):
        old["symbol"] = None
    new = {name: value for name, value in given.items() if value is not None}
    return {name: value for name, value in (old | new).items() if value is not None}


def _check_unique(writing: Writing, column: Column) -> None:
    others = [other for other in writing.sheet.columns if other.id != column.id]
    if any(other.title == column.title for other in others):
        raise ApiError(1056)
    if column.system_type and any(other.system_type == column.system_type for other in others):
        raise ApiError(1077, column.system_type)


def _index_of(definitions: list[Json]) -> int:
    """Where the new columns go: they all name the same place."""
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
    """What a column fills in by itself: numbers, and its formula."""
    rows = writing.sheet.rows
    if column.system_type == "AUTO_NUMBER":
        for row in rows:
            row.number = auto_number(column.auto_number or {}, column.next_number)
            column.next_number += 1
    if column.formula:
        warn_about(column.formula)
        recalculate(writing.sheet, rows)


def _move(writing: Writing, column: Column, index: Json) -> None:
    if index is None:
        return
    if index < 0:
        raise ApiError(1031, index, "column.index")
    columns = writing.sheet.columns
    columns.remove(column)
    columns.insert(index, column)


def _finish(writing: Writing, columns: list[Column], change: str) -> None:
    """What follows: no row looks as it did, the version, the cells of other sheets that show these."""
    sheet, at = writing.sheet, now()
    sheet.forget_looks()
    sheet.changed(at=at)
    for column in columns:
        writing.state.announce(on_sheet(sheet.id, "column", column.id, change, by=writing.person.id))
    links.propagate(writing.state, sheet, at=at)
