"""Filters of sheets. https://developers.smartsheet.com/api/smartsheet/openapi/sheets

People make filters in Smartsheet's app. The API can only list, read and delete them.
"""

from __future__ import annotations

from typing import Any

from sandbox.errors import ApiError
from sandbox.http.results import index_result, success
from sandbox.http.routing import Call, operation
from sandbox.model.access import Access
from sandbox.model.sheet import SheetFilter
from sandbox.model.sheet_filter import filter_json

Json = Any


@operation("list-sheet-filters", "GET", "/sheets/{sheetId}/filters", scope="READ_SHEETS")
def list_all(call: Call) -> Json:
    """List the sheet's shared filters, and the caller's own filters of the sheet."""
    return index_result(call, [filter_json(each, with_query=False) for each in filters_of(call)])


@operation("get-sheet-filter", "GET", "/sheets/{sheetId}/filters/{filterId}", scope="READ_SHEETS")
def get(call: Call) -> Json:
    """Get one filter with its criteria."""
    return filter_json(filter_by_id(call, call.path_id("filterId")), with_query=True)


@operation("delete-sheet-filter", "DELETE", "/sheets/{sheetId}/filters/{filterId}", scope="WRITE_SHEETS")
def delete(call: Call) -> Json:
    """Delete your own filter. Admins of the sheet can also delete shared filters."""
    chosen = filter_by_id(call, call.path_id("filterId"))
    if chosen.kind == "SHARED" and call.access < Access.ADMIN:
        raise ApiError(1004)
    call.sheet.filters.remove(chosen)
    return success()


def filters_of(call: Call) -> list[SheetFilter]:
    """Return the sheet's shared filters, and the caller's own filters of the sheet."""
    return [each for each in call.sheet.filters if each.kind == "SHARED" or each.owner_id == call.person.id]


def filter_by_id(call: Call, filter_id: int) -> SheetFilter:
    """Return the filter with this id. Raises ApiError 1006 if it doesn't exist, or if the caller can't use it."""
    for each in filters_of(call):
        if each.id == filter_id:
            return each
    raise ApiError(1006)
