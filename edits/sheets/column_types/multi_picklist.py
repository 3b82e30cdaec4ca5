"""Handles MULTI_PICKLIST columns. A cell has any number of the column's options. Smartsheet's API accepts no other
values.
"""

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
    """The type of columns with any number of options per cell."""

    __slots__ = ()
    why_not_here: ClassVar[str] = ""
    takes_several: ClassVar[bool] = True

    def shown(self, cell: Cell, reader: Reader) -> str:
        value = held(cell)
        return cell.display or (", ".join(value) if isinstance(value, list) else super().shown(cell, reader))

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        by_line = {one_text(option): option for option in self.column.options}
        choices = [line for line in one_text(typed).split("\n") if line] if isinstance(typed, str) else typed
        found = []
        for choice in map(one_text, choices):
            if choice not in by_line:
                raise ValidationError(NO_OPTION.format(choice))
            found.append(by_line[choice])
        return list(dict.fromkeys(found)) or None

    def _to_send(self, value: Json, cell: Cell) -> dict[str, Json]:
        if isinstance(value, list) and value:
            return {"objectValue": {"objectType": "MULTI_PICKLIST", "values": value}}
        return super()._to_send(value or None, cell)

    def why_not_held(self, value: Json) -> str:
        choices = value if isinstance(value, list) else [value] if value is not None else []
        return next((NO_OPTION.format(choice) for choice in choices if choice not in self.column.options), "")
