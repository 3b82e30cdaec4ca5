"""Reads the number formats of columns and cells from Smartsheet's format descriptors.

https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/cell-formatting.md
"""

from __future__ import annotations

from dataclasses import dataclass

CURRENCY, DECIMALS, THOUSANDS, NUMBER_FORMAT = 11, 12, 13, 14  # indexes in a descriptor
NONE, IS_CURRENCY, IS_PERCENT = {"", "0"}, "2", "3"
# The signs of Smartsheet's currencies, by the numbers that the guide gives them: 13 is USD. These numbers never change.
# The OpenAPI document sorts the currencies by name instead.
CURRENCIES = (
    "",
    "$",
    "$",
    "R$",
    "$",
    "$",
    "€",
    "£",
    "₪",
    "₹",
    "¥",
    "$",
    "₽",
    "$",
    "R",
    "CHF",
    "¥",
    "kr.",
    "$",
    "₩",
    "kr",
    "$",
    "kr",
    "$",
)


@dataclass(frozen=True, slots=True)
class Look:
    """A number format: its prefix and suffix, the least number of decimals, and whether thousands are grouped."""

    before: str = ""
    after: str = ""
    decimals: int = 0
    is_grouped: bool = False

    @property
    def is_percent(self) -> bool:
        """Whether 0.5 is written as 50%."""
        return "%" in self.after


PLAIN = Look()


def look(descriptor: str) -> Look | None:
    """Return the number format of a format descriptor; None if the descriptor has no number format. A currency's sign
    is left out.
    """
    parts = descriptor.split(",")
    if len(parts) <= NUMBER_FORMAT or parts[NUMBER_FORMAT] in NONE:
        return None
    decimals = parts[DECIMALS]
    return Look(
        after="%" if parts[NUMBER_FORMAT] == IS_PERCENT else "",
        decimals=int(decimals) if decimals in set("012345") else 0,
        is_grouped=parts[THOUSANDS] == "1",
    )


def currency(descriptor: str) -> str:
    """Return the sign of the currency in a format descriptor; "" if the descriptor has no currency."""
    parts = descriptor.split(",")
    if len(parts) <= NUMBER_FORMAT or parts[NUMBER_FORMAT] != IS_CURRENCY or not parts[CURRENCY].isdecimal():
        return ""
    return dict(enumerate(CURRENCIES)).get(int(parts[CURRENCY]), "")
