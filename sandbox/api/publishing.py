"""Publishing sheets. https://developers.smartsheet.com/api/smartsheet/openapi/sheets/get-sheetpublish"""

from __future__ import annotations

from typing import Any

from sandbox.errors import ApiError
from sandbox.http.results import success
from sandbox.http.routing import Call, operation
from sandbox.model.access import Access
from sandbox.model.cell_json import permalink
from sandbox.model.cell_parsing import check_attributes, check_type
from sandbox.model.sheet import Sheet

Json = Any

ENABLING = ("readOnlyLiteEnabled", "readOnlyFullEnabled", "readWriteEnabled", "icalEnabled")
URLS = {
    "readOnlyLiteEnabled": ("readOnlyLiteUrl", "readOnlyLiteSslUrl"),
    "readOnlyFullEnabled": ("readOnlyFullUrl",),
    "readWriteEnabled": ("readWriteUrl",),
    "icalEnabled": ("icalUrl",),
}
CHOICES = {
    "readOnlyFullAccessibleBy": ("ALL", "ORG", "SHARED"),
    "readWriteAccessibleBy": ("ALL", "ORG", "SHARED"),
    "readOnlyFullDefaultView": ("CALENDAR", "CARD", "GRID"),
    "readWriteDefaultView": ("CALENDAR", "CARD", "GRID"),
}
TOOLBARS = ("readOnlyFullShowToolbar", "readWriteShowToolbar")


@operation("get-sheetPublish", "GET", "/sheets/{sheetId}/publish", scope="READ_SHEETS")
def get(call: Call) -> Json:
    """Get the publish settings of a sheet."""
    return _status(call.sheet)


@operation("set-sheetPublish", "PUT", "/sheets/{sheetId}/publish", scope="ADMIN_SHEETS", access=Access.ADMIN, cost=10)
def put(call: Call) -> Json:
    """Publish or unpublish a sheet. The sandbox doesn't serve the public addresses."""
    body = call.json()
    check_attributes("sheetPublish", body, allowed={*ENABLING, *CHOICES, *TOOLBARS}, read_only=_all_urls())
    for name in (*ENABLING, *TOOLBARS):
        check_type(body, name, bool)
    for name, choices in CHOICES.items():
        if body.get(name) not in (None, *choices):
            raise ApiError(1031, body[name], f"sheetPublish.{name}")
    call.sheet.settings.publish |= {name: value for name, value in body.items() if value is not None}
    return success(_status(call.sheet))


def _all_urls() -> set[str]:
    return {url for urls in URLS.values() for url in urls}


def _status(sheet: Sheet) -> dict[str, Json]:
    """Return the JSON of a SheetPublish. It says for each format whether the sheet is published in this format. If it
    is, the JSON also has the format's address and details.
    """
    publish = sheet.settings.publish
    status: dict[str, Json] = {name: publish.get(name, False) for name in ENABLING}
    for name in ENABLING:
        if status[name]:
            status |= dict.fromkeys(URLS[name], permalink("publish", sheet.id))
    for kind in ("readOnlyFull", "readWrite"):
        if status[f"{kind}Enabled"]:
            status[f"{kind}AccessibleBy"] = publish.get(f"{kind}AccessibleBy", "ALL")
            status[f"{kind}DefaultView"] = publish.get(f"{kind}DefaultView", "GRID")
            status[f"{kind}ShowToolbar"] = publish.get(f"{kind}ShowToolbar", True)
    return status
