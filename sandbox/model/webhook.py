"""Webhooks: subscriptions and their status.

https://developers.smartsheet.com/api/smartsheet/openapi/webhooks
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sandbox.model.event_bus import ON_SHEETS, Cause, Event

Json = Any


class Status(StrEnum):
    """The status of a webhook."""

    NEW_NOT_VERIFIED = "NEW_NOT_VERIFIED"
    ENABLED = "ENABLED"
    DISABLED_BY_OWNER = "DISABLED_BY_OWNER"
    DISABLED_CALLBACK_FAILED = "DISABLED_CALLBACK_FAILED"
    DISABLED_VERIFICATION_FAILED = "DISABLED_VERIFICATION_FAILED"
    DISABLED_APP_REVOKED = "DISABLED_APP_REVOKED"
    DISABLED_SCOPE_INACCESSIBLE = "DISABLED_SCOPE_INACCESSIBLE"
    DISABLED_ADMINISTRATIVE = "DISABLED_ADMINISTRATIVE"
    DISABLED_EXCEEDED_GRID_LIMITS = "DISABLED_EXCEEDED_GRID_LIMITS"


DETAILS = {
    Status.DISABLED_CALLBACK_FAILED: "The callback could not be delivered to the callback URL.",
    Status.DISABLED_VERIFICATION_FAILED: "The callback URL did not answer the verification request correctly.",
    Status.DISABLED_APP_REVOKED: "The access of the app was revoked.",
    Status.DISABLED_SCOPE_INACCESSIBLE: "The owner of the webhook has no access to the sheet.",
    Status.DISABLED_EXCEEDED_GRID_LIMITS: "The sheet exceeds 20,000 rows, 400 columns or 500,000 cells.",
}


@dataclass(slots=True)
class Stats:
    """Statistics of callbacks."""

    attempted_at: datetime | None = None
    retries: int = 0
    succeeded_at: datetime | None = None

    def json(self) -> dict[str, Json]:
        """Return the JSON of a WebhookStats. It is empty before the first callback."""
        if self.attempted_at is None:
            return {}
        body = {"lastCallbackAttempt": self.attempted_at, "lastCallbackAttemptRetryCount": self.retries}
        return body | ({"lastSuccessfulCallback": self.succeeded_at} if self.succeeded_at else {})


@dataclass(slots=True)
class Webhook:
    """A person's subscription to a sheet, or to some of its columns. If an app made the subscription for the person,
    `client_id` is the id of this app.

    `waiting` has the events for the next callback, and `sending` has the events of the current callback, both as JSON.
    `callbacks` is the number of delivered callbacks.
    """

    id: int
    name: str
    callback_url: str
    sheet_id: int
    owner_id: int
    client_id: str | None
    secret: str = field(repr=False)
    created_at: datetime
    modified_at: datetime
    column_ids: list[int] = field(default_factory=list)
    status: Status = Status.NEW_NOT_VERIFIED
    stats: Stats = field(default_factory=Stats)
    callbacks: int = 0
    waiting: list[dict[str, Json]] = field(default_factory=list)
    sending: list[dict[str, Json]] = field(default_factory=list)

    @property
    def is_enabled(self) -> bool:
        """Whether the webhook is enabled."""
        return self.status is Status.ENABLED

    @property
    def is_terminal(self) -> bool:
        """Whether the webhook can never be enabled again."""
        return self.status in (Status.DISABLED_APP_REVOKED, Status.DISABLED_ADMINISTRATIVE)

    def become(self, status: Status, *, at: datetime) -> None:
        """Change the status. If the new status isn't ENABLED, the pending events are dropped."""
        self.status, self.modified_at = status, at
        if not self.is_enabled:
            self.waiting, self.sending = [], []

    def twin_key(self) -> tuple[Json, ...]:
        """Return a key. Webhooks with the same key are duplicates. Only the oldest enabled one sends callbacks."""
        return self.sheet_id, self.owner_id, self.callback_url, tuple(sorted(self.column_ids))

    def wants(self, event: Event) -> bool:
        """Whether the webhook has subscribed to this event.

        A subscription to some columns also includes the deletion of rows.
        """
        if event.sheet_id != self.sheet_id or event.kind not in ON_SHEETS:
            return False
        if event.change not in ("created", "updated", "deleted"):
            return False
        if not self.column_ids:
            return True
        return event.column in self.column_ids or (event.kind, event.change) == ("row", "deleted")


def notice(event: Event, cause: Cause) -> dict[str, Json]:
    """Return the JSON of a CallbackEvent. It names the changed object and the user, but has no values."""
    where: dict[str, Json] = {"id": event.object_id}
    if event.kind == "cell":
        where = {"rowId": event.row_id, "columnId": event.column_id}
    body = {"objectType": event.kind, "eventType": event.change, **where, "userId": event.by}
    body["timestamp"] = timestamp(event.at)
    return body | ({"changeAgent": cause.change_agent} if cause.change_agent else {})


def timestamp(moment: datetime) -> str:
    """Return a time such as `2026-01-05T08:00:00.000+00:00`. Only callbacks have times in this format."""
    return moment.isoformat(timespec="milliseconds")
