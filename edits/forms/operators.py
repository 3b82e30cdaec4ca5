"""Defines the operators of conditions: which values each operator takes, and with which words pages describe the
operator and its value. A table in edits.forms.conditions says when a condition with each operator holds.
"""

from __future__ import annotations

import re
from enum import StrEnum

from edits.forms.condition_values import day_of
from edits.sheets.column_types.base import LONGEST_TEXT
from edits.sheets.numbers import LARGEST_NUMBER, is_number
from edits.sheets.sheet import Json

MOST_CHOICES = 200
MOST_DAYS = 3_660
NOT_STORABLE = re.compile("[\0\ud800-\udfff]")

Choice = str | float
Value = str | float | bool | tuple[Choice, ...] | None


class Operator(StrEnum):
    """The operators that a condition can have, such as "empty" and "less"."""

    EMPTY = "empty"
    NOT_EMPTY = "not_empty"
    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    ONE_OF = "one_of"
    LESS = "less"
    AT_MOST = "at_most"
    GREATER = "greater"
    AT_LEAST = "at_least"
    BEFORE_TODAY = "before_today"
    TODAY = "today"
    AFTER_TODAY = "after_today"
    ME = "me"
    NOT_ME = "not_me"


OPPOSITES = {
    Operator.NOT_EMPTY: Operator.EMPTY,
    Operator.NOT_EQUALS: Operator.EQUALS,
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.NOT_ME: Operator.ME,
}
ORDERS = frozenset({Operator.LESS, Operator.AT_MOST, Operator.GREATER, Operator.AT_LEAST})
DAYS = frozenset({Operator.BEFORE_TODAY, Operator.TODAY, Operator.AFTER_TODAY})
WITHOUT_VALUE = frozenset({Operator.EMPTY, Operator.NOT_EMPTY, Operator.ME, Operator.NOT_ME})

WITH_NUMBER = {
    Operator.LESS: "is less than {}",
    Operator.AT_MOST: "is at most {}",
    Operator.GREATER: "is more than {}",
    Operator.AT_LEAST: "is at least {}",
}
WITH_DAY = {
    Operator.LESS: "is before {}",
    Operator.AT_MOST: "is {} or earlier",
    Operator.GREATER: "is after {}",
    Operator.AT_LEAST: "is {} or later",
    Operator.BEFORE_TODAY: "is before {}",
    Operator.TODAY: "is {}",
    Operator.AFTER_TODAY: "is after {}",
}
WORDS = {
    Operator.EMPTY: "is empty",
    Operator.NOT_EMPTY: "is not empty",
    Operator.EQUALS: "is {}",
    Operator.NOT_EQUALS: "is not {}",
    Operator.CONTAINS: "contains {}",
    Operator.NOT_CONTAINS: "does not contain {}",
    Operator.ONE_OF: "is {}",
    Operator.ME: "is the person who opens the form",
    Operator.NOT_ME: "is not the person who opens the form",
}
TICKED = {True: "ticked", False: "not ticked"}


class WrongValue(ValueError):
    """The operator doesn't take this value. The message says which values the operator takes. It is the end of a
    sentence, such as: needs a text as “value”.
    """


def read_value(operator: Operator, raw: Json) -> Value:
    """Return the value that a condition's JSON has for this operator. Whole numbers become int. Raises WrongValue."""
    if operator in WITHOUT_VALUE:
        return _checked(None, is_right=raw is None, wants="takes no “value”")
    if operator in DAYS:
        is_offset = raw is None or (type(raw) is int and abs(raw) <= MOST_DAYS)
        wants = f"takes no “value”, or a number of days from -{MOST_DAYS:,} to {MOST_DAYS:,}"
        return _checked(raw or None, is_right=is_offset, wants=wants)
    if operator in ORDERS:
        is_limit = _is_number(raw) or (_is_text(raw) and day_of(raw) == raw)
        return _checked(_whole(raw), is_right=is_limit, wants="needs a number or a day such as 2026-11-29 as “value”")
    if operator is Operator.ONE_OF:
        is_list = isinstance(raw, list) and 0 < len(raw) <= MOST_CHOICES and all(map(_is_choice, raw))
        wants = f"needs a list of 1 to {MOST_CHOICES} texts and numbers as “value”"
        return _checked(tuple(map(_whole, raw)) if is_list else None, is_right=is_list, wants=wants)
    if operator in {Operator.EQUALS, Operator.NOT_EQUALS}:
        is_value = isinstance(raw, bool) or _is_choice(raw)
        return _checked(_whole(raw), is_right=is_value, wants="needs a text, a number, true or false as “value”")
    return _checked(raw, is_right=_is_text(raw), wants="needs a text as “value”")


def words(operator: Operator, value: Value) -> str:
    """Return the operator and its value in words, such as: is “Done”."""
    if operator in DAYS:
        return WITH_DAY[operator].format(_day_words(value if isinstance(value, int) else 0))
    if operator in ORDERS:
        return (WITH_DAY if isinstance(value, str) else WITH_NUMBER)[operator].format(value)
    if operator is Operator.NOT_EQUALS and isinstance(value, bool):
        operator, value = Operator.EQUALS, not value
    return WORDS[operator].format(_value_words(value))


def _checked(value: Json, *, is_right: bool, wants: str) -> Value:
    if not is_right:
        raise WrongValue(wants)
    checked: Value = value
    return checked


def _is_choice(raw: Json) -> bool:
    return _is_number(raw) or _is_text(raw)


def _is_text(raw: Json) -> bool:
    return isinstance(raw, str) and 0 < len(raw) <= LONGEST_TEXT and not NOT_STORABLE.search(raw)


def _is_number(raw: Json) -> bool:
    return is_number(raw) and abs(raw) <= LARGEST_NUMBER


def _whole(raw: Json) -> Json:
    return int(raw) if isinstance(raw, float) and raw.is_integer() else raw


def _value_words(value: Value) -> str:
    if isinstance(value, bool):
        return TICKED[value]
    if isinstance(value, tuple):
        *others, last = map(_value_words, value)
        return f"{', '.join(others)} or {last}" if others else last
    return f"“{value}”" if isinstance(value, str) else str(value)


def _day_words(offset: int) -> str:
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if offset in near:
        return near[offset]
    return f"{offset} days from today" if offset > 0 else f"{-offset} days ago"
