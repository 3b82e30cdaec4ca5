"""Handles CHECKBOX columns. A cell is checked or not, or has a text. An empty cell counts as not checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.core.exceptions import ValidationError

from edits.sheets.column_types.base import ColumnType, one_text
from edits.sheets.held_values import Value
from edits.sheets.sheet import Cell, Json
from identity.profiles.readers import Reader

MEANINGS = {"true": True, "on": True, "1": True, "false": False, "0": False, "": False}


class Checkbox(ColumnType):
    """The type of columns with check boxes."""

    __slots__ = ()
    why_not_here: ClassVar[str] = ""

    def shown(self, cell: Cell, reader: Reader) -> str:
        if isinstance(cell.value, bool):
            return "✓" if cell.value else ""
        return super().shown(cell, reader)

    def words(self, value: Json, reader: Reader) -> str:
        if value is None or isinstance(value, bool):
            return "checked" if value else "not checked"
        return super().words(value, reader)

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        meaning = MEANINGS.get(one_text(typed).lower())
        if meaning is None:
            raise ValidationError("Choose checked or not checked.")
        return meaning

    def _to_send(self, value: Json, cell: Cell) -> dict[str, Json]:
        return super()._to_send(value, cell) | ({"strict": False} if _is_other(value) else {})

    def why_not_held(self, value: Json) -> str:
        is_wrong = _is_other(value) and self.column.is_validated
        return f"“{value}” is neither checked nor unchecked, and this column takes nothing else." if is_wrong else ""

    def holds(self, cell: Cell, value: Json) -> bool:
        return super().holds(cell, value) or (not value and cell.is_empty)


def _is_other(value: Json) -> bool:
    """Whether the value is a number, or a text that isn't empty."""
    return value not in (None, "") and not isinstance(value, bool)
