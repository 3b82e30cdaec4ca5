"""TEXT_NUMBER: text, or a number where Smartsheet can hold exactly the one that was typed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from edits.sheets import numbers
from edits.sheets.column_types.base import ColumnType, one_text
from edits.sheets.held_values import Value
from edits.sheets.sheet import Cell
from identity.profiles.readers import Reader

LARGEST_NUMBER = 9_007_199_254_740_992
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


class TextNumber(ColumnType):
    """Text or a number."""

    __slots__ = ()
    why_not_here: ClassVar[str] = ""

    def shown(self, cell: Cell, reader: Reader) -> str:
        return numbers.shown(super().shown(cell, reader), cell.value, reader.locale)

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        text = one_text(typed)
        return number_or_text(text) if text else None


def number_or_text(text: str) -> int | float | str:
    """A number where Smartsheet can hold exactly the one that was typed, else the text.

    So "007" and "1,5" stay text, and so does what is out of range or has more digits than a number there can hold.
    """
    if not NUMBER.fullmatch(text) or abs(Decimal(text)) > LARGEST_NUMBER:
        return text
    number = float(text)
    if Decimal(repr(number)) != Decimal(text):
        return text
    return int(number) if number.is_integer() else number
