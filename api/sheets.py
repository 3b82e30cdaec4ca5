"""Reads the list of sheets, a sheet page by page, some rows of a sheet, the changes of a sheet, and the history of a
cell.
"""

from __future__ import annotations

from typing import Annotated

from django.http import HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from api.callers import ApiRequest, anyone_with
from api.cells import CellValue
from api.cursors import PATTERN, Cursor
from api.encoding import Id, IdText, respond, respond_compressed
from api.operations import BAD_BODY, failing
from api.sheet_answers import RowsAnswer, SheetList, rows_answer, summary
from api.sheet_changes import ChangesAnswer, Copy, changes_answer
from edits.features import Feature
from edits.gateway.client import Gateway, gateway_for
from edits.gateway.collector import paused_until_converted
from edits.gateway.errors import JsonObject
from edits.gateway.operations import HISTORY_PER_PAGE
from edits.sheets.held_values import bare, held
from edits.sheets.sheet import Cell, Contact, Json, SheetSummary, parse_time
from identity.apptokens.models import Scope

MOST_ROWS = 5_000
MOST_IDS = 400
MOST_DIGESTS = 20_000  # the most rows that a sheet can have

router = Router(tags=["sheets"], auth=anyone_with(Scope.READ))

SheetId = Annotated[Id, Path(description="The id of a sheet")]
PageNumber = Annotated[
    int, Query(ge=1, le=10**6, description="The number of the page, from 1. A page after the last one has no rows")
]
PageSize = Annotated[int, Query(ge=1, le=MOST_ROWS)]
RowIds = Annotated[
    list[Id], Query(alias="id", min_length=1, max_length=MOST_IDS, description="The id of a row; may be repeated")
]


RowId = Annotated[Id, Path(description="The id of a row")]
ColumnId = Annotated[Id, Path(description="The id of a column")]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
CursorText = Annotated[str, Query(pattern=PATTERN, description="The `cursor` of an earlier answer")]


class VersionAnswer(TypedDict):
    """The sheet's version, which counts its changes."""

    version: int


class Known(BaseModel):
    """The caller's copy of a sheet. `since` is the `cursor` of an earlier answer. `digests` maps the ids of the copy's
    rows to the rows' digests. Leave out rows without a digest. `columns` are the columns in which the copy has formulas
    or links. If no column has any, send the primary column.

    - With `columns`, this app reads these columns of all rows, and then all cells of the rows that differ.
    - Without `columns`, but with `digests`, it reads all cells of all rows.
    - Without `columns`, and if `digests` is empty, it assumes that the copy has no formulas or links. It reads only the
      modified rows and the ids of all rows.

    If you have just read the sheet's version, send it as `version`. Then this app doesn't read the version again.
    """

    model_config = ConfigDict(extra="forbid")

    since: Annotated[str, Field(pattern=PATTERN)]
    digests: Annotated[dict[IdText, Digest], Field(max_length=MOST_DIGESTS)]
    columns: Annotated[list[Id], Field(min_length=1, max_length=MOST_IDS)] | None = None
    version: Annotated[int, Field(ge=0, strict=True)] | None = None


class StateAnswer(TypedDict):
    """A value that a cell had, who wrote it, and when."""

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
    """Read a sheet's columns and one page of its rows.

    Pages are read separately. If two pages have different `version`s, the sheet changed in between.
    """
    gateway = _gateway(request)
    with paused_until_converted():
        answer = rows_answer(gateway, _page(gateway, sheet_id, page, page_size))
    return respond_compressed(request, answer)


@router.get("/sheets/{sheet_id}/rows", response={200: RowsAnswer, **failing(404)}, operation_id="readRows")
def read_rows(request: ApiRequest, sheet_id: SheetId, row_ids: RowIds) -> HttpResponse:
    """Read a sheet's columns and some of its rows. Rows that don't exist are left out."""
    gateway = _gateway(request)
    found = gateway.sheet(sheet_id, row_ids=list(dict.fromkeys(row_ids)))
    return respond_compressed(request, rows_answer(gateway, found))


@router.get("/sheets/{sheet_id}/version", response={200: VersionAnswer, **failing(404)}, operation_id="readVersion")
def read_version(request: ApiRequest, sheet_id: SheetId) -> HttpResponse:
    """Read the sheet's version, which counts its changes. This is very little work for Smartsheet."""
    return respond({"version": _gateway(request).version(sheet_id)})


@router.get("/sheets/{sheet_id}/changes", response={200: ChangesAnswer, **failing(404)}, operation_id="readChanges")
def read_changes(request: ApiRequest, sheet_id: SheetId, since: CursorText) -> HttpResponse:
    """Read what changed in a sheet after an earlier answer. `since` is the cursor of that answer. If nothing changed,
    this is very little work for Smartsheet.

    The new answer also has all rows with a formula or a link, even if they didn't change. To get only the rows that
    differ, send the digests of your rows by POST.
    """
    return respond_compressed(request, changes_answer(_gateway(request), sheet_id, Copy(Cursor.parse(since))))


@router.post(
    "/sheets/{sheet_id}/changes",
    response={200: ChangesAnswer, **failing(*BAD_BODY, 404)},
    operation_id="compareRows",
)
def compare_rows(request: ApiRequest, sheet_id: SheetId, known: Known) -> HttpResponse:
    """Compare a sheet with the rows that the caller has, and return the rows that differ."""
    copy = Copy(Cursor.parse(known.since), known.digests, known.columns, known.version)
    return respond_compressed(request, changes_answer(_gateway(request), sheet_id, copy))


@router.get(
    "/sheets/{sheet_id}/rows/{row_id}/columns/{column_id}/history",
    response={200: HistoryAnswer, **failing(404)},
    operation_id="readCellHistory",
)
def read_cell_history(
    request: ApiRequest, sheet_id: SheetId, row_id: RowId, column_id: ColumnId, page: PageNumber = 1
) -> HttpResponse:
    """Read Smartsheet's own history of a cell, newest state first. A page has up to 100 states. Smartsheet counts each
    page as ten requests.

    To read what this app's log says about the cell, use `/log/entries` with `sheet`, `row` and `column`.
    """
    found = _gateway(request).cell_history(sheet_id, row_id, column_id, page=page)
    answer: HistoryAnswer = {
        "states": [_state(raw, column_id) for raw in found],
        "has_more": len(found) == HISTORY_PER_PAGE,
    }
    return respond(answer)


def _page(gateway: Gateway, sheet_id: int, page: int, page_size: int) -> JsonObject:
    found = gateway.sheet(sheet_id, page=page, page_size=page_size)
    is_beyond = (found.get("totalRowCount") or 0) <= (page - 1) * page_size  # Smartsheet returns the last page again
    return {**found, "rows": []} if is_beyond else found


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
    """Return the caller's gateway. Raises GatewayError if this app can't read sheets in the caller's name."""
    gateway = gateway_for(request.user)
    gateway.require(Feature.VIEW)
    return gateway
