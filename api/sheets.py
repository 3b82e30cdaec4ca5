"""Reading sheets: the list of them, one of them page by page, and some of its rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from django.http import HttpResponse
from ninja import Path, Query, Router

from api.callers import ApiRequest, anyone_with
from api.encoding import Id, respond
from api.operations import failing
from api.sheet_answers import RowsAnswer, SheetList, rows_answer, summary
from edits.features import Feature
from edits.gateway.client import Gateway, gateway_for
from edits.sheets import reading
from edits.sheets.sheet import Sheet, SheetSummary
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


def _gateway(request: ApiRequest) -> Gateway:
    """Smartsheet as the caller sees it. Raises GatewayError where they may not look at sheets here."""
    gateway = gateway_for(request.user)
    gateway.require(Feature.VIEW)
    return gateway
