"""Columns. https://developers.smartsheet.com/api/smartsheet/openapi/columns"""

from __future__ import annotations

from typing import Any

from sandbox.api.rows import writing_of
from sandbox.api.sheets import view_of
from sandbox.errors import ApiError
from sandbox.http.results import index_result, success
from sandbox.http.routing import Call, operation
from sandbox.model.access import Access
from sandbox.model.cell_json import View, column_json, columns_json
from sandbox.model.column_change import add_columns, delete_column, update_column
from sandbox.model.sheet import Column

Json = Any

ALL, ONE = "/sheets/{sheetId}/columns", "/sheets/{sheetId}/columns/{columnId}"


@operation("columns-listOnSheet", "GET", ALL, scope="READ_SHEETS")
def list_all(call: Call) -> Json:
    """List the columns of a sheet."""
    return index_result(call, columns_json(call.sheet, call.access, view_of(call)))


@operation("columns-addToSheet", "POST", ALL, scope="ADMIN_SHEETS", access=Access.ADMIN)
def add(call: Call) -> Json:
    """Insert one column, or several next to each other. If the body is a list, the answer has a list too."""
    writing, view, body = writing_of(call), _view(call), call.json()
    definitions = body if isinstance(body, list) else [body]
    if not definitions:
        raise ApiError(1012, "column")
    limits = call.settings
    most_columns, most_cells = limits.columns_per_sheet, limits.cells_per_sheet
    added = [
        column_json(call.sheet, column, call.access, view)
        for column in add_columns(writing, definitions, most_columns=most_columns, most_cells=most_cells)
    ]
    return success(added if isinstance(body, list) else added[0])


@operation("column-get", "GET", ONE, scope="READ_SHEETS")
def get(call: Call) -> Json:
    """Get one column."""
    return column_json(call.sheet, column_in_path(call), call.access, view_of(call))


@operation("column-updateColumn", "PUT", ONE, scope="ADMIN_SHEETS", access=Access.ADMIN)
def update(call: Call) -> Json:
    """Rename, move or otherwise change a column. If its type changes, its cells are converted."""
    writing, view, column = writing_of(call), _view(call), column_in_path(call)
    update_column(writing, column, call.json())
    return success(column_json(call.sheet, column, call.access, view))


@operation("column-delete", "DELETE", ONE, scope="ADMIN_SHEETS", access=Access.ADMIN)
def delete(call: Call) -> Json:
    """Delete a column, unless it is the primary one."""
    writing, column = writing_of(call), column_in_path(call)
    delete_column(writing, column)
    return success()


def column_in_path(call: Call) -> Column:
    """Return the column that the path names. Raises ApiError 1006 if the sheet has no such column."""
    column = call.sheet.column(call.path_id("columnId"))
    if column is None:
        raise ApiError(1006)
    return column


def _view(call: Call) -> View:
    """Return the View for the answer to a request that added or changed a column.

    If the request has a `level`, the answer shows the column's type as this API level shows it. Without a `level`, the
    answer shows the column's real type.
    """
    return view_of(call) if "level" in call.query else View(level=2)
