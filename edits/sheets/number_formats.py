"""How a column or cell is told to write its numbers: the part of Smartsheet's format descriptors about it.

https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/cell-formatting.md
"""

from __future__ import annotations

from dataclasses import dataclass

DECIMALS, THOUSANDS, NUMBER_FORMAT = 12, 13, 14  # places in the descriptor
NONE, IS_PERCENT = {"", "0"}, "3"


@dataclass(frozen=True, slots=True)
class Look:
    """How numbers are written: what stands before and after them, at least how many decimals, whether in thousands."""

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
    """How a descriptor has numbers written, but for the currency; None where it says nothing about them."""
    parts = descriptor.split(",")
    if len(parts) <= NUMBER_FORMAT or parts[NUMBER_FORMAT] in NONE:
        return None
    decimals = parts[DECIMALS]
    return Look(
        after="%" if parts[NUMBER_FORMAT] == IS_PERCENT else "",
        decimals=int(decimals) if decimals in set("012345") else 0,
        is_grouped=parts[THOUSANDS] == "1",
    )
