"""Handles DATE columns. A cell has a day. If the column isn't restricted, Smartsheet also allows text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.utils.dateformat import format as format_day

from edits.sheets.column_types.base import ColumnType, Doubtful, one_text
from edits.sheets.held_values import Value
from edits.sheets.sheet import Cell, Json
from edits.sheets.spaces import trimmed
from identity.profiles.readers import Reader

ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EXAMPLE = date(2026, 11, 30)
DATE_FORMAT = 16  # index of the date format in a format descriptor
# Smartsheet's date formats in Django's notation; "" is the reader's own format. Words are in English.
# https://developers.smartsheet.com/api/smartsheet/openapi/schemas/formattables
FORMATS = (
    *("", "F j, Y", "M j, Y", "j M Y", "Y-m-d", "Y.m.d"),
    *("l, F j, Y", "D, d M Y", "D m/d/Y", "F j", "j F"),
)
YEARS = range(1900, 2200)  # people must confirm other years, because browsers turn 26 into 0026


class DateType(ColumnType):
    """The type of columns with days."""

    __slots__ = ()
    why_not_here: ClassVar[str] = ""

    def shown(self, cell: Cell, reader: Reader) -> str:
        day, form = day_of(cell.value), day_format(cell.format or self.column.format)
        if day is None:
            return super().shown(cell, reader)
        return format_day(day, form) if form else reader.locale.day(day)

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        text = one_text(typed)
        written = trimmed(text)
        if not written:
            return None
        day = day_of(written) or reader.locale.read_day(written)
        if day is None:
            return self._text(text, reader)
        if day.year not in YEARS:
            meant = f" If you mean {2000 + day.year}, type all four digits." if day.year < 100 else ""
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
        raise Doubtful(f"{no_date} It would be saved as text.", text)


def day_format(descriptor: str) -> str:
    """Return the date format of a format descriptor, in Django's notation; "" if the descriptor has no known date
    format.
    """
    parts = descriptor.split(",")
    index = parts[DATE_FORMAT] if len(parts) > DATE_FORMAT else ""
    return FORMATS[int(index)] if index.isdecimal() and int(index) < len(FORMATS) else ""


def day_of(value: Json) -> date | None:
    """Return the day in an ISO 8601 text; None for other texts."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and ISO_DAY.fullmatch(value) else None
    except ValueError:
        return None
