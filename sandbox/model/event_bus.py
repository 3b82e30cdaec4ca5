"""Events in the sandbox, for webhooks and Event Reporting.

Code that changes something announces it to the state (`State.announce`). After the request, all its events are
published together, each once, in the order of ON_SHEETS. Every changed sheet also gets a `sheet updated`.
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
    """An event. It has the `kind` of object, the change, and the id of the person or system user who made it.

    A cell is identified by its row and column. `details` are used only by Event Reporting.
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
        """The column of the event."""
        return self.object_id if self.kind == "column" else self.column_id


@dataclass(frozen=True, slots=True)
class Cause:
    """The request that caused events. It has the owner of its token (None without a token), app and change agent.

    `is_outside` marks a change that was made in Smartsheet's own app, not by an API request.
    """

    person_id: int | None = None
    client_id: str | None = None
    change_agent: str | None = None
    is_outside: bool = False


Listener = Callable[[Cause, list[Event]], None]


class Bus:
    """Passes events on to the listeners."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Add a listener."""
        self._listeners.append(listener)

    def publish(self, cause: Cause, news: list[Event]) -> None:
        """Publish the events of a request, even if there are none."""
        events = sorted(dict.fromkeys(_with_sheets(news)), key=_order)
        for listener in self._listeners:
            listener(cause, events)


def on_sheet(sheet_id: int, kind: str, object_id: int, change: str, *, by: int) -> Event:
    """An event of a sheet."""
    return Event(kind, change, object_id, by, sheet_id)


def on_cell(sheet_id: int, row_id: int, column_id: int, change: str, *, by: int) -> Event:
    """An event of a cell."""
    return Event("cell", change, None, by, sheet_id, row_id, column_id)


def change_agent(header: str | None) -> str | None:
    """The Smartsheet-Change-Agent header of a request. If it is too long, its beginning is cut off."""
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
        """An Event."""
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
