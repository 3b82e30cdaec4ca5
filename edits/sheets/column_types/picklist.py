"""PICKLIST: one of the column's options, or a symbol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.core.exceptions import ValidationError

from edits.sheets import numbers
from edits.sheets.column_types.base import ColumnType, one_text
from edits.sheets.held_values import Value
from edits.sheets.sheet import Cell
from identity.profiles.readers import Reader

NO_OPTION = "“{}” is not among the options of this column."


class Picklist(ColumnType):
    """One of the options."""

    __slots__ = ()
    why_not_here: ClassVar[str] = ""

    def shown(self, cell: Cell, reader: Reader) -> str:
        return numbers.shown(super().shown(cell, reader), cell.value, reader.locale)

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        text = one_text(typed)
        if text and self.column.options and text not in self.column.options:
            raise ValidationError(NO_OPTION.format(text))
        return text or None
