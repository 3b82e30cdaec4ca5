"""Sending sheets by e-mail. https://developers.smartsheet.com/api/smartsheet/openapi/sendviaemail

The sandbox checks the request, but sends no e-mail.
"""

from __future__ import annotations

from typing import Any

from sandbox.errors import ApiError
from sandbox.http.results import success
from sandbox.http.routing import Call, operation
from sandbox.model.accounts import check_email
from sandbox.model.cell_parsing import check_attributes, check_type
from sandbox.model.state import by_id

Json = Any

MESSAGE = {"sendTo", "subject", "message", "ccMe"}
ALLOWED = MESSAGE | {"format", "formatDetails"}
ALLOWED_FOR_ROWS = MESSAGE | {"rowIds", "columnIds", "includeAttachments", "includeDiscussions", "layout"}
FORMATS = ("EXCEL", "PDF", "PDF_GANTT")
PAPER_SIZES = ("LETTER", "LEGAL", "WIDE", "ARCHD", "A4", "A3", "A2", "A1", "A0")
MOST_RECIPIENTS = 1000


@operation("sheet-send", "POST", "/sheets/{sheetId}/emails", scope="SHARE_SHEETS")
def send(call: Call) -> Json:
    """Send a sheet as a file to people and groups."""
    sheet, body = call.sheet, call.json()
    check_attributes("sheetEmail", body, allowed=ALLOWED, read_only=set())
    _check_message(body)
    _check_format(body)
    for recipient in recipients_of(body):
        _check_recipient(call, recipient)
        call.announce("sheet", sheet.id, "send_as_attachment", formatType=body["format"])
    return success()


@operation("rows-send", "POST", "/sheets/{sheetId}/rows/emails", scope="SHARE_SHEETS")
def send_rows(call: Call) -> Json:
    """Send rows to people and groups."""
    sheet, body = call.sheet, call.json()
    check_attributes("multiRowEmail", body, allowed=ALLOWED_FOR_ROWS, read_only=set())
    check_row_message(call, body)
    for _recipient in recipients_of(body):
        call.announce("sheet", sheet.id, "send_row", rowCount=len(body["rowIds"]))
    return success()


def check_row_message(call: Call, body: dict[str, Json]) -> None:
    """Check a message that sends rows. Raises ApiError (1006, 1008, 1012, 1036, 1061, 1106, 1219) if it isn't valid."""
    _check_message(body)
    for name in ("includeAttachments", "includeDiscussions"):
        check_type(body, name, bool)
    for name in ("rowIds", "columnIds"):
        check_type(body, name, list)
    if not body.get("rowIds"):
        raise ApiError(1012, "rowIds")
    if any(call.sheet.row(row_id) is None for row_id in body["rowIds"]):
        raise ApiError(1006)
    for column_id in body.get("columnIds") or []:
        if call.sheet.column(column_id) is None:
            raise ApiError(1036, column_id)
    for recipient in recipients_of(body):
        _check_recipient(call, recipient)


def _check_message(body: dict[str, Json]) -> None:
    check_type(body, "ccMe", bool)
    for name in ("subject", "message"):
        check_type(body, name, str)


def _check_format(body: dict[str, Json]) -> None:
    if body.get("format") not in FORMATS:
        raise ApiError(1031, body["format"], "format") if body.get("format") else ApiError(1012, "format")
    details = body.get("formatDetails")
    if details is None:
        return
    check_attributes("formatDetails", details, allowed={"paperSize"}, read_only=set())
    if details.get("paperSize") not in (None, *PAPER_SIZES):
        raise ApiError(1031, details["paperSize"], "formatDetails.paperSize")


def recipients_of(body: dict[str, Json]) -> list[Json]:
    """Return the list of recipients. Raises ApiError 1012 if there are none, and 1061 if there are too many."""
    given = body.get("sendTo")
    recipients = given if isinstance(given, list) else [given]
    if not given:
        raise ApiError(1012, "sendTo")
    if len(recipients) > MOST_RECIPIENTS:
        raise ApiError(1061, "sendTo")
    return recipients


def _check_recipient(call: Call, recipient: Json) -> None:
    check_attributes("recipient", recipient, allowed={"email", "groupId"}, read_only=set())
    if recipient.get("email") is not None and recipient.get("groupId") is not None:
        raise ApiError(1219, "recipient.email", "recipient.groupId")
    if recipient.get("groupId") is None:
        check_email(recipient.get("email"))
    elif by_id(call.state.groups, recipient["groupId"]) is None:
        raise ApiError(1106)
