"""Formats numbers as in the grid, with the format of their cell or column.

https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/cell-formatting
"""

from __future__ import annotations

from typing import Any

Json = Any

CURRENCY, DECIMALS, THOUSANDS, NUMBER_FORMAT = 11, 12, 13, 14  # indexes in a format descriptor
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
    text = f"{abs(value) * (100 if kind == PERCENT else 1):{group}.{min(decimals, 5)}f}"
    sign = CURRENCIES[currency][1] if kind == MONEY and 0 < currency < len(CURRENCIES) else ""
    return f"{'-' if value < 0 else ''}{sign}{text}{'%' if kind == PERCENT else ''}"


def _index(text: str) -> int:
    return int(text) if text.isdecimal() else 0
