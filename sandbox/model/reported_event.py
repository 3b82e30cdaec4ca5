"""What Event Reporting remembers. https://developers.smartsheet.com/api/smartsheet/openapi/events"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = Any


@dataclass(frozen=True, slots=True)
class Report:
    """An event as it is reported; `number` counts them from 1. `requested_by` is whose token the request carried."""

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
