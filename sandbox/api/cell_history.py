"""Cell history. https://developers.smartsheet.com/api/smartsheet/openapi/cells"""

from __future__ import annotations

from typing import Any

from sandbox.api.columns import column_in_path
from sandbox.api.rows import row_in_path
from sandbox.api.sheets import view_of
from sandbox.http.results import page_of
from sandbox.http.routing import Call, operation
from sandbox.model.cell_json import history_json

Json = Any


@operation(
    "cellHistory-get", "GET", "/sheets/{sheetId}/rows/{rowId}/columns/{columnId}/history", scope="READ_SHEETS", cost=10
)
def history(call: Call) -> Json:
    """List the values that a cell has had, newest first, each with the person who wrote it."""
    row, column = row_in_path(call), column_in_path(call)
    head, revisions = page_of(call, row.revisions(column.id)[::-1])
    return head | {"data": history_json(call.state, call.sheet, column, revisions, view_of(call))}
