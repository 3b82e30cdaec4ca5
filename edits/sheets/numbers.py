"""Numbers as people read and write them."""

from __future__ import annotations

import re
from decimal import Decimal

from edits.sheets.sheet import Json
from identity.profiles.locales import Locale

# A number as Smartsheet shows it, with what may stand around it: $5,000.00 or 12.5%.
SHOWN_NUMBER = re.compile(r"(?P<before>[^\d.,]*)(?P<number>\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?)(?P<after>[^\d.,]*)")


def is_number(value: Json) -> bool:
    """Whether JSON is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def shown(text: str, value: Json, locale: Locale) -> str:
    """The text with the locale's separators, if it is this very number: what Smartsheet has put otherwise stays."""
    match = SHOWN_NUMBER.fullmatch(text) if is_number(value) else None
    if match is None or not _is_said(match, abs(Decimal(str(value)))):
        return text
    return f"{match['before']}{locale.number(match['number'])}{match['after']}"


def _is_said(match: re.Match[str], value: Decimal) -> bool:
    """Whether the figures are the value, or its percentage, as far as they go."""
    figures = Decimal(match["number"].replace(",", ""))
    exact = value * 100 if "%" in match["after"] else value
    return abs(figures - exact) <= Decimal(1).scaleb(int(figures.as_tuple().exponent)) / 2
