"""What people say about sheets and rows: discussions, each a thread of comments.

https://developers.smartsheet.com/api/smartsheet/openapi/discussions
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

LONGEST_TITLE = 100


@dataclass(slots=True)
class Comment:
    """One comment; `created_by` is the only person who may change it."""

    id: int
    text: str
    created_at: datetime
    created_by: int
    modified_at: datetime


@dataclass(slots=True)
class Discussion:
    """A thread of at least one comment, oldest first, on a row or (`row_id` None) on the sheet as a whole."""

    id: int
    title: str
    row_id: int | None
    created_by: int
    comments: list[Comment] = field(default_factory=list)


def title_of(text: str) -> str:
    """The title that a discussion gets from its first comment."""
    return text[:LONGEST_TITLE]
