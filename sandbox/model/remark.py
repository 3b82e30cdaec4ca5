"""Attachments and discussions of sheets and rows. A discussion is a thread of comments.

https://developers.smartsheet.com/api/smartsheet/openapi/attachments
https://developers.smartsheet.com/api/smartsheet/openapi/discussions
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

FILE = "FILE"
LINK_TYPES = frozenset({"LINK", "BOX_COM", "DROPBOX", "EGNYTE", "EVERNOTE", "GOOGLE_DRIVE", "ONEDRIVE"})
GOV_LINK_TYPES = frozenset({"LINK", "BOX_COM", "GOOGLE_DRIVE", "ONEDRIVE"})
LINK_SUBTYPES = frozenset({"DOCUMENT", "DRAWING", "FOLDER", "PDF", "PRESENTATION", "SPREADSHEET"})
SHEET, ROW, COMMENT = "SHEET", "ROW", "COMMENT"


@dataclass(slots=True)
class Attachment:
    """A link, or one version of a file. All versions of a file have the same `first_id`, which is the id of the first
    version.

    A file has a `digest`, a `size` in bytes and a `mime_type`. The state stores the content of the file under the
    digest. A link has a `url`.
    """

    id: int
    first_id: int
    type: str
    name: str
    parent_type: str
    parent_id: int
    created_at: datetime
    created_by: int
    mime_type: str | None = None
    size: int = 0
    digest: str | None = None
    url: str | None = None
    description: str | None = None
    sub_type: str | None = None


def current(attachments: Iterable[Attachment]) -> list[Attachment]:
    """Return the newest version of each attachment. `attachments` has all versions in the order of their creation."""
    return list({attachment.first_id: attachment for attachment in attachments}.values())


LONGEST_TITLE = 100


@dataclass(slots=True)
class Comment:
    """A comment. Only the person whose id is `created_by` can change it."""

    id: int
    text: str
    created_at: datetime
    created_by: int
    modified_at: datetime


@dataclass(slots=True)
class Discussion:
    """A thread of one or more comments, oldest first. If `row_id` is None, the discussion is on the whole sheet. If
    not, it is on the row with this id.
    """

    id: int
    title: str
    row_id: int | None
    created_by: int
    comments: list[Comment] = field(default_factory=list)


def title_of(text: str) -> str:
    """Return the title of a discussion, which is made from its first comment."""
    return text[:LONGEST_TITLE]
