"""Reading sheets: the list of them, one of them page by page, and some of its rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from django.http import HttpResponse
from ninja import Path, Query, Router
from typing_extensions import TypedDict

from api.callers import ApiRequest, anyone_with
from api.cells import CellValue
from api.cursors import PATTERN, Cursor
from api.encoding import Id, respond
from api.operations import failing
from api.sheet_answers import ChangesAnswer, RowsAnswer, SheetList, changes_answer, rows_answer, summary
from edits.features import Feature
from edits.gateway.client import Gateway, gateway_for
from edits.gateway.operations import HISTORY_PER_PAGE
from edits.sheets import reading
from edits.sheets.held_values import bare, held
from edits.sheets.sheet import Cell, Contact, Json, Sheet, SheetSummary, parse_time
from identity.apptokens.models import Scope

MOST_ROWS = 5_000
MOST_IDS = 400

router = Router(tags=["sheets"], auth=anyone_with(Scope.READ))

SheetId = Annotated[Id, Path(description="The id of a sheet")]
PageNumber = Annotated[int, Query(ge=1, le=10**6, description="Counted from 1; beyond the last one there are no rows")]
PageSize = Annotated[int, Query(ge=1, le=MOST_ROWS)]
RowIds = Annotated[
    list[Id], Query(alias="id", min_length=1, max_length=MOST_IDS, description="The id of a row; may be repeated")
]


RowId = Annotated[Id, Path(description="The id of a row")]
ColumnId = Annotated[Id, Path(description="The id of a column")]
CursorText = Annotated[str, Query(pattern=PATTERN, description="The `cursor` of an earlier answer")]


class StateAnswer(TypedDict):
    """What a cell held from a moment on, and who wrote it."""

    at: str | None
    by: str
    email: str
    value: CellValue


class HistoryAnswer(TypedDict):
    """The states of a cell, newest first."""

    states: list[StateAnswer]
    has_more: bool


@router.get("/sheets", response={200: SheetList, **failing()}, operation_id="listSheets")
def list_sheets(request: ApiRequest) -> HttpResponse:
    """List the sheets that the person can open."""
    return respond({"sheets": [summary(SheetSummary.parse(raw)) for raw in _gateway(request).sheets()]})


@router.get("/sheets/{sheet_id}", response={200: RowsAnswer, **failing(404)}, operation_id="readSheet")
def read_sheet(
    request: ApiRequest, sheet_id: SheetId, page: PageNumber = 1, page_size: PageSize = 1_000
) -> HttpResponse:
    """Read a sheet: its columns, and one page of its rows.

    Pages are read one after the other. If `version` differs between two of them, the sheet changed in between.
    """
    gateway = _gateway(request)
    found = Sheet.parse(gateway.sheet(sheet_id, page=page, page_size=page_size))
    if found.total_rows <= (page - 1) * page_size:  # Smartsheet gives the last page again
        found = replace(found, rows=())
    return respond(rows_answer(gateway, found))


@router.get("/sheets/{sheet_id}/rows", response={200: RowsAnswer, **failing(404)}, operation_id="readRows")
def read_rows(request: ApiRequest, sheet_id: SheetId, row_ids: RowIds) -> HttpResponse:
    """Read some rows of a sheet, with its columns. Rows that are gone are left out."""
    gateway = _gateway(request)
    return respond(rows_answer(gateway, reading.read_rows(gateway, sheet_id, list(dict.fromkeys(row_ids)))))


@router.get("/sheets/{sheet_id}/changes", response={200: ChangesAnswer, **failing(404)}, operation_id="readChanges")
def read_changes(request: ApiRequest, sheet_id: SheetId, since: CursorText) -> HttpResponse:
    """Read what changed in a sheet since it was read. If nothing has, the call costs Smartsheet almost nothing."""
    cursor, gateway = Cursor.parse(since), _gateway(request)
    if gateway.version(sheet_id) == cursor.version:
        nothing: ChangesAnswer = {
            "cursor": since,
            "is_changed": False,
            "is_whole": False,
            "sheet": None,
            "row_ids": None,
        }
        return respond(nothing)
    return respond(changes_answer(gateway, Sheet.parse(gateway.sheet(sheet_id)), cursor))


@router.get(
    "/sheets/{sheet_id}/rows/{row_id}/columns/{column_id}/history",
    response={200: HistoryAnswer, **failing(404)},
    operation_id="readCellHistory",
)
def read_cell_history(
    request: ApiRequest, sheet_id: SheetId, row_id: RowId, column_id: ColumnId, page: PageNumber = 1
) -> HttpResponse:
    """Read Smartsheet's own history of a cell, 100 states a page, newest first. Smartsheet counts it as ten requests.

    What this app's log says of the cell: `/log/entries` with `sheet`, `row` and `column`.
    """
    found = _gateway(request).cell_history(sheet_id, row_id, column_id, page=page)
    answer: HistoryAnswer = {
        "states": [_state(raw, column_id) for raw in found],
        "has_more": len(found) == HISTORY_PER_PAGE,
    }
    return respond(answer)


def _state(raw: Json, column_id: int) -> StateAnswer:
    by = Contact.parse(raw.get("modifiedBy") or {})
    at = parse_time(raw.get("modifiedAt"))
    return {
        "at": at.isoformat() if at else None,
        "by": by.name,
        "email": by.email,
        "value": bare(held(Cell.parse({"columnId": column_id, **raw}))),
    }


def _gateway(request: ApiRequest) -> Gateway:
    """Smartsheet as the caller sees it. Raises GatewayError where they may not look at sheets here."""
    gateway = gateway_for(request.user)
    gateway.require(Feature.VIEW)
    return gateway
