"""Converts sheets and columns for the API's answers."""

from __future__ import annotations

from collections.abc import Mapping

from typing_extensions import TypedDict

from api import cursors
from api.encoding import IdText
from api.rows import ROW_FIELDS, RowAnswer, row_answers
from edits.features import Feature
from edits.gateway.client import Gateway
from edits.sheets import seen_people
from edits.sheets.rights import why_no_edits, why_read_only
from edits.sheets.sheet import Column, Json, Sheet, SheetSummary

WIDTH = 150  # Smartsheet's default width of a column, in pixels


class SheetInList(TypedDict):
    """A sheet in the list of all sheets. `access` is the person's access level in Smartsheet's words."""

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
    """A column. `type` is Smartsheet's type. `format` is Smartsheet's format descriptor. `width` is in pixels. If
    `is_system` is true, Smartsheet fills in the column. If `is_rolled_up` is true, Smartsheet calculates the column's
    cells in parent rows. `why_read_only` is null, or a sentence that says why the person can't change the column's
    cells.
    """

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
    format: str
    width: int
    is_validated: bool
    is_system: bool
    is_rolled_up: bool
    why_read_only: str | None


class WhyNot(TypedDict):
    """For each action, a sentence that says why the person can't do the action with the sheet's rows. The sentence is
    null if the person can do the action.
    """

    change: str | None
    add: str | None
    delete: str | None


class RowsAnswer(TypedDict):
    """A sheet's columns and some of its rows. `version` counts the sheet's changes. To read later changes, send
    `cursor`.
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


def summary(sheet: SheetSummary) -> SheetInList:
    """Convert a sheet for the list of sheets."""
    return {
        "id": str(sheet.id),
        "name": sheet.name,
        "access": sheet.access,
        "modified_at": sheet.modified_at.isoformat() if sheet.modified_at else None,
    }


def rows_answer(gateway: Gateway, raw: Mapping[str, Json]) -> RowsAnswer:
    """Convert Smartsheet's Sheet object with some of its rows."""
    sheet = Sheet.parse({**raw, "rows": []})
    seen_people.note(gateway, sheet, raw.get("rows") or ())
    widths = {column["id"]: column.get("width") for column in raw.get("columns") or ()}
    return {
        "id": str(sheet.id),
        "name": sheet.name,
        "version": cursors.version_of(sheet),
        "cursor": cursors.after(sheet).text,
        "access": sheet.access,
        "modified_at": sheet.modified_at.isoformat() if sheet.modified_at else None,
        "total_rows": sheet.total_rows,
        "why_not": _why_not(gateway, sheet),
        "columns": [_column(sheet, column, widths.get(column.id) or WIDTH) for column in sheet.columns],
        "row_fields": ROW_FIELDS,
        "rows": list(row_answers(raw.get("rows") or (), sheet.columns)),
    }


def _why_not(gateway: Gateway, sheet: Sheet) -> WhyNot:
    no_access = why_no_edits(sheet.access)
    return {
        "change": gateway.why_not(Feature.CHANGE) or no_access or None,
        "add": gateway.why_not(Feature.ADD) or no_access or None,
        "delete": gateway.why_not(Feature.DELETE) or no_access or None,
    }


def _column(sheet: Sheet, column: Column, width: int) -> ColumnAnswer:
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
        "format": column.format,
        "width": width,
        "is_validated": column.is_validated,
        "is_system": bool(column.system_type),
        "is_rolled_up": column.is_rolled_up,
        "why_read_only": why_read_only(sheet, column) or None,
    }
