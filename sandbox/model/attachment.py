"""What is attached to sheets, rows and comments: files in one version or several, and links to files elsewhere.

https://developers.smartsheet.com/api/smartsheet/openapi/attachments
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

FILE = "FILE"
LINK_TYPES = frozenset({"LINK", "BOX_COM", "DROPBOX", "EGNYTE", "EVERNOTE", "GOOGLE_DRIVE", "ONEDRIVE"})
GOV_LINK_TYPES = frozenset({"LINK", "BOX_COM", "GOOGLE_DRIVE", "ONEDRIVE"})
LINK_SUBTYPES = frozenset({"DOCUMENT", "DRAWING", "FOLDER", "PDF", "PRESENTATION", "SPREADSHEET"})
SHEET, ROW, COMMENT = "SHEET", "ROW", "COMMENT"


@dataclass(slots=True)
class Attachment:
    """One version of a file, or a link. All versions of a file share `first_id`, the id of the first of them.

    A file has `digest` (of its content, which the state keeps), `size` in bytes and `mime_type`; a link has `url`.
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
    """Of each attachment only the newest version, out of all versions in the order in which they were made."""
    return list({attachment.first_id: attachment for attachment in attachments}.values())
