"""Smartsheet's own history of a cell, for the log's page of it: read with the reader's token, remembered briefly.

One page of it counts as ten requests, so that 30 a minute may be read.
https://developers.smartsheet.com/api/smartsheet/openapi/cells/cellhistory-get
"""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

from audit.cell_histories import CellHistory, State
from audit.recording import canonical
from edits.gateway.client import Gateway, gateway_for
from edits.gateway.errors import GatewayError, RateLimited
from edits.gateway.operations import HISTORY_PER_PAGE
from edits.sheets.held_values import held
from edits.sheets.sheet import Cell, Contact, Json, parse_time

FRESH = 30  # seconds that a page read is remembered for whoever read it
MOST_PAGES = 10
NOT_HERE = "Sign in with Smartsheet to see Smartsheet's own history."
TOO_MANY = "Smartsheet limits how many cell histories can be read per minute. Try again in a minute."


def cell_history(request: HttpRequest, *, sheet_id: int, row_id: int, column_id: int, pages: int = 1) -> CellHistory:
    """The cell's states, newest first, `pages` of HISTORY_PER_PAGE; never raises for what Smartsheet answers."""
    if getattr(request, "smartsheet_user", None) is None:
        return CellHistory(why_not=NOT_HERE)
    states: list[State] = []
    gateway: Gateway | None = None
    raw: list[Json] = []
    for page in range(1, min(pages, MOST_PAGES) + 1):
        key = f"cell_history:{request.user.pk}:{request.session.session_key}:{sheet_id}:{row_id}:{column_id}:{page}"
        known = cache.get(key)
        try:
            if known is None:
                gateway = gateway or gateway_for(request.user)
                known = gateway.cell_history(sheet_id, row_id, column_id, page=page)
                cache.set(key, known, FRESH)
        except RateLimited:
            return CellHistory(states, why_not=TOO_MANY)
        except GatewayError as error:
            return CellHistory(states, why_not=f"Smartsheet's own history can't be shown. {error.message}")
        raw = known
        states += [state for one in raw if (state := _state(one, column_id))]
        if len(raw) < HISTORY_PER_PAGE:
            break
    return CellHistory(states, has_more=len(raw) == HISTORY_PER_PAGE and pages < MOST_PAGES)


def _state(raw: Json, column_id: int) -> State | None:
    by = Contact.parse(raw.get("modifiedBy") or {})
    at = parse_time(raw.get("modifiedAt"))
    if at is None:
        return None
    return State(at, by.name or by.email, by.email, canonical(held(Cell.parse({"columnId": column_id, **raw}))))
