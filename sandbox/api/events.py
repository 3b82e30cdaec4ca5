"""Event Reporting. https://developers.smartsheet.com/api/smartsheet/openapi/events"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sandbox.api.users import check_system_admin
from sandbox.clock import now, parse
from sandbox.errors import ApiError
from sandbox.http.routing import Call, operation
from sandbox.model.event_bus import ReportedEvent

Json = Any

DEFAULT_COUNT = 1_000
MOST = 10_000


@operation("list-events", "GET", "/events", scope="READ_EVENTS")
def list_all(call: Call) -> Json:
    """List the events since a time or after a stream position, oldest first. Only system admins can read events."""
    check_system_admin(call)
    if "since" in call.query and "streamPosition" in call.query:
        raise ApiError(1227, "since", "streamPosition")
    if "since" not in call.query and "streamPosition" not in call.query:
        raise ApiError(1228, "since", "streamPosition")
    count = _count(call)
    found = _since(call) if "since" in call.query else _after(call)
    shown = found[:count]
    last = shown[-1].number if shown else _last_number(call)
    return {
        "nextStreamPosition": _position(last),
        "moreAvailable": len(found) > count,
        "data": [report.json() for report in shown],
    }


@operation("get-event", "GET", "/events/{eventId}", scope="READ_EVENTS")
def get(call: Call) -> Json:
    """Get one event. Only system admins can read events."""
    check_system_admin(call)
    for report in call.state.reported_events:
        if report.id == call.path["eventId"]:
            return report.json()
    raise ApiError(1006)


def _count(call: Call) -> int:
    try:
        return call.number("maxCount", DEFAULT_COUNT, least=1, most=MOST)
    except ApiError:
        raise ApiError(1229, call.query["maxCount"], "maxCount", 1, MOST) from None


def _since(call: Call) -> Sequence[ReportedEvent]:
    since = _hour(call, "since")
    until = min(_hour(call, "to"), now()) if "to" in call.query and _moment(call, "to") <= now() else now()
    if until < since:
        raise ApiError(1018, call.query.get("to", call.query["since"]), "to" if "to" in call.query else "since")
    if until == since and "to" in call.query:
        return []
    return [report for report in call.state.reported_events if since <= report.at <= until]


def _after(call: Call) -> Sequence[ReportedEvent]:
    if "to" in call.query:
        raise ApiError(1227, "to", "streamPosition")
    number = _number(call.query["streamPosition"])
    return [report for report in call.state.reported_events if report.number > number]


def _hour(call: Call, name: str) -> datetime:
    """Return the time in the parameter `name`, rounded down to the full hour."""
    return _moment(call, name).replace(minute=0, second=0)


def _moment(call: Call, name: str) -> datetime:
    moment = parse(call.query[name].replace(" ", "+"))
    if moment is None:
        raise ApiError(1018, call.query[name], name)
    return moment


def _last_number(call: Call) -> int:
    return call.state.reported_events[-1].number if call.state.reported_events else 0


def _position(number: int) -> str:
    return base64.urlsafe_b64encode(f"event {number}".encode()).decode().rstrip("=")


def _number(position: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(position + "=" * (-len(position) % 4)).decode().removeprefix("event "))
    except ValueError:
        raise ApiError(1018, position, "streamPosition") from None
