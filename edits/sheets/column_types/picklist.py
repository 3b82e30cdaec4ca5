"""Handles PICKLIST columns. A cell has one of the column's options or symbols. If the column isn't restricted, a cell
can also have any other text or number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.core.exceptions import ValidationError

from edits.sheets import numbers
from edits.sheets.column_types.base import ColumnType, one_text
from edits.sheets.held_values import Value, text_of
from edits.sheets.sheet import Cell, Json
from identity.profiles.readers import Reader

NO_OPTION = "“{}” is not among the options of this column."


class Picklist(ColumnType):
    """The type of columns with one option per cell."""

    __slots__ = ()
    why_not_here: ClassVar[str] = ""

    def shown(self, cell: Cell, reader: Reader) -> str:
        return numbers.shown(super().shown(cell, reader), cell.value, reader.locale)

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        text = one_text(typed)
        if text == "" or text in self.column.options:
            return text or None
        if self.column.is_validated:
            raise ValidationError(NO_OPTION.format(text))
        written = numbers.read(text, reader.locale)
        number = numbers.exact(written.number) if written and written.is_plain else None
        return text if number is None else number

    def _to_send(self, value: Json, cell: Cell) -> dict[str, Json]:
        text = text_of(value)
        is_option = text == "" or text in self.column.options
        return {"value": text} if is_option else {"value": value, "strict": False}

    def why_not_held(self, value: Json) -> str:
        is_option = value is None or text_of(value) in self.column.options
        return "" if is_option or not self.column.is_validated else NO_OPTION.format(text_of(value))
