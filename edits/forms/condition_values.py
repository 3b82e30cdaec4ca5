"""Compares the values of cells for conditions. edits/static/byline/js/forms/conditions.js has the same rules.

edits.sheets.held_values describes the values of cells. For a condition, each value is one of six things:

- Empty: None, "", an empty list, or false. False is empty because Smartsheet stores either false or nothing in a check
  box that isn't ticked.
- True. It equals only itself.
- A number. 2.0 equals 2. Numbers are compared as doubles, because JavaScript has only doubles.
- A text. Case and the encoding of accents don't matter. Spaces matter. ß equals ss, and ς equals σ. "1.10" and "1.1"
  are different texts. If a text such as "5" or "-2.50" is compared with a number, it counts as a number, because
  Smartsheet stores numbers as texts in some columns. "007", "1e3" and "1,5" never count as numbers.
- A day: a text such as 2026-11-29, if the calendar has this day. The text can also have a time of day
  (2026-11-29T08:00:00), which isn't compared. A text with a time in UTC (…Z) isn't a day, because the day depends on
  the reader's time zone.
- A list of texts. A list with one item equals that item.

An object with a value and a hyperlink counts as the value. Other JSON objects count as empty. In a list, items that
aren't texts don't count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from edits.sheets.held_values import bare, text_of
from edits.sheets.numbers import LARGEST_NUMBER, is_number
from edits.sheets.sheet import Json

Plain = bool | float | str | tuple[str, ...] | None

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[0-9:.]+)?")


def plain(value: Json) -> Plain:
    """Convert a cell's value for the other functions of this module. An empty value becomes None, a number becomes a
    double, and a list becomes a tuple of its texts.
    """
    value = bare(value)
    if isinstance(value, list):
        return tuple(item for item in value if isinstance(item, str)) or None
    if is_number(value):
        return double(value)
    return value if value is True or (isinstance(value, str) and value) else None


def double(number: float) -> float:
    """The number as a double. A number that is too large for a double becomes infinite, as in JavaScript."""
    try:
        return float(number)
    except OverflowError:
        return float("inf" if number > 0 else "-inf")


def fold(text: str) -> str:
    """Return the text as it is compared. Two texts give the same result if they differ only in case, in line ends or in
    the encoding of accents.

    Each character is changed to lower case, then to upper case, and then to lower case again. str.casefold would do
    nearly the same, but JavaScript has no such function.
    """
    if text.isascii():
        return text.lower().replace("\r\n", "\n").replace("\r", "\n")
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each.lower().upper().lower() for each in composed)


def number_of(value: Plain) -> float | None:
    """Return the number that a value counts as. A number counts as itself. A text such as "5" counts as the number in
    the text. Return None for other values.
    """
    if isinstance(value, str):
        return float(value) if NUMBER.fullmatch(value) else None
    return value if isinstance(value, float) else None


def day_of(value: Plain) -> str | None:
    """Return the day that a text names, as an ISO 8601 text; None if the value isn't such a text."""
    match = DAY.fullmatch(value) if isinstance(value, str) else None
    try:
        return date.fromisoformat(match[1]).isoformat() if match else None
    except ValueError:  # such as 2026-02-30
        return None


def texts_of(value: Plain) -> tuple[str, ...]:
    """Return the texts of a value. A text becomes a tuple of one item. Other values give an empty tuple."""
    if isinstance(value, str):
        return (value,)
    return value if isinstance(value, tuple) else ()


class Wanted:
    """The values that a condition names, prepared for comparing them with many cells."""

    __slots__ = ("_days", "_has_empty", "_has_true", "_numbers", "_numbers_beside_texts", "_texts")

    def __init__(self, values: Iterable[Json]) -> None:
        wanted = [plain(value) for value in values]
        texts = [value for value in wanted if isinstance(value, str)]
        self._has_empty = None in wanted
        self._has_true = any(value is True for value in wanted)
        self._texts = {fold(text) for text in texts}
        self._days = {day for text in texts if (day := day_of(text))}
        self._numbers_beside_texts = {value for value in wanted if isinstance(value, float)}
        self._numbers = self._numbers_beside_texts | {
            number for text in texts if (number := number_of(text)) is not None
        }

    def equals(self, value: Plain) -> bool:
        """Whether a cell's value equals one of the wanted values. A list with one item counts as that item."""
        if isinstance(value, tuple):
            return len(value) == 1 and self.equals(value[0])
        if isinstance(value, str):
            return (
                fold(value) in self._texts
                or (bool(self._days) and day_of(value) in self._days)
                or (bool(self._numbers_beside_texts) and number_of(value) in self._numbers_beside_texts)
            )
        if isinstance(value, float):
            return value in self._numbers
        return self._has_true if value else self._has_empty

    def is_among(self, value: Plain) -> bool:
        """Whether a cell's value equals one of the wanted values. If the value is a list, one equal item is enough."""
        return any(map(self.equals, value)) if isinstance(value, tuple) else self.equals(value)


def contains(value: Plain, folded: str) -> bool:
    """Whether a value contains the text `folded`. A number is searched as a text. If the value is a list, one whole
    item must equal `folded`, because "Paint" and "Painting" are two options.
    """
    if isinstance(value, tuple):
        return any(fold(item) == folded for item in value)
    if isinstance(value, float):
        return abs(value) <= LARGEST_NUMBER and folded in text_of(value)
    return isinstance(value, str) and folded in fold(value)
