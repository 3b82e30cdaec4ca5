"""Reads Smartsheet's own history of a cell with the reader's token, for the page with the cell's log. The result is
cached briefly.

Smartsheet allows each token 300 requests per minute, and counts one page of a history as ten requests. So a person can
read at most 30 pages per minute.
https://developers.smartsheet.com/api/smartsheet/openapi/cells/cellhistory-get
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from django.http import HttpRequest

from audit.cell_histories import CellHistory, State
from audit.models import Entry
from audit.recording import canonical
from edits.gateway.client import Gateway, gateway_for
from edits.gateway.errors import GatewayError, RateLimited
from edits.gateway.operations import HISTORY_PER_PAGE
from edits.sheets.held_values import held
from edits.sheets.optional_cache import cache as remembered
from edits.sheets.sheet import Cell, Contact, Json, parse_time
from identity.models import SmartsheetUser

FRESH = 30  # seconds that a page is cached for the person who read it
MOST_PAGES = 10
NOT_HERE = "Sign in with Smartsheet to see Smartsheet's own history."
TOO_MANY = "Smartsheet limits how many cell histories can be read per minute. Try again in a minute."


def cell_history(request: HttpRequest, *, sheet_id: int, row_id: int, column_id: int, pages: int = 1) -> CellHistory:
    """Read `pages` pages of the cell's states, newest first. If Smartsheet answers with an error, `why_not` in the
    result is a sentence about the error.
    """
    if getattr(request, "smartsheet_user", None) is None:
        return CellHistory(why_not=NOT_HERE)
    position = _position(sheet_id, row_id, column_id)
    known = CellHistory(position=position, addresses=cache(SmartsheetUser.objects.addresses))
    # The key includes the cell's newest entry, so that a page from before that entry isn't used.
    key = f"cell_history:{request.user.pk}:{request.session.session_key}:{sheet_id}:{row_id}:{column_id}:{position}"
    states: list[State] = []
    gateway: Gateway | None = None
    raw: list[Json] = []
    for page in range(1, min(pages, MOST_PAGES) + 1):
        try:
            raw = remembered.get(f"{key}:{page}")
            if raw is None:
                gateway = gateway or gateway_for(request.user)
                raw = gateway.cell_history(sheet_id, row_id, column_id, page=page)
                remembered.set(f"{key}:{page}", raw, FRESH)
        except RateLimited:
            return replace(known, states=states, why_not=TOO_MANY)
        except GatewayError as error:
            return replace(known, states=states, why_not=f"Smartsheet's own history can't be shown. {error.message}")
        states += [state for one in raw if (state := _state(one, column_id))]
        if len(raw) < HISTORY_PER_PAGE:
            break
    has_more = len(raw) == HISTORY_PER_PAGE
    return replace(known, states=states, has_more=has_more, can_go_on=has_more and pages < MOST_PAGES)


def _position(sheet_id: int, row_id: int, column_id: int) -> int:
    """Return the id of the log's newest entry about the cell or its whole row; 0 if there is none."""
    of_row = Entry.objects.filter(sheet_id=sheet_id, row_id=row_id)
    newest = (
        of_row.filter(column_id=column).order_by("-id").values_list("id", flat=True).first()
        for column in (column_id, None)
    )
    return max((entry_id for entry_id in newest if entry_id), default=0)


def _state(raw: Json, column_id: int) -> State | None:
    by = Contact.parse(raw.get("modifiedBy") or {})
    at = parse_time(raw.get("modifiedAt"))
    if at is None:
        return None
    return State(at, by.name or by.email, by.email, canonical(held(Cell.parse({"columnId": column_id, **raw}))))
