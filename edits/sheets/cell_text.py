"""A cell as the reader of the page writes it, where it is only looked at: never compared, never sent, never logged."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from edits.sheets.sheet import Cell, Column, Json, parse_time
from edits.sheets.values import display
from identity.profiles import readers
from identity.profiles.locales import Locale

# A number as Smartsheet shows it, with what may stand around it: $5,000.00 or 12.5%.
SHOWN_NUMBER = re.compile(r"(?P<before>[^\d.,]*)(?P<number>\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?)(?P<after>[^\d.,]*)")


def cell_text(column: Column, cell: Cell) -> str:
    """Days, moments and numbers in the reader's zone and locale; everything else as Smartsheet shows it."""
    text = display(column, cell)
    reader = readers.current()
    if column.type == "DATETIME" and (moment := parse_time(cell.value)):
        return reader.local(moment)
    if column.type in {"DATE", "ABSTRACT_DATETIME"}:
        return _day(text, reader.locale)
    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
        return _number(text, cell.value, reader.locale)
    return text


def _day(text: str, locale: Locale) -> str:
    try:
        return locale.day(date.fromisoformat(text))
    except ValueError:  # text, or empty
        return text


def _number(text: str, value: Json, locale: Locale) -> str:
    """The text with other separators, if it is this very number: what Smartsheet has put otherwise stays."""
    match = SHOWN_NUMBER.fullmatch(text)
    if match is None or not _is_said(match, abs(Decimal(str(value)))):
        return text
    return f"{match['before']}{locale.number(match['number'])}{match['after']}"


def _is_said(match: re.Match[str], value: Decimal) -> bool:
    """Whether the figures are the value, or its percentage, as far as they go."""
    figures = Decimal(match["number"].replace(",", ""))
    exact = value * 100 if "%" in match["after"] else value
    return abs(figures - exact) <= Decimal(1).scaleb(int(figures.as_tuple().exponent)) / 2
