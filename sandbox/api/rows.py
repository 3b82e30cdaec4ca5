"""Rows. https://developers.smartsheet.com/api/smartsheet/openapi/rows"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.api.sheets import remarks_of, view_of
from sandbox.errors import ApiError
from sandbox.http.results import success
from sandbox.http.routing import Call, operation
from sandbox.model.access import Access
from sandbox.model.cell_json import View, columns_json
from sandbox.model.cell_parsing import Writing
from sandbox.model.row_change import Failure, RowEdit, add_rows, delete_rows, read_edits, update_rows
from sandbox.model.sheet import Row
from sandbox.model.sheet_json import Rows

Json = Any

HIGHEST_LEVEL = 2


@operation("row-get", "GET", "/sheets/{sheetId}/rows/{rowId}", scope="READ_SHEETS")
def get(call: Call) -> Json:
    """Get one row."""
    sheet, view, row = call.sheet, view_of(call), row_in_path(call)
    body = Rows(call.state, sheet, call.access, view, remarks=remarks_of(call, view)).json(row)
    body |= {
        "sheetId": sheet.id,
        "version": sheet.version,
        "accessLevel": call.access.shown(api_level=call.api_level),
    }
    return body | ({"columns": columns_json(sheet, call.access, view)} if "columns" in view.include else {})


@operation("rows-addToSheet", "POST", "/sheets/{sheetId}/rows", scope="WRITE_SHEETS", access=Access.EDITOR)
def add(call: Call) -> Json:
    """Add one row or several. If the body is a list, the answer has a list too."""
    writing, view, body = writing_of(call), view_of(call), call.json()
    edits, failures = _edits(call, writing, body, adding=True)
    limits = call.settings
    rows = add_rows(writing, edits, most_rows=limits.rows_per_sheet, most_cells=limits.cells_per_sheet)
    shown = [{"sheetId": call.sheet.id} | row for row in rows_json(call, rows, view)]
    return _result(call, shown[0] if isinstance(body, dict) and shown else shown, failures)


@operation("update-rows", "PUT", "/sheets/{sheetId}/rows", scope="WRITE_SHEETS", access=Access.EDITOR)
def update(call: Call) -> Json:
    """Change cells, attributes and positions of rows."""
    writing, view = writing_of(call), view_of(call)
    edits, failures = _edits(call, writing, call.json(), adding=False)
    return _result(call, rows_json(call, update_rows(writing, edits), view), failures)


@operation("delete-rows", "DELETE", "/sheets/{sheetId}/rows", scope="WRITE_SHEETS", access=Access.EDITOR)
def delete(call: Call) -> Json:
    """Delete rows together with all their child rows, at every level."""
    row_ids = call.numbers("ids")
    if not row_ids:
        raise ApiError(1009, "ids")
    gone = delete_rows(writing_of(call), row_ids, ignore_missing=call.flag("ignoreRowsNotFound"))
    return success(gone)


def row_in_path(call: Call) -> Row:
    """Return the row that the path names. Raises ApiError 1006 if the sheet has no such row."""
    row = call.sheet.row(call.path_id("rowId"))
    if row is None:
        raise ApiError(1006)
    return row


def writing_of(call: Call) -> Writing:
    """Return the Writing of this request: who writes, to which sheet, and how values are parsed."""
    return Writing(
        call.state,
        call.sheet,
        call.person,
        call.access,
        override_validation=call.flag("overrideValidation"),
        numeric_dates=call.flag("numericDates"),
        project_locale=call.query.get("projectParseLocale", ""),
    )


def _edits(call: Call, writing: Writing, body: Json, *, adding: bool) -> tuple[list[RowEdit], list[Failure]]:
    items = body if isinstance(body, list) else [body]
    partial, most = call.flag("allowPartialSuccess"), call.settings.rows_per_call
    return read_edits(writing, items, adding=adding, partial=partial, most=most)


def rows_json(call: Call, rows: list[Row], view: View) -> list[Json]:
    """Return the JSON of these rows for the answer to the request that wrote them. The answer has the highest API
    level, even if the request has no `level`. So it doesn't show cells with several contacts or options as text.
    """
    return Rows(call.state, call.sheet, call.access, replace(view, level=HIGHEST_LEVEL)).list(rows)


def _result(call: Call, result: Json, failures: list[Failure]) -> Json:
    body = {
        "message": "PARTIAL_SUCCESS" if failures else "SUCCESS",
        "resultCode": 3 if failures else 0,
        "result": result,
        "version": call.sheet.version,
    }
    return body | ({"failedItems": [failure.json() for failure in failures]} if failures else {})
