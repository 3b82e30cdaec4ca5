"""Columns. https://developers.smartsheet.com/api/smartsheet/openapi/columns"""

from __future__ import annotations

from typing import Any

from sandbox.api.sheets import view_of
from sandbox.errors import ApiError
from sandbox.paging import index_result
from sandbox.routing import Call, operation
from sandbox.serialise import column_json, columns_json
from sandbox.sheets import Column

Json = Any


@operation("columns-listOnSheet", "GET", "/sheets/{sheetId}/columns", scope="READ_SHEETS")
def list_all(call: Call) -> Json:
    """The columns of a sheet."""
    return index_result(call, columns_json(call.sheet, call.access, view_of(call)))


@operation("column-get", "GET", "/sheets/{sheetId}/columns/{columnId}", scope="READ_SHEETS")
def get(call: Call) -> Json:
    """One column."""
    return column_json(call.sheet, column_in_path(call), call.access, view_of(call))


def column_in_path(call: Call) -> Column:
    """The column that the path names; 1006 if the sheet has none such."""
    column = call.sheet.column(call.path_id("columnId"))
    if column is None:
        raise ApiError(1006)
    return column
