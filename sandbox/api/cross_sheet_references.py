"""Cross-sheet references. https://developers.smartsheet.com/api/smartsheet/openapi/crosssheetreferences

The sandbox stores the references, but doesn't calculate the formulas that use them.
"""

from __future__ import annotations

from typing import Any

from sandbox.errors import ApiError
from sandbox.http.results import index_result, success
from sandbox.http.routing import Call, operation
from sandbox.model.access import Access
from sandbox.model.cell_parsing import check_attributes, check_type
from sandbox.model.cross_sheet_reference import CrossSheetReference
from sandbox.model.sheet import Sheet
from sandbox.model.state import by_id

Json = Any

ROWS, COLUMNS = ("startRowId", "endRowId"), ("startColumnId", "endColumnId")


@operation("list-crosssheet-references", "GET", "/sheets/{sheetId}/crosssheetreferences", scope="READ_SHEETS")
def list_all(call: Call) -> Json:
    """List the cross-sheet references of a sheet."""
    return index_result(call, references_json(call))


@operation("add-crosssheet-reference", "POST", "/sheets/{sheetId}/crosssheetreferences",
           scope="CREATE_SHEETS", access=Access.EDITOR)  # fmt: skip
def add(call: Call) -> Json:
    """Give a name to a range of cells of another sheet."""
    sheet, body = call.sheet, call.json()
    allowed = {"name", "sourceSheetId", *ROWS, *COLUMNS}
    check_attributes("crossSheetReference", body, allowed=allowed, read_only={"id", "status"})
    check_type(body, "name", str)
    source = _source(call, body)
    bounds = {name: body[name] for name in (*ROWS, *COLUMNS) if body.get(name) is not None}
    _check_range(source, bounds)
    reference = CrossSheetReference(
        call.state.new_id(), body.get("name") or _free_name(sheet, source), source.id, bounds
    )
    if any(each.name == reference.name for each in sheet.cross_sheet_references):
        raise ApiError(1129)
    sheet.cross_sheet_references.append(reference)
    return success(_json(call, reference))


@operation("get-crosssheet-reference", "GET", "/sheets/{sheetId}/crosssheetreferences/{crossSheetReferenceId}",
           scope="READ_SHEETS")  # fmt: skip
def get(call: Call) -> Json:
    """Get one cross-sheet reference."""
    wanted = call.path_id("crossSheetReferenceId")
    for reference in call.sheet.cross_sheet_references:
        if reference.id == wanted:
            return _json(call, reference)
    raise ApiError(1006)


def references_json(call: Call) -> list[dict[str, Json]]:
    """Return the JSON of all cross-sheet references of the sheet in the path."""
    return [_json(call, reference) for reference in call.sheet.cross_sheet_references]


def _source(call: Call, body: dict[str, Json]) -> Sheet:
    """Return the sheet that the reference points to. Raises ApiError 1012 if the body names no sheet, and 1114 if the
    caller can't see the sheet.
    """
    if body.get("sourceSheetId") is None:
        raise ApiError(1012, "crossSheetReference.sourceSheetId")
    source = by_id(call.state.sheets, body["sourceSheetId"])
    if source is None or not source.access_of(call.person.id):
        raise ApiError(1114, body["sourceSheetId"])
    return source


def _check_range(source: Sheet, bounds: dict[str, Json]) -> None:
    """Check the bounds of a range in the sheet `source`. `bounds` has the ids of the range's first and last row, of its
    first and last column, or all four ids.

    Raises ApiError 1012 if an id is missing, 1034 if `source` has no such row, and 1036 if it has no such column.
    """
    wanted = [name for pair in (ROWS, COLUMNS) if set(pair) & bounds.keys() for name in pair] or list(COLUMNS)
    for name in wanted:
        if name not in bounds:
            raise ApiError(1012, f"crossSheetReference.{name}")
    if any(source.row(bounds[name]) is None for name in ROWS if name in bounds):
        raise ApiError(1034)
    for name in COLUMNS:
        if name in bounds and source.column(bounds[name]) is None:
            raise ApiError(1036, bounds[name])


def _free_name(sheet: Sheet, source: Sheet) -> str:
    taken = {each.name for each in sheet.cross_sheet_references}
    return next(name for number in range(1, len(taken) + 2) if (name := f"{source.name} Range {number}") not in taken)


def _json(call: Call, reference: CrossSheetReference) -> dict[str, Json]:
    return {
        "id": reference.id,
        "name": reference.name,
        "sourceSheetId": reference.source_id,
        **reference.bounds,
        "status": "OK" if _is_whole(call, reference) else "BROKEN",
    }


def _is_whole(call: Call, reference: CrossSheetReference) -> bool:
    """Whether the sheet that the reference points to still has the first and last rows and columns of the range."""
    source = call.state.sheets.get(reference.source_id)
    if source is None:
        return False
    there = {row.id for row in source.rows} | {column.id for column in source.columns}
    return set(reference.bounds.values()) <= there
