"""Sorting. https://developers.smartsheet.com/api/smartsheet/openapi/rows/rows-sort"""

from __future__ import annotations

from typing import Any

from sandbox.api.sheets import check_parameters, get
from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.http.routing import Call, operation
from sandbox.model.access import Access
from sandbox.model.cell_parsing import check_attributes
from sandbox.model.row_sort import Criterion, sort

Json = Any

DIRECTIONS = ("ASCENDING", "DESCENDING")


@operation("rows-sort", "POST", "/sheets/{sheetId}/sort", scope="WRITE_SHEETS", access=Access.EDITOR)
def sort_rows(call: Call) -> Json:
    """Sort the rows by one column or several, and return the sorted sheet."""
    sheet, body = call.sheet, call.json()
    check_parameters(call)
    check_attributes("sortSpecifier", body, allowed={"sortCriteria"}, read_only=set())
    criteria = [_criterion(call, item) for item in _items(body)]
    if call.access < Access.ADMIN and any(row.locked for row in sheet.rows):
        raise ApiError(1223)
    if sort(call.state, sheet, criteria):
        sheet.changed(at=now())
        call.announce("sheet", sheet.id, "updated")
    answer = get(call)
    return answer | {"readOnly": True} if "rows" in answer else answer


def _items(body: dict[str, Json]) -> list[Json]:
    items = body.get("sortCriteria")
    if not items:
        raise ApiError(1012, "sortCriteria")
    if not isinstance(items, list):
        raise ApiError(1008, 'Field "sortCriteria" was of unexpected type.')
    return items


def _criterion(call: Call, item: Json) -> Criterion:
    check_attributes("sortCriterion", item, allowed={"columnId", "direction"}, read_only=set())
    column = call.sheet.column(item.get("columnId"))
    if column is None:
        raise ApiError(1036, item.get("columnId"))
    direction = item.get("direction") or DIRECTIONS[0]
    if direction not in DIRECTIONS:
        raise ApiError(1031, direction, "sortCriterion.direction")
    return Criterion(column, descending=direction == "DESCENDING")
