"""Defines cursors. Each answer with rows has a cursor. To get the sheet's changes since an answer, a caller sends back
the answer's cursor. A cursor has the sheet's version, the time of the sheet's last change, and a hash of the sheet's
columns. The time is from Smartsheet's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from edits.sheets.sheet import Json, Sheet, parse_time

PATTERN = "^[0-9]{1,15}-[0-9]{1,11}-[0-9a-f]{16}$"
SLACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The point up to which a caller knows the changes of a sheet. `changed_at` is the time of the last change, in
    seconds since 1970. `columns` is a hash of the sheet's columns.
    """

    version: int
    changed_at: int
    columns: str

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Parse a cursor that matches PATTERN."""
        version, changed_at, columns = text.split("-")
        return cls(int(version), int(changed_at), columns)

    @property
    def text(self) -> str:
        """The cursor as text for callers."""
        return f"{self.version}-{self.changed_at}-{self.columns}"

    @property
    def earliest(self) -> datetime:
        """The time from which changes are read. It is some minutes before `changed_at`. So this app may read some
        unchanged rows, but misses no changed row.
        """
        return datetime.fromtimestamp(self.changed_at, UTC) - SLACK

    def may_not_know(self, modified_at: Json) -> bool:
        """Whether the caller's copy of a row is perhaps outdated. `modified_at` is the time at which the row was last
        modified.
        """
        moment = parse_time(modified_at)
        return moment is None or moment >= self.earliest


def after(sheet: Sheet) -> Cursor:
    """Return a cursor for a caller who knows all changes of the sheet so far. `sheet` needn't have all rows."""
    changed_at = int(sheet.modified_at.timestamp()) if sheet.modified_at else 0
    columns = sha256(repr(sheet.columns).encode()).hexdigest()[:16]
    return Cursor(version_of(sheet), changed_at, columns)


def version_of(sheet: Sheet) -> int:
    """Return the sheet's version, which counts its changes."""
    return int(sheet.raw.get("version") or 0)
