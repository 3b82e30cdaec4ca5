"""Copying and moving rows. https://developers.smartsheet.com/api/smartsheet/openapi/rows/copy-rows"""

from __future__ import annotations

from typing import Any

from sandbox.api.rows import writing_of
from sandbox.errors import ApiError
from sandbox.http.routing import Call, operation
from sandbox.model.access import Access
from sandbox.model.cell_parsing import Writing, check_attributes
from sandbox.model.row_change import delete_rows
from sandbox.model.row_transfer import Limits, copy_rows, rows_to_take
from sandbox.model.state import by_id

Json = Any


@operation("copy-rows", "POST", "/sheets/{sheetId}/rows/copy", scope="WRITE_SHEETS")
def copy(call: Call) -> Json:
    """Copy rows to the bottom of another sheet. `include` says what else is copied, such as attachments."""
    include = call.words("include")
    return _transferred(call, with_children=bool(include & {"children", "all"}))


@operation("move-rows", "POST", "/sheets/{sheetId}/rows/move", scope="WRITE_SHEETS", access=Access.EDITOR)
def move(call: Call) -> Json:
    """Move rows with their child rows to the bottom of another sheet. The rows get new ids and lose their history."""
    result = _transferred(call, with_children=True)
    gone = [mapping["from"] for mapping in result["rowMappings"]]
    delete_rows(writing_of(call), gone, ignore_missing=False)
    return result


def _transferred(call: Call, *, with_children: bool) -> dict[str, Json]:
    row_ids, target = _directive(call)
    writing, limits = writing_of(call), call.settings
    ignore_missing = call.flag("ignoreRowsNotFound")
    rows = rows_to_take(writing, row_ids, ignore_missing=ignore_missing, with_children=with_children)
    if call.operation.id == "move-rows" and not writing.is_admin and any(row.locked for row in rows):
        raise ApiError(1092)
    most = Limits(limits.rows_per_sheet, limits.columns_per_sheet, limits.cells_per_sheet)
    ids = copy_rows(writing, rows, target, include=call.words("include"), limits=most)
    mappings = [{"from": old, "to": new} for old, new in ids.items()]
    return {"destinationSheetId": target.sheet.id, "rowMappings": mappings}


def _directive(call: Call) -> tuple[list[int], Writing]:
    """Return the ids of the rows to copy or move, and the Writing with which the caller writes to the target sheet.

    Raises ApiError (1004, 1006, 1008, 1012, 1061, 1136) if the body isn't valid, or if the caller can't write to the
    target sheet.
    """
    body = call.json()
    check_attributes("copyOrMoveRowDirective", body, allowed={"rowIds", "to"}, read_only=set())
    row_ids, to = body.get("rowIds"), body.get("to")
    if not row_ids:
        raise ApiError(1012, "copyOrMoveRowDirective.rowIds")
    if not isinstance(to, dict) or to.get("sheetId") is None:
        raise ApiError(1012, "copyOrMoveRowDirective.to.sheetId")
    if not isinstance(row_ids, list) or not all(isinstance(row_id, int) for row_id in row_ids):
        raise ApiError(1008, 'Field "rowIds" was of unexpected type.')
    if 0 < call.settings.rows_per_call < len(row_ids):
        raise ApiError(1061, "rowIds")
    return row_ids, _target(call, to["sheetId"])


def _target(call: Call, sheet_id: Json) -> Writing:
    sheet = by_id(call.state.sheets, sheet_id)
    access = sheet.access_of(call.person.id) if sheet else None
    if sheet is None or access is None:
        raise ApiError(1006)
    if sheet.id == call.sheet.id:
        raise ApiError(1136)
    if access < Access.EDITOR:
        raise ApiError(1004)
    return Writing(call.state, sheet, call.person, access)
