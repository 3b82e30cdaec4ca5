"""Sheets, columns and rows as the API answers them. Rows are arrays: 20,000 of them are half as long as objects."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from api import cursors
from api.cells import CellAnswer, cell_answer
from api.encoding import IdText
from edits.features import Feature
from edits.gateway.client import Gateway
from edits.sheets.rights import why_no_edits, why_read_only
from edits.sheets.sheet import Column, Row, Sheet, SheetSummary

ROW_FIELDS = ["id", "number", "parent_id", "is_locked", "cells"]


class SheetInList(TypedDict):
    """A sheet in the list of all sheets. `access` is Smartsheet's word for what the person may do with it."""

    id: IdText
    name: str
    access: str
    modified_at: str | None


class SheetList(TypedDict):
    sheets: list[SheetInList]


class Option(TypedDict):
    """A contact that a column offers."""

    email: str
    name: str


class ColumnAnswer(TypedDict):
    """A column. `type` is Smartsheet's; `why_read_only` is a sentence, or null if the person may change its cells."""

    id: IdText
    title: str
    type: str
    is_primary: bool
    is_hidden: bool
    options: list[str]
    contacts: list[Option]
    symbol: str
    description: str
    formula: str
    why_read_only: str | None


class WhyNot(TypedDict):
    """Why the person can't do this with the sheet's rows, as a sentence; null if they can."""

    change: str | None
    add: str | None
    delete: str | None


RowAnswer = Annotated[
    tuple[IdText, int, IdText | None, bool, list[CellAnswer]],
    Field(description="The row's id, its number, the id of the row above it in the hierarchy, whether it is locked for"
          " the person, and its cells in the order of `columns`; as `row_fields` names them."),
]  # fmt: skip


class RowsAnswer(TypedDict):
    """A sheet's columns, and some of its rows. `version` counts the sheet's changes; `cursor` is for reading what
    changes from now on.
    """

    id: IdText
    name: str
    version: int
    cursor: str
    access: str
    modified_at: str | None
    total_rows: int
    why_not: WhyNot
    columns: list[ColumnAnswer]
    row_fields: list[str]
    rows: list[RowAnswer]


class ChangesAnswer(TypedDict):
    """What changed in a sheet since a cursor.

    Without a change `sheet` and `row_ids` are null. Otherwise `sheet` has the columns and the rows that were added or
    may have changed, and `row_ids` the ids of all rows in their order: rows that aren't there any more are gone. With
    `is_whole` the columns changed, and `sheet` has all rows.
    """

    cursor: str
    is_changed: bool
    is_whole: bool
    sheet: RowsAnswer | None
    row_ids: list[IdText] | None


def changes_answer(gateway: Gateway, sheet: Sheet, since: cursors.Cursor) -> ChangesAnswer:
    """What changed in a sheet, which was read whole."""
    now = cursors.after(sheet)
    is_whole = now.columns != since.columns
    rows = tuple(row for row in sheet.rows if is_whole or since.may_not_know(row, sheet))
    return {
        "cursor": now.text,
        "is_changed": True,
        "is_whole": is_whole,
        "sheet": rows_answer(gateway, replace(sheet, rows=rows)),
        "row_ids": [str(row.id) for row in sheet.rows],
    }


def summary(sheet: SheetSummary) -> SheetInList:
    """A sheet in the list."""
    return {
        "id": str(sheet.id),
        "name": sheet.name,
        "access": sheet.access,
        "modified_at": sheet.modified_at.isoformat() if sheet.modified_at else None,
    }


def rows_answer(gateway: Gateway, sheet: Sheet) -> RowsAnswer:
    """The sheet with the rows that were read."""
    columns = sheet.columns
    return {
        "id": str(sheet.id),
        "name": sheet.name,
        "version": cursors.version_of(sheet),
        "cursor": cursors.after(sheet).text,
        "access": sheet.access,
        "modified_at": sheet.modified_at.isoformat() if sheet.modified_at else None,
        "total_rows": sheet.total_rows,
        "why_not": _why_not(gateway, sheet),
        "columns": [_column(sheet, column) for column in columns],
        "row_fields": ROW_FIELDS,
        "rows": [_row(row, columns) for row in sheet.rows],
    }


def _why_not(gateway: Gateway, sheet: Sheet) -> WhyNot:
    no_access = why_no_edits(sheet.access)
    return {
        "change": gateway.why_not(Feature.CHANGE) or no_access or None,
        "add": gateway.why_not(Feature.ADD) or no_access or None,
        "delete": gateway.why_not(Feature.DELETE) or no_access or None,
    }


def _column(sheet: Sheet, column: Column) -> ColumnAnswer:
    return {
        "id": str(column.id),
        "title": column.title,
        "type": column.type,
        "is_primary": column.is_primary,
        "is_hidden": column.is_hidden,
        "options": list(column.options),
        "contacts": [{"email": one.email, "name": one.name} for one in column.contact_options],
        "symbol": column.symbol,
        "description": column.description,
        "formula": column.formula,
        "why_read_only": why_read_only(sheet, column) or None,
    }


def _row(row: Row, columns: tuple[Column, ...]) -> RowAnswer:
    parent = None if row.parent_id is None else str(row.parent_id)
    cells = [cell_answer(column, row.cell(column)) for column in columns]
    return str(row.id), row.number, parent, row.is_locked_for_user, cells
