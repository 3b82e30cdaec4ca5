"""Where a caller is in the changes of a sheet: its version, when it was changed last, and which columns it had.

Smartsheet says when each row was changed, but not that a formula or a link now gives another value. So what may have
changed is every row that was changed since, and every row with a formula or a link. Times are Smartsheet's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from edits.sheets.sheet import Row, Sheet

PATTERN = "^[0-9]{1,15}-[0-9]{1,11}-[0-9a-f]{16}$"
SLACK = timedelta(minutes=5)  # rows that are given once more harm nothing; one that isn't given would


@dataclass(frozen=True, slots=True)
class Cursor:
    """`changed_at` in seconds since 1970, `columns` as a digest."""

    version: int
    changed_at: int
    columns: str

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The cursor that PATTERN has let through."""
        version, changed_at, columns = text.split("-")
        return cls(int(version), int(changed_at), columns)

    @property
    def text(self) -> str:
        """As callers have it."""
        return f"{self.version}-{self.changed_at}-{self.columns}"

    def may_not_know(self, row: Row, sheet: Sheet) -> bool:
        """Whether the row may be another one since."""
        if row.modified_at is None or row.modified_at.timestamp() >= self.changed_at - SLACK.total_seconds():
            return True
        has_formula_column = any(column.formula for column in sheet.columns)
        return has_formula_column or any(cell.formula or cell.is_link for cell in row.cells.values())


def after(sheet: Sheet) -> Cursor:
    """A cursor after everything in a sheet, even if not all of its rows were read."""
    changed_at = int(sheet.modified_at.timestamp()) if sheet.modified_at else 0
    columns = sha256(repr(sheet.columns).encode()).hexdigest()[:16]
    return Cursor(version_of(sheet), changed_at, columns)


def version_of(sheet: Sheet) -> int:
    """The number that counts the sheet's changes."""
    return int(sheet.raw.get("version") or 0)
