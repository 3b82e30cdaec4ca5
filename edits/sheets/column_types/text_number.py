"""Handles TEXT_NUMBER columns. A cell has a text or a number. A typed number that Smartsheet can't store exactly
becomes a text.

In a control, a text that looks like a number has a leading apostrophe, as in Smartsheet itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

from edits.sheets import number_formats, numbers
from edits.sheets.column_types.base import ColumnType, Doubtful, one_text
from edits.sheets.held_values import Value, text_of
from edits.sheets.number_formats import PLAIN, Look
from edits.sheets.numbers import Written
from edits.sheets.sheet import Cell
from identity.profiles.locales import Locale
from identity.profiles.readers import Reader

EXAMPLE = Decimal("1234.5")


class TextNumber(ColumnType):
    """The type of columns with texts and numbers."""

    __slots__ = ()
    why_not_here: ClassVar[str] = ""

    def shown(self, cell: Cell, reader: Reader) -> str:
        form = cell.format or self.column.format
        look = number_formats.look(form)
        if look and not cell.display and numbers.is_number(cell.value):
            return numbers.rounded(
                Decimal(repr(cell.value)), replace(look, before=number_formats.currency(form)), reader.locale
            )
        return numbers.shown(super().shown(cell, reader), cell.value, reader.locale)

    def typed(self, cell: Cell, reader: Reader) -> str:
        if numbers.is_number(cell.value):
            return numbers.write(Decimal(repr(cell.value)), self._look(cell) or PLAIN, reader.locale)
        text = text_of(cell.value)
        if cell.hyperlink:
            return text
        return f"'{text}" if self._needs_apostrophe(text, cell, reader.locale) else text

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        text = one_text(typed)
        if cell.hyperlink:  # Smartsheet accepts only texts with a hyperlink
            return text or None
        is_told = bool(self._look(cell)) or self._needs_apostrophe(text[1:], cell, reader.locale)
        if text.startswith("'") and is_told:
            return text[1:]
        return self._read(text, cell, reader.locale) if text else None

    def _read(self, text: str, cell: Cell, locale: Locale) -> Value:
        """Return the number, or the text if it isn't a number. Raises Doubtful if the text perhaps means something
        else.
        """
        look = self._look(cell)
        written = numbers.read(text, locale)
        # In 2345.75 the point means decimals in any locale, because no group of three digits follows it.
        if written is None and look:
            written = numbers.read_otherwise(text, locale)
        number = self._number(written, look, locale) if written else None
        if written is None or number is None:
            return _text(text, look, cell, locale)
        doubt = _doubt(written, number, look, locale)
        if doubt:
            raise Doubtful(doubt.format(text), number)
        return number

    def _number(self, written: Written, look: Look | None, locale: Locale) -> int | float | None:
        """Return the number to store. Return None if Smartsheet can't store the number. Also return None for texts such
        as 60%, $5 or 100 200, unless the cell's value or format shows that numbers are meant there.
        """
        is_sure = written.is_plain and not written.is_unclear and numbers.is_own_group(written.group, locale)
        if look is None and not is_sure:
            return None
        is_percent = written.is_percent or bool(look and look.is_percent)
        if written.is_currency and is_percent:
            return None
        return numbers.exact(written.fraction if is_percent else written.number)

    def _look(self, cell: Cell) -> Look | None:
        """Return the number format of this cell. A cell with a number always has one. For any other cell, look
        for a number format in the cell's format, or in the column's format if the cell has none. Return None if there
        is no number format.
        """
        told = number_formats.look(cell.format or self.column.format)
        if not numbers.is_number(cell.value):
            return told
        return (numbers.look_of(cell.display, cell.value) if cell.display else told) or PLAIN

    def _needs_apostrophe(self, text: str, cell: Cell, locale: Locale) -> bool:
        """Whether this text needs a leading apostrophe to be read as text."""
        is_about_numbers = bool(self._look(cell))
        if text.startswith("'"):
            return is_about_numbers or self._needs_apostrophe(text[1:], cell, locale)
        try:
            return not isinstance(self._read(text, cell, locale), str)
        except Doubtful as doubt:
            return is_about_numbers or not isinstance(doubt.value, str)


def _text(text: str, look: Look | None, cell: Cell, locale: Locale) -> str:
    """Return the text unchanged. Raises Doubtful if the cell is for numbers, or if the text looks like a number."""
    written = numbers.read(text, locale)
    number = numbers.exact(written.fraction if written.is_percent else written.number) if written else None
    if look is None and number is not None and cell.is_empty:
        as_typed = numbers.write(Decimal(repr(number)), PLAIN, locale)
        raise Doubtful(f"“{text}” would be text, which sums leave out. For a number, type {as_typed}.", text)
    is_for_numbers = bool(look) and (numbers.is_number(cell.value) or cell.is_empty)
    if is_for_numbers or (cell.is_empty and numbers.is_like_number(text, locale)):
        example = numbers.write(EXAMPLE, Look(is_grouped=True), locale)
        why = f"isn't a number as you write it ({example})"
        if written and number is None:
            why = "has more digits than a number can hold in Smartsheet"
        raise Doubtful(f"“{text}” {why}. It would be text, which sums leave out.", text)
    return text


def _doubt(written: Written, number: float, look: Look | None, locale: Locale) -> str:
    """Return a sentence that says why the person perhaps means another number; "" if there is no doubt. In the
    sentence, {} stands for the typed text.
    """
    look = look or PLAIN
    held = numbers.write(Decimal(repr(number)), look, locale)
    if written.is_unclear:
        return f"“{{}}” would be {held}. Is that what you mean?"
    if written.is_percent and not look.is_percent:
        return f"“{{}}” would be {held} here, as this cell isn't shown in percent."
    if look.is_percent and not written.is_percent and 0 < abs(written.number) < 1:
        full = numbers.write(written.number, look, locale)
        return f"“{{}}” would be {held}. If you mean {full}, type it with the percent sign."
    return ""
