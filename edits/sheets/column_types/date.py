"""DATE: a day. Smartsheet lets text stand in it too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from django.core.exceptions import ValidationError

from edits.sheets.column_types.base import ColumnType, one_text
from edits.sheets.held_values import Value
from edits.sheets.sheet import Cell, Json
from identity.profiles.readers import Reader

ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NOT_A_DATE = "Enter a date such as 2026-11-30."


class DateType(ColumnType):
    """A day."""

    __slots__ = ()
    why_not_here: ClassVar[str] = ""

    def shown(self, cell: Cell, reader: Reader) -> str:
        day = day_of(cell.value)
        return reader.locale.day(day) if day else super().shown(cell, reader)

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        text = one_text(typed).strip()
        if text and day_of(text) is None:
            raise ValidationError(NOT_A_DATE)
        return text or None


def day_of(value: Json) -> date | None:
    """The day that an ISO 8601 text names."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and ISO_DAY.fullmatch(value) else None
    except ValueError:
        return None
