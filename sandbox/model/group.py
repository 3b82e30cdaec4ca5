"""Groups of people. https://developers.smartsheet.com/api/smartsheet/openapi/groups"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Group:
    """A group; what is shared with it is shared with each of its members."""

    id: int
    name: str
    owner_id: int
    created_at: datetime
    modified_at: datetime
    description: str = ""
    member_ids: list[int] = field(default_factory=list)
