"""DATE: a day. Smartsheet lets text stand in it too, where the column isn't restricted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from django.core.exceptions import ValidationError

from edits.sheets.column_types.base import ColumnType, Doubtful, one_text
from edits.sheets.held_values import Value
from edits.sheets.sheet import Cell, Json
from identity.profiles.readers import Reader

ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EXAMPLE = date(2026, 11, 30)
YEARS = range(1900, 2200)  # others are asked about: browsers make 0026 of 26


class DateType(ColumnType):
    """A day."""

    __slots__ = ()
    why_not_here: ClassVar[str] = ""

    def shown(self, cell: Cell, reader: Reader) -> str:
        day = day_of(cell.value)
        return reader.locale.day(day) if day else super().shown(cell, reader)

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        text = one_text(typed)
        if not text.strip():
            return None
        day = day_of(text.strip()) or reader.locale.read_day(text)
        if day is None:
            return self._text(text, reader)
        if day.year not in YEARS:
            meant = f" For {2000 + day.year}, type all four digits." if day.year < 100 else ""
            raise Doubtful(f"Is the year {day.year:04} right?{meant}", day.isoformat())
        return day.isoformat()

    def _to_send(self, value: Json, cell: Cell) -> dict[str, Json]:
        is_text = value is not None and day_of(value) is None
        return super()._to_send(value, cell) | ({"strict": False} if is_text else {})

    def why_not_held(self, value: Json) -> str:
        is_text = value is not None and day_of(value) is None and self.column.is_validated
        return f"“{value}” is not a date, and this column takes nothing else." if is_text else ""

    def _text(self, text: str, reader: Reader) -> str:
        examples = dict.fromkeys([EXAMPLE.isoformat(), reader.locale.day(EXAMPLE)])
        no_date = f"“{text}” isn't a date such as {' or '.join(examples)}."
        if self.column.is_validated:
            raise ValidationError(no_date)
        raise Doubtful(f"{no_date} It would stand in the column as text.", text)


def day_of(value: Json) -> date | None:
    """The day that an ISO 8601 text names."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and ISO_DAY.fullmatch(value) else None
    except ValueError:
        return None
