"""Passes events to webhooks and Event Reporting.

Code that changes something announces an event to the state (`State.announce`). After the request, all events that were
announced during it are published together, each event once, in the order of ON_SHEETS. Every changed sheet also gets a
`sheet updated` event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.clock import now

Json = Any

# https://developers.smartsheet.com/api/smartsheet/openapi/webhooks/callbackevent
ON_SHEETS = ("sheet", "column", "row", "cell", "attachment", "discussion", "comment")
LONGEST_CHANGE_AGENT = 512


@dataclass(frozen=True, slots=True)
class Event:
    """An event: the `kind` of object, what happened to it, and the id of the person or system user who did it.

    The event of a cell has the ids of its row and column. Only Event Reporting uses `details`.
    """

    kind: str
    change: str
    object_id: int | str | None
    by: int
    sheet_id: int | None = None
    row_id: int | None = None
    column_id: int | None = None
    details: dict[str, Json] = field(default_factory=dict, hash=False, compare=False)
    at: datetime = field(default_factory=now, compare=False)

    @property
    def column(self) -> int | str | None:
        """The id of the column that the event is about; None if there is none."""
        return self.object_id if self.kind == "column" else self.column_id


@dataclass(frozen=True, slots=True)
class Cause:
    """The request that caused an event. `person_id` is the id of the person whose token the request had; None if it had
    no token. `client_id` is the id of the app.

    `is_outside` marks a change that was made in Smartsheet's own app, not by an API request.
    """

    person_id: int | None = None
    client_id: str | None = None
    change_agent: str | None = None
    is_outside: bool = False


Listener = Callable[[Cause, list[Event]], None]


class Bus:
    """Passes events to its listeners."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Add a listener."""
        self._listeners.append(listener)

    def publish(self, cause: Cause, news: list[Event]) -> None:
        """Pass the events of a request to the listeners. The listeners are called even if there are no events."""
        events = sorted(dict.fromkeys(_with_sheets(news)), key=_order)
        for listener in self._listeners:
            listener(cause, events)


def on_sheet(sheet_id: int, kind: str, object_id: int, change: str, *, by: int) -> Event:
    """Return an event on a sheet."""
    return Event(kind, change, object_id, by, sheet_id)


def on_cell(sheet_id: int, row_id: int, column_id: int, change: str, *, by: int) -> Event:
    """Return an event of a cell."""
    return Event("cell", change, None, by, sheet_id, row_id, column_id)


def change_agent(header: str | None) -> str | None:
    """Return the header Smartsheet-Change-Agent of a request. If the header is too long, only its end is returned."""
    return header[-LONGEST_CHANGE_AGENT:] if header else None


def _with_sheets(news: Iterable[Event]) -> Iterator[Event]:
    for event in news:
        if event.kind in ON_SHEETS and event.sheet_id is not None and event.kind != "sheet":
            yield Event("sheet", "updated", event.sheet_id, event.by, event.sheet_id, at=event.at)
        yield event


def _order(event: Event) -> int:
    return ON_SHEETS.index(event.kind) if event.kind in ON_SHEETS else len(ON_SHEETS)


@dataclass(frozen=True, slots=True)
class ReportedEvent:
    """An event for Event Reporting. `number` counts from 1. `requested_by` is the owner of the request's token."""

    number: int
    id: str
    object_type: str
    action: str
    object_id: str
    at: datetime
    user_id: int
    requested_by: int
    source: str
    details: dict[str, Json] = field(default_factory=dict)

    def json(self) -> dict[str, Json]:
        """Return the JSON of an Event."""
        return {
            "eventId": self.id,
            "objectType": self.object_type,
            "action": self.action,
            "objectId": self.object_id,
            "eventTimestamp": self.at,
            "userId": self.user_id,
            "requestUserId": self.requested_by,
            "source": self.source,
            "additionalDetails": self.details,
        }
