"""Reads durations and lists of predecessors in Smartsheet's notation. Examples of durations are 5d, 1w 2d, 4h and e5d.
"3FS +2d, 5" is a list of two predecessors. The units are always English. Each request that writes durations tells
Smartsheet that the units are English.

https://help.smartsheet.com/articles/765727-enabling-dependencies-using-predecessors
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from edits.sheets.sheet import Json
from edits.sheets.spaces import SPACE, SPACES, trimmed

UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds", "ms": "milliseconds"}
TYPES = ("FS", "SS", "FF", "SF")
AMOUNT = r"(?:[0-9]{1,6}(?:\.[0-9]{1,6})?|\.[0-9]{1,6})"
# Both cases are listed, because with re.IGNORECASE an “ſ” would count as an “s”.
PART = re.compile(rf"({AMOUNT}){SPACE}*([Mm][Ss]|[WDHMSwdhms]){SPACE}*")
DURATION = re.compile(rf"(?P<elapsed>[Ee])?{SPACE}*(?P<parts>(?:{PART.pattern})+|(?P<days>{AMOUNT}))")
ONE = re.compile(
    rf"(?P<number>[0-9]{{1,6}}){SPACE}*(?P<type>FS|SS|FF|SF)?{SPACE}*(?:(?P<sign>[+\-−]){SPACE}*(?P<lag>[^{SPACES}].*))?",
    re.IGNORECASE,
)
DECIMAL_LAG = re.compile(r"([+\-−][^,;\n]*[0-9]),([0-9])")  # in 3FS +2,5d, the comma isn't a separator
# One of the predecessors in a list: what comes before the row's number, the number, and what follows it.
LISTED = re.compile(rf"((?:^|[;,\n]){SPACE}*)([0-9]{{1,6}})(?![0-9])([^;,\n]*)")
LOST = "#REF"


@dataclass(frozen=True, slots=True)
class Duration:
    """An amount of time, such as 1 week and 2 days. `amounts` has the number of each unit. An elapsed duration also
    counts the time in which no one works.
    """

    amounts: tuple[tuple[str, Decimal], ...]
    is_elapsed: bool = False

    @classmethod
    def read(cls, text: str, decimal: str = ".") -> Duration | None:
        """Return the duration in a text; None if the text isn't one. A number alone means days. Each unit can occur
        once.
        """
        match = DURATION.fullmatch(trimmed(text).replace(decimal, "."))
        if match is None:
            return None
        found = [(unit.lower(), Decimal(amount)) for amount, unit in _parts(match["parts"], match["days"])]
        given = dict(found)
        if len(given) < len(found):
            return None
        return cls(tuple((unit, given[unit]) for unit in UNITS if unit in given), bool(match["elapsed"]))

    def __str__(self) -> str:
        text = " ".join(f"{_plain(amount)}{unit}" for unit, amount in self.amounts)
        return f"e{text}" if self.is_elapsed else text

    @property
    def is_zero(self) -> bool:
        """Whether the duration is zero."""
        return not any(amount for _, amount in self.amounts)

    def to_json(self) -> dict[str, Json]:
        """Return the Duration object of Smartsheet's API."""
        body: dict[str, Json] = {"objectType": "DURATION"}
        for unit, amount in self.amounts:
            body[UNITS[unit]] = int(amount) if amount == amount.to_integral_value() else float(amount)
        return body | ({"elapsed": True} if self.is_elapsed else {})


@dataclass(frozen=True, slots=True)
class Predecessor:
    """A predecessor: a row's number, the type of the dependency, and perhaps a lag. A lead is a negative lag."""

    number: int
    type: str = "FS"
    lag: Duration | None = None
    is_lead: bool = False

    @classmethod
    def read(cls, text: str) -> Predecessor:
        """Parse one predecessor. If the text isn't one, raises ValueError with a sentence that says why."""
        if trimmed(text).upper() == LOST:
            raise ValueError(f"{LOST} stands for a row that isn't in the sheet. Remove it from the list.")
        match = ONE.fullmatch(trimmed(text))
        lag = Duration.read(match["lag"]) if match and match["lag"] else None
        if match is None or (match["lag"] and lag is None):
            raise ValueError(f"“{trimmed(text)}” isn't a predecessor such as 3, 3SS or 3FS +2d.")
        is_lag = lag is not None and not lag.is_zero
        kind = (match["type"] or "FS").upper()
        return cls(int(match["number"]), kind, lag if is_lag else None, is_lead=is_lag and match["sign"] != "+")

    def __str__(self) -> str:
        if self.lag is None:
            return f"{self.number}{'' if self.type == 'FS' else self.type}"
        return f"{self.number}{self.type} {'-' if self.is_lead else '+'}{self.lag}"

    def to_json(self, row_ids: Sequence[int]) -> dict[str, Json]:
        """Return the Predecessor object of Smartsheet's API. `row_ids` has the ids of the sheet's rows in their
        order.
        """
        body: dict[str, Json] = {"rowId": row_ids[self.number - 1], "type": self.type}
        if self.lag:
            body["lag"] = self.lag.to_json() | ({"negative": True} if self.is_lead else {})
        return body


def read_predecessors(text: str, decimal: str = ".") -> list[Predecessor]:
    """Parse a list of predecessors, separated by commas or semicolons. If the text isn't such a list, raises ValueError
    with a sentence that says why.
    """
    if decimal == ",":
        text = DECIMAL_LAG.sub(r"\1.\2", text)
    found = [Predecessor.read(one) for one in re.split("[;,\n]", text) if trimmed(one)]
    numbers = [one.number for one in found]
    for number in numbers:
        if numbers.count(number) > 1:
            raise ValueError(f"Row {number} is in the list twice.")
    return found


def renumbered(text: str, numbers: Mapping[int, int | None]) -> str:
    """Return a list of predecessors in which each row has its new number. `numbers` has the new numbers by the old
    ones. If the new number is None, the row becomes #REF. Rows that aren't in `numbers` keep their numbers.
    """

    def new(match: re.Match[str]) -> str:
        number = int(match[2])
        if number not in numbers:
            return match[0]
        now = numbers[number]
        return f"{match[1]}{LOST}" if now is None else f"{match[1]}{now}{match[3]}"

    return LISTED.sub(new, text)


def _parts(parts: str, days: str | None) -> list[tuple[str, str]]:
    return [(days, "d")] if days else PART.findall(parts)


def _plain(amount: Decimal) -> str:
    return format(amount.normalize(), "f")
