"""MULTI_PICKLIST: any number of the column's options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.core.exceptions import ValidationError

from edits.sheets.column_types.base import ColumnType, one_text
from edits.sheets.column_types.picklist import NO_OPTION
from edits.sheets.held_values import Value, held
from edits.sheets.sheet import Cell, Json
from identity.profiles.readers import Reader


class MultiPicklist(ColumnType):
    """Any number of the options."""

    __slots__ = ()
    why_not_here: ClassVar[str] = ""

    def shown(self, cell: Cell, reader: Reader) -> str:
        value = held(cell)
        return cell.display or (", ".join(value) if isinstance(value, list) else super().shown(cell, reader))

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        choices = [*typed] if not isinstance(typed, str) else [line for line in one_text(typed).split("\n") if line]
        for choice in choices:
            if choice not in self.column.options:
                raise ValidationError(NO_OPTION.format(choice))
        return list(dict.fromkeys(choices)) or None

    def to_send(self, value: Json, cell: Cell) -> dict[str, Json]:
        if isinstance(value, list) and value:
            return {"objectValue": {"objectType": "MULTI_PICKLIST", "values": value}}
        return super().to_send(value or None, cell)
