"""Folders and workspaces: where sheets are kept.

A container is named by its id alone, since ids are unique over all kinds; None is a person's own Sheets folder (Home).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sandbox.model.access import Access

ShareTimes = dict[int, tuple[datetime, datetime]]


@dataclass(slots=True)
class Folder:
    """A folder; `container_id` is the folder or workspace it is in."""

    id: int
    name: str
    owner_id: int
    created_at: datetime
    container_id: int | None = None


@dataclass(slots=True)
class Workspace:
    """A workspace and who it is shared with (person or group id → access; the owner is not among the shares)."""

    id: int
    name: str
    owner_id: int
    created_at: datetime
    modified_at: datetime
    shares: dict[int, Access] = field(default_factory=dict)
    share_times: ShareTimes = field(default_factory=dict)
