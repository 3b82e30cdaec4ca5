"""A sheet's update requests and automation rules. No e-mail is sent.

https://developers.smartsheet.com/api/smartsheet/openapi/updaterequests
https://developers.smartsheet.com/api/smartsheet/openapi/automationrules
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

Json = Any


@dataclass(slots=True)
class UpdateRequest:
    """A request that asks people to update rows. `message` has the parts of the e-mail. `schedule` says when the e-mail
    is sent; None means immediately.
    """

    id: int
    sent_by: int
    created_at: datetime
    modified_at: datetime
    message: dict[str, Json]
    schedule: dict[str, Json] | None = None


@dataclass(slots=True)
class SentUpdateRequest:
    """An update request that was sent to one person."""

    id: int
    update_request_id: int
    sent_by: int
    sent_at: datetime
    sent_to: dict[str, Json]
    message: dict[str, Json]
    status: str = "PENDING"


@dataclass(slots=True)
class AutomationRule:
    """A rule that sends a notification, an approval request or an update request."""

    id: int
    name: str
    created_by: int
    created_at: datetime
    modified_by: int
    modified_at: datetime
    action: dict[str, Json]
    enabled: bool = True
