"""The operators of formulas: arithmetic, comparisons, dates and joined texts. https://help.smartsheet.com/functions"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Hashable
from datetime import date, timedelta
from typing import Any

from sandbox.model.cell_values import ISO_DATE, LARGEST_NUMBER, text_of
from sandbox.model.formula_parser import COMPARISONS, Incalculable
from sandbox.model.sheet import Primitive

LOST, DIVIDE_BY_ZERO, INVALID_OPERATION = "#REF", "#DIVIDE BY ZERO", "#INVALID OPERATION"
MOST_DAYS = 1_000_000
UNCHECKED = object()  # the key of an unchecked box, which Python's dictionaries wouldn't tell from 0
ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


class FormulaError(Exception):
    """The formula's result is an error. The exception's message is the value that the cell shows, such as `#REF`."""


class Day(str):
    """A date, stored as a text in ISO 8601. A text that only looks like a date is a plain `str`."""

    __slots__ = ()


def number_of(value: Primitive) -> float:
    """Return a value as a number. A blank cell is 0. Raises Incalculable for other values."""
    if value is None:
        return 0
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    raise Incalculable(f"with {value!r}")


def _day(value: Primitive) -> date | None:
    return date.fromisoformat(value) if isinstance(value, Day) else None


def as_day(value: Primitive) -> Primitive:
    """Return the value of a cell in a date column as a Day. Return texts that aren't dates unchanged."""
    try:
        return Day(date.fromisoformat(value)) if isinstance(value, str) and ISO_DATE.fullmatch(value) else value
    except ValueError:
        return value


def operated(sign: str, left: Primitive, right: Primitive) -> Primitive:
    """Return the result of an operator. Days can be added to dates, and `+` joins texts. Raises FormulaError or
    Incalculable if there is no result.
    """
    if sign in COMPARISONS:
        return compared(sign, left, right)
    day, other = _day(left), _day(right)
    if sign == "-" and day and other:
        return (day - other).days
    if sign in "+-" and day and not isinstance(right, str):
        return shifted(day, number_of(right) if sign == "+" else -number_of(right))
    if sign == "+" and (isinstance(left, str) or isinstance(right, str)):
        return text_of(left) + text_of(right)
    if isinstance(left, str) or isinstance(right, str):
        raise FormulaError(INVALID_OPERATION)
    first, second = number_of(left), number_of(right)
    match sign:
        case "+":
            return first + second
        case "-":
            return first - second
        case "*":
            return first * second
    if second == 0:
        raise FormulaError(DIVIDE_BY_ZERO)
    return first / second


def shifted(day: date, days: float) -> Day:
    """Return the day that is this many days after `day`. Raises Incalculable for more than a million days."""
    if abs(days) > MOST_DAYS:
        raise Incalculable("a date that is so far away")
    return Day(day + timedelta(days=int(days)))


def compared(sign: str, left: Primitive, right: Primitive) -> bool:
    """Return the result of a comparison. A blank cell equals the empty text and an unchecked box. An unchecked box also
    equals 0. A blank cell is neither less nor greater than any value.
    """
    if sign in ("=", "<>"):
        return (key_of(left) in equal_keys(right)) is (sign == "=")
    if isinstance(left, str) is not isinstance(right, str) or None in (left, right):
        return False
    return ORDERS[sign](left, right)


def key_of(value: Primitive) -> Hashable:
    """Return a key of a value. Values with the same key are equal."""
    return UNCHECKED if value is False else None if value == "" else value


def equal_keys(value: Primitive) -> tuple[Hashable, ...]:
    """Return the keys of all values that are equal to this value."""
    key = key_of(value)
    if key is UNCHECKED:
        return UNCHECKED, None, 0
    return (key, UNCHECKED) if key is None or key == 0 else (key,)


def numbers_in(*values: Primitive) -> list[float]:
    """Return the numbers among the values. Texts, blanks and check boxes are left out."""
    return [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]


def is_true(value: Primitive) -> bool:
    """Whether a condition holds. Raises Incalculable for a text."""
    if isinstance(value, str):
        raise Incalculable(f"{value!r} as a condition")
    return bool(value)


def rounded(value: float) -> float:
    """Round a number to ten decimals. A whole result is an int. Raises Incalculable if the number is too large."""
    if not math.isfinite(value):
        raise Incalculable("such a large number")
    if abs(value) > LARGEST_NUMBER:
        return float(value)
    value = round(value, 10)
    return int(value) if value == int(value) else value
