"""Formats numbers as in the grid, with the format of their cell or column.

https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/cell-formatting
"""

from __future__ import annotations

import re
from typing import Any

Json = Any

CURRENCY, DECIMALS, THOUSANDS, NUMBER_FORMAT = 11, 12, 13, 14  # indexes in a format descriptor
LENGTH = 17  # of a descriptor
MOST_DECIMALS = 5
NUMBER, MONEY, PERCENT = "1", "2", "3"
# In the order of the guide, in which 13 is USD. The example in the OpenAPI document is sorted by name.
CURRENCIES = (
    ("none", "none"),
    ("ARS", "$"),
    ("AUD", "$"),
    ("BRL", "R$"),
    ("CAD", "$"),
    ("CLP", "$"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("ILS", "₪"),
    ("INR", "₹"),
    ("JPY", "¥"),
    ("MXN", "$"),
    ("RUB", "₽"),
    ("USD", "$"),
    ("ZAR", "R"),
    ("CHF", "CHF"),
    ("CNY", "¥"),
    ("DKK", "kr."),
    ("HKD", "$"),
    ("KRW", "₩"),
    ("NOK", "kr"),
    ("NZD", "$"),
    ("SEK", "kr"),
    ("SGD", "$"),
)
WRITTEN_SIGNS = {"$": 13, "€": 6, "£": 7, "¥": 10}  # the currencies that people mean with these signs


def formatted(value: Json, descriptor: str | None) -> str | None:
    """Return a number in the format that a descriptor describes. Return None if the value isn't a number, or if the
    descriptor has no number format.
    """
    parts = (descriptor or "").split(",")
    if not isinstance(value, int | float) or isinstance(value, bool) or len(parts) <= NUMBER_FORMAT:
        return None
    kind, currency, decimals = parts[NUMBER_FORMAT], _index(parts[CURRENCY]), _index(parts[DECIMALS])
    if kind not in (NUMBER, MONEY, PERCENT):
        return None
    group = "," if parts[THOUSANDS] == "1" else ""
    text = f"{abs(value) * (100 if kind == PERCENT else 1):{group}.{min(decimals, MOST_DECIMALS)}f}"
    sign = CURRENCIES[currency][1] if kind == MONEY and 0 < currency < len(CURRENCIES) else ""
    return f"{'-' if value < 0 else ''}{sign}{text}{'%' if kind == PERCENT else ''}"


def written_format(text: str) -> str | None:
    """Return the format of a number that was written with a sign or with separated thousands, such as `$5,000`; None
    for other numbers. The decimal separator of the text is a point.
    """
    currency = next((index for sign, index in WRITTEN_SIGNS.items() if sign in text), "")
    kind = PERCENT if text.endswith("%") else MONEY if currency else NUMBER
    if kind == NUMBER and "," not in text:
        return None
    decimals = min(len(text.rstrip("%").partition(".")[2]), MOST_DECIMALS)
    return f",,,,,,,,,,,{currency},{decimals},{1 if ',' in text else 0},{kind},,"


def with_number_format(descriptor: str | None, new: str) -> str:
    """Return the format descriptor with the number format of the descriptor `new`. Other formats, such as bold text,
    stay the same.
    """
    parts = (descriptor or "").split(",")
    parts += [""] * (LENGTH - len(parts))
    parts[CURRENCY : NUMBER_FORMAT + 1] = new.split(",")[CURRENCY : NUMBER_FORMAT + 1]
    return ",".join(parts)


def sign_of(descriptor: str | None) -> str | None:
    """Return the sign that a format descriptor adds to numbers: "%" or a currency sign. Return "" if it adds no sign,
    and None if it has no number format.
    """
    shown = formatted(0, descriptor)
    return None if shown is None else re.sub(r"[\d.,]", "", shown)


def _index(text: str) -> int:
    return int(text) if text.isdecimal() else 0
