"""Update requests. https://developers.smartsheet.com/api/smartsheet/openapi/updaterequests

The sandbox sends no e-mail. An update request without a schedule counts as sent as soon as it is created. An update
request with a schedule never counts as sent.
"""

from __future__ import annotations

from typing import Any, TypeVar

from sandbox.api.emails import check_row_message, recipients_of
from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.http.results import index_result, success
from sandbox.http.routing import Call, operation
from sandbox.model.access import Access
from sandbox.model.cell_parsing import check_attributes
from sandbox.model.send_schedule import read_schedule, schedule_json
from sandbox.model.workflow import SentUpdateRequest, UpdateRequest

Json = Any
Request = TypeVar("Request", UpdateRequest, SentUpdateRequest)

MESSAGE = ("sendTo", "subject", "message", "ccMe", "includeAttachments", "includeDiscussions", "columnIds", "rowIds")
CHANGEABLE = {*MESSAGE, "schedule"} - {"rowIds"}
READ_ONLY = {"id", "sentBy", "createdAt", "modifiedAt"}
IN_LISTS = ("id", "ccMe", "createdAt", "message", "modifiedAt", "schedule", "sendTo", "sentBy", "subject")
SENT_IN_LISTS = ("id", "message", "sentAt", "sentBy", "sentTo", "status", "subject", "updateRequestId")
TEXT = "Please update the following rows in my online sheet."


@operation("updaterequests-list", "GET", "/sheets/{sheetId}/updaterequests", scope="READ_SHEETS")
def list_all(call: Call) -> Json:
    """List a sheet's update requests that haven't been sent."""
    bodies = [_json(call, each) for each in call.sheet.update_requests if each.schedule]
    return index_result(call, [{name: body[name] for name in IN_LISTS if name in body} for body in bodies])


@operation("updaterequests-create", "POST", "/sheets/{sheetId}/updaterequests",
           scope="WRITE_SHEETS", access=Access.EDITOR)  # fmt: skip
def create(call: Call) -> Json:
    """Ask people to update rows, immediately or on a schedule."""
    sheet, body = call.sheet, call.json()
    check_attributes("updateRequest", body, allowed={*MESSAGE, "schedule"}, read_only=READ_ONLY)
    message = {"subject": f"Update Request: {sheet.name}", "message": TEXT, "ccMe": False} | _given(body)
    _check(call, message)
    schedule = read_schedule(body["schedule"], at=now()) if body.get("schedule") is not None else None
    request = UpdateRequest(call.state.new_id(), call.person.id, now(), now(), message, schedule)
    sheet.update_requests.append(request)
    call.announce("update_request", request.id, "created")
    if schedule is None:
        _send(call, request)
    shown = _json(call, request)
    return success({name: value for name, value in shown.items() if name not in ("createdAt", "modifiedAt")})


@operation("updaterequests-get", "GET", "/sheets/{sheetId}/updaterequests/{updateRequestId}", scope="READ_SHEETS")
def get(call: Call) -> Json:
    """Get one update request."""
    return _json(call, _in_path(call, call.sheet.update_requests, "updateRequestId"))


@operation("updaterequests-update", "PUT", "/sheets/{sheetId}/updaterequests/{updateRequestId}",
           scope="WRITE_SHEETS", access=Access.EDITOR)  # fmt: skip
def update(call: Call) -> Json:
    """Change an update request that hasn't been sent."""
    request, body = _in_path(call, call.sheet.update_requests, "updateRequestId"), call.json()
    check_attributes("updateRequest", body, allowed=CHANGEABLE, read_only=READ_ONLY | {"rowIds"})
    if request.schedule is None:
        raise ApiError(1032, "updateRequest")
    message = request.message | _given(body)
    _check(call, message)
    if body.get("schedule") is not None:
        request.schedule = read_schedule(body["schedule"], at=now())
    request.message, request.modified_at = message, now()
    return success(_json(call, request))


@operation("updaterequests-delete", "DELETE", "/sheets/{sheetId}/updaterequests/{updateRequestId}",
           scope="WRITE_SHEETS", access=Access.EDITOR)  # fmt: skip
def delete(call: Call) -> Json:
    """Delete an update request. The e-mails that were sent for it stay in the list of sent update requests."""
    call.sheet.update_requests.remove(_in_path(call, call.sheet.update_requests, "updateRequestId"))
    return success()


@operation("sentupdaterequests-list", "GET", "/sheets/{sheetId}/sentupdaterequests", scope="READ_SHEETS")
def list_sent(call: Call) -> Json:
    """List the update requests that were sent."""
    bodies = [_sent_json(call, each) for each in call.sheet.sent_update_requests]
    return index_result(call, [{name: body[name] for name in SENT_IN_LISTS if name in body} for body in bodies])


@operation("sentupdaterequest-get", "GET", "/sheets/{sheetId}/sentupdaterequests/{sentUpdateRequestId}",
           scope="READ_SHEETS")  # fmt: skip
def get_sent(call: Call) -> Json:
    """Get one update request that was sent."""
    return _sent_json(call, _in_path(call, call.sheet.sent_update_requests, "sentUpdateRequestId"))


@operation("sentupdaterequest-delete", "DELETE", "/sheets/{sheetId}/sentupdaterequests/{sentUpdateRequestId}",
           scope="WRITE_SHEETS", access=Access.EDITOR)  # fmt: skip
def delete_sent(call: Call) -> Json:
    """Delete an update request that was sent. After that, no one can answer it."""
    call.sheet.sent_update_requests.remove(_in_path(call, call.sheet.sent_update_requests, "sentUpdateRequestId"))
    return success()


def _given(body: dict[str, Json]) -> dict[str, Json]:
    return {name: body[name] for name in MESSAGE if body.get(name) is not None}


def _check(call: Call, message: dict[str, Json]) -> None:
    """Raise ApiError if the message can't be sent, for example because a recipient is a group."""
    check_row_message(call, message)
    if any(recipient.get("groupId") is not None for recipient in recipients_of(message)):
        raise ApiError(1032, "recipient.groupId")


def _send(call: Call, request: UpdateRequest) -> None:
    for recipient in recipients_of(request.message):
        sent = SentUpdateRequest(
            call.state.new_id(), request.id, request.sent_by, now(), recipient, dict(request.message)
        )
        call.sheet.sent_update_requests.append(sent)


def _in_path(call: Call, requests: list[Request], name: str) -> Request:
    """Return the update request that the path names. Raises ApiError 1006 if it isn't among `requests`."""
    wanted = call.path_id(name)
    for request in requests:
        if request.id == wanted:
            return request
    raise ApiError(1006)


def _json(call: Call, request: UpdateRequest) -> dict[str, Json]:
    body: dict[str, Json] = {"id": request.id} | request.message
    body |= {"sentBy": call.state.mini_user(request.sent_by)}
    body |= {"createdAt": request.created_at, "modifiedAt": request.modified_at}
    return body | ({"schedule": schedule_json(request.schedule)} if request.schedule else {})


def _sent_json(call: Call, sent: SentUpdateRequest) -> dict[str, Json]:
    message = {name: value for name, value in sent.message.items() if name not in ("sendTo", "ccMe")}
    return {
        "id": sent.id,
        "updateRequestId": sent.update_request_id,
        "sentAt": sent.sent_at,
        "sentBy": call.state.mini_user(sent.sent_by),
        "sentTo": sent.sent_to,
        "status": sent.status,
    } | message
