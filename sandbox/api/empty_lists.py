"""Lists that are always empty. They are parts of sheet summaries, which the sandbox doesn't have.

https://developers.smartsheet.com/api/smartsheet/openapi
"""

from __future__ import annotations

from typing import Any

from sandbox.http.results import index_result
from sandbox.http.routing import Call, operation

Json = Any


@operation("list-summary-fields-paginated", "GET", "/sheets/{sheetId}/summary/fields", scope="READ_SHEETS")
def list_none(call: Call) -> Json:
    """List the summary fields of a sheet. The list is always empty."""
    return index_result(call, [])


@operation("list-summary-fields", "GET", "/sheets/{sheetId}/summary", scope="READ_SHEETS")
def summary(call: Call) -> Json:
    """Get the summary of a sheet. The summary never has fields."""
    return {"fields": []}
