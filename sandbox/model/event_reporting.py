"""Stores events for Event Reporting. https://developers.smartsheet.com/api/smartsheet/openapi/events

Changes of rows, columns, cells and comments are reported as updates of their sheet or discussion.
"""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.model.event_bus import Cause, Event, ReportedEvent
from sandbox.model.state import State

Json = Any

KEPT = 10_000
REPORTED = ("access_token", "attachment", "discussion", "folder", "group", "sheet", "user", "workspace")
ACTIONS = {"created": "CREATE", "deleted": "DELETE", "updated": "UPDATE"}


def report(state: State, cause: Cause, events: list[Event]) -> None:
    """Store the events of the kinds in REPORTED. If more than KEPT events are stored, delete the oldest ones."""
    for event in events:
        if event.kind in REPORTED:
            state.reported_events.append(_report(state, cause, event))
    del state.reported_events[:-KEPT]


def _report(state: State, cause: Cause, event: Event) -> ReportedEvent:
    email = state.mini_user(event.by)["email"]
    on_sheet = {} if event.kind == "sheet" or event.sheet_id is None else {"sheetId": event.sheet_id}
    return ReportedEvent(
        number=state.reported_events[-1].number + 1 if state.reported_events else 1,
        id=f"2.1.{secrets.token_urlsafe(64)}",
        object_type=event.kind.upper(),
        action=ACTIONS.get(event.change, event.change.upper()),
        object_id=str(event.object_id),
        at=event.at,
        user_id=event.by,
        requested_by=cause.person_id or event.by,
        source=_source(cause),
        details={"emailAddress": email} | on_sheet | event.details,
    )


def _source(cause: Cause) -> str:
    if cause.is_outside:
        return "WEB_APP"
    return "API_INTEGRATED_APP" if cause.client_id else "API_UNDEFINED_APP"
