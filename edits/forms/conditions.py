"""Defines conditions on the cells of a row. A form uses conditions to choose its rows, and for the states of its
fields.

A condition is a small tree of JSON. edits/static/byline/js/forms/conditions.js evaluates the same tree in the browser.

    {"all": [condition, …]}   {"any": [condition, …]}   {"not": condition}
    {"column": "4583173393803140", "is": "equals", "value": "Done"}

The last column of the table is about the operators without "not". An operator with "not" always gives the opposite
result. For example, not_contains holds if contains doesn't hold, so it also holds for an empty cell.

| "is" | "value" | the condition holds if … |
|---|---|---|
| empty, not_empty | none | the cell has no value |
| equals, not_equals | text, number, true or false | the cell has this value; the value false means an unticked box |
| contains, not_contains | text | the cell's text contains this text; in a list, one item must equal this text |
| one_of | texts and numbers | the cell has one of these values; in a list, one item must equal one of these values |
| less, at_most, greater, at_least | number | the cell's number is less than, at most, over, or at least this number |
| less, at_most, greater, at_least | day | the cell's day is before, not after, after, or not before this day |
| before_today, today, after_today | none | the cell's day is before today, is today, or is after today |
| before_today, today, after_today | number of days | the cell's day is compared with today plus this number of days |
| me, not_me | none | the cell has an address of the signed-in person; in a list, one item must be such an address |

edits.forms.condition_values says which values are equal. If a cell's value has another type than the operator needs,
this isn't an error. The condition then doesn't hold.

Ids of columns are texts in JSON, because JavaScript would round such long numbers. In Python they are numbers.
"""

from __future__ import annotations

import operator as order
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta

from edits.forms import operators
from edits.forms.condition_values import Plain, Wanted, contains, day_of, double, fold, number_of, plain, texts_of
from edits.forms.operators import OPPOSITES, ORDERS, Operator, Value, WrongValue
from edits.gateway.shapes import LARGEST_ID
from edits.sheets.sheet import Json

DEEPEST = 5
MOST_PARTS = 50
ID = re.compile("[1-9][0-9]{0,18}")

Test = Callable[[Mapping[int, Json]], bool]
CellTest = Callable[[Plain], bool]

COMPARE: dict[Operator, Callable[[float | str, float | str], bool]] = {
    Operator.LESS: order.lt,
    Operator.AT_MOST: order.le,
    Operator.GREATER: order.gt,
    Operator.AT_LEAST: order.ge,
    Operator.BEFORE_TODAY: order.lt,
    Operator.TODAY: order.eq,
    Operator.AFTER_TODAY: order.gt,
}


class InvalidCondition(ValueError):
    """The JSON isn't a condition. The message is a sentence that says what is wrong, and where."""


class Condition(ABC):
    """A condition on the cells of a row. It is one of All, AnyOf, Not and Comparison."""

    __slots__ = ()

    @staticmethod
    def parse(raw: Json) -> Condition:
        """Parse a condition from JSON that needn't be valid. Raises InvalidCondition.

        A condition has at most 50 parts, and at most 5 levels.
        """
        return _Parser().parse(raw, place=(), depth=1)

    def holds(self, values: Mapping[int, Json], *, me: Set[str], today: date) -> bool:
        """Whether the condition holds for a row. `values` has the row's values by column id. If `values` has no value
        for a column, the column's cell counts as empty.

        `me` has the addresses that the person is known by. `today` is the day in the person's time zone.
        """
        return self.test(me=me, today=today)(values)

    @abstractmethod
    def test(self, *, me: Set[str], today: date) -> Test:
        """Return a function that says whether the condition holds for a row's values. If there are many rows, this is
        faster than calling `holds` for each row.
        """

    @abstractmethod
    def to_json(self) -> dict[str, Json]:
        """Return JSON from which `parse` makes the same condition."""

    @abstractmethod
    def words(self, titles: Mapping[int, str]) -> str:
        """The condition in words, such as: Status is “Done” and Due is before today. `titles` has the columns' titles
        by id.
        """

    @abstractmethod
    def comparisons(self) -> Iterator[Comparison]:
        """Yield all comparisons in the condition, from left to right."""

    @property
    def column_ids(self) -> frozenset[int]:
        """The ids of the columns that the condition reads."""
        return frozenset(one.column_id for one in self.comparisons())


@dataclass(frozen=True, slots=True)
class All(Condition):
    """A condition that holds if all its parts hold."""

    parts: tuple[Condition, ...]

    def test(self, *, me: Set[str], today: date) -> Test:
        tests = [part.test(me=me, today=today) for part in self.parts]
        return lambda values: all(test(values) for test in tests)

    def to_json(self) -> dict[str, Json]:
        return {"all": [part.to_json() for part in self.parts]}

    def words(self, titles: Mapping[int, str]) -> str:
        return " and ".join(_in_brackets(part, titles) for part in self.parts)

    def comparisons(self) -> Iterator[Comparison]:
        for part in self.parts:
            yield from part.comparisons()


@dataclass(frozen=True, slots=True)
class AnyOf(Condition):
    """A condition that holds if at least one of its parts holds."""

    parts: tuple[Condition, ...]

    def test(self, *, me: Set[str], today: date) -> Test:
        tests = [part.test(me=me, today=today) for part in self.parts]
        return lambda values: any(test(values) for test in tests)

    def to_json(self) -> dict[str, Json]:
        return {"any": [part.to_json() for part in self.parts]}

    def words(self, titles: Mapping[int, str]) -> str:
        return " or ".join(_in_brackets(part, titles) for part in self.parts)

    def comparisons(self) -> Iterator[Comparison]:
        for part in self.parts:
            yield from part.comparisons()


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """A condition that holds if the condition `part` doesn't hold."""

    part: Condition

    def test(self, *, me: Set[str], today: date) -> Test:
        test = self.part.test(me=me, today=today)
        return lambda values: not test(values)

    def to_json(self) -> dict[str, Json]:
        return {"not": self.part.to_json()}

    def words(self, titles: Mapping[int, str]) -> str:
        return f"not ({self.part.words(titles)})"

    def comparisons(self) -> Iterator[Comparison]:
        return self.part.comparisons()


@dataclass(frozen=True, slots=True)
class Comparison(Condition):
    """A condition on one cell. `value` is None if the operator has no value. `value` is a tuple if the operator is
    one_of.
    """

    column_id: int
    operator: Operator
    value: Value = None

    def test(self, *, me: Set[str], today: date) -> Test:
        column_id, is_negated = self.column_id, self.operator in OPPOSITES
        holds = self._cell_test(OPPOSITES.get(self.operator, self.operator), me, today)
        return lambda values: holds(plain(values.get(column_id))) is not is_negated

    def to_json(self) -> dict[str, Json]:
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"column": str(self.column_id), "is": str(self.operator)} | ({} if value is None else {"value": value})

    def words(self, titles: Mapping[int, str]) -> str:
        title = titles.get(self.column_id) or "a column that no longer exists"
        return f"{title} {operators.words(self.operator, self.value)}"

    def comparisons(self) -> Iterator[Comparison]:
        yield self

    def _cell_test(self, operator: Operator, me: Set[str], today: date) -> CellTest:
        """Return a function that says whether the condition holds for a cell. `operator` must be one without "not"."""
        value = self.value
        match operator:
            case Operator.EMPTY:
                return lambda cell: cell is None
            case Operator.EQUALS:
                return Wanted([value]).equals
            case Operator.ONE_OF:
                return Wanted(value if isinstance(value, tuple) else [value]).is_among
            case Operator.CONTAINS:
                part = fold(str(value))
                return lambda cell: contains(cell, part)
            case Operator.ME:
                keys = {key.lower() for key in me if key}  # not fold(): domains with ß and with ss are different
                return lambda cell: any(text.lower() in keys for text in texts_of(cell))
        compare = COMPARE[operator]
        if operator in ORDERS and isinstance(value, int | float):
            limit = double(value)
            return lambda cell: (number := number_of(cell)) is not None and compare(number, limit)
        offset = value if isinstance(value, int) else 0
        day = value if isinstance(value, str) else (today + timedelta(days=offset)).isoformat()
        return lambda cell: (one := day_of(cell)) is not None and compare(one, day)


class _Parser:
    """Parses one condition, and counts its parts."""

    def __init__(self) -> None:
        self._parts = 0

    def parse(self, raw: Json, *, place: tuple[str, ...], depth: int) -> Condition:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise InvalidCondition(f"The condition has more than {MOST_PARTS} parts.")
        if depth > DEEPEST:
            raise _wrong(place, f"a condition can have at most {DEEPEST} levels")
        if not isinstance(raw, dict):
            raise _wrong(place, "a condition is an object")
        if "column" in raw or "is" in raw:
            return _comparison(raw, place)
        if len(raw) != 1 or not raw.keys() <= {"all", "any", "not"}:
            raise _wrong(place, "a condition has “all”, “any” or “not”, or it has both “column” and “is”")
        ((kind, inner),) = raw.items()
        if kind == "not":
            return Not(self.parse(inner, place=(*place, "“not”"), depth=depth + 1))
        if not isinstance(inner, list) or not inner:
            raise _wrong((*place, f"“{kind}”"), "there must be a list of at least one condition")
        parts = tuple(
            self.parse(part, place=(*place, f"part {number} of “{kind}”"), depth=depth + 1)
            for number, part in enumerate(inner, 1)
        )
        return All(parts) if kind == "all" else AnyOf(parts)


def _comparison(raw: Mapping[str, Json], place: tuple[str, ...]) -> Comparison:
    if unknown := sorted(map(str, raw.keys() - {"column", "is", "value"})):
        raise _wrong(place, f"“{unknown[0]}” is unknown")
    column, name = raw.get("column"), raw.get("is")
    if not (isinstance(column, str) and ID.fullmatch(column) and int(column) <= LARGEST_ID):
        raise _wrong(place, "“column” must be the id of a column, as a text")
    if not isinstance(name, str) or name not in set(Operator):
        raise _wrong(place, f"“is” must be one of {', '.join(Operator)}")
    try:
        return Comparison(int(column), Operator(name), operators.read_value(Operator(name), raw.get("value")))
    except WrongValue as error:
        raise _wrong(place, f"“{name}” {error}") from None


def _wrong(place: tuple[str, ...], what: str) -> InvalidCondition:
    where = f"In {', '.join(place)}: " if place else "In the condition: "
    return InvalidCondition(f"{where}{what}.")


def _in_brackets(part: Condition, titles: Mapping[int, str]) -> str:
    words = part.words(titles)
    return f"({words})" if isinstance(part, All | AnyOf) and len(part.parts) > 1 else words
