"""Shows the list of sheets, and the page of a sheet."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from edits import features
from edits.features import Feature
from edits.gateway.client import Gateway, gateway_for
from edits.gateway.errors import GatewayError
from edits.grid.modules import addresses
from edits.grid.tables import table_of
from edits.sheets import openable_sheets, opened_sheets, reading
from edits.sheets.rights import why_no_edits
from edits.sheets.sheet import Access, SheetSummary
from edits.widgets.pages import problem_page
from edits.widgets.problems import Doing, problem_of
from identity.decorators import smartsheet_connected
from identity.middleware import SmartsheetRequest

PAGE = re.compile("[0-9]{1,9}")
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@require_safe
@smartsheet_connected
def sheets(request: SmartsheetRequest) -> HttpResponse:
    """Show the sheets that the person can see, most recently changed first. ?q= searches the names of sheets."""
    query = request.GET.get("q", "").strip()
    try:
        gateway = gateway_for(request.user)
        gateway.require(Feature.VIEW)
        found = [SheetSummary.parse(raw) for raw in gateway.sheets()]
    except GatewayError as error:
        return problem_page(request, problem_of(error, doing=Doing.READ))
    openable_sheets.note(request.user, (sheet.id for sheet in found))
    named = [sheet for sheet in found if query.casefold() in sheet.name.casefold()]
    named.sort(key=lambda sheet: sheet.modified_at or LONG_AGO, reverse=True)
    return render(request, "edits/sheets.html", {"sheets": named, "query": query, "count": len(found)})


@require_safe
@smartsheet_connected
def sheet(request: SmartsheetRequest, sheet_id: int) -> HttpResponse:
    """Show the grid of a sheet, and a page of its rows as a table (?page=, from 1). With ?view=table, show only the
    table.
    """
    number = request.GET.get("page", "1")
    page = max(1, int(number)) if PAGE.fullmatch(number) else 1
    try:
        gateway = gateway_for(request.user)
        gateway.require(Feature.VIEW)
        found = reading.read_table(gateway, sheet_id, page)
    except GatewayError as error:
        return problem_page(request, problem_of(error, doing=Doing.READ))
    opened_sheets.note(request, found)
    pages = max(1, math.ceil(found.total_rows / reading.rows_per_table(found)))
    context = {
        "sheet": found,
        "table": table_of(found),
        "api_url": "" if request.GET.get("view") == "table" else _api_url(),
        "page": min(page, pages),
        "pages": pages,
        "modules": addresses(),
        **_offered(gateway, found.access),
    }
    return render(request, "edits/sheet.html", context)


def _api_url() -> str:
    """Return the address of the API that the grid uses. Return "" if the site doesn't have the API. The page then shows
    only the table.
    """
    with suppress(NoReverseMatch):
        return reverse("api:v1:api-root")
    return ""


def _offered(gateway: Gateway, access: Access) -> dict[str, Any]:
    """Return whether the person can change, add and delete rows of the sheet. `can` has what they can do, and `why_not`
    has the reasons for the rest. `can_be_granted` says whether signing in again helps.
    """
    no_access = why_no_edits(access)
    reasons = {one: gateway.why_not(one) or no_access for one in (Feature.CHANGE, Feature.ADD, Feature.DELETE)}
    return {
        "can": [feature for feature, reason in reasons.items() if not reason],
        "why_not": list(dict.fromkeys(filter(None, reasons.values()))),
        "can_be_granted": any(map(features.can_be_granted, reasons.values())),
    }
