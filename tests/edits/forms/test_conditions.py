"""Conditions are parsed from any JSON, and evaluated for the values of a row."""

from datetime import date
from typing import Any

import pytest

from edits.forms.conditions import All, Comparison, Condition, InvalidCondition, Not
from edits.forms.operators import Operator
from tests.edits.forms.condition_cases import CASES, COLUMN, ME, TODAY, condition, expected

LEAF = {"column": "1", "is": "empty"}
ONE = {"column": "1", "is": "equals", "value": 1}
FILLED = {"column": "2", "is": "not_empty"}


@pytest.mark.parametrize(("raw", "cell", "outcome"), expected())
def test_a_comparison_holds(raw: dict[str, Any], cell: Any, outcome: bool) -> None:
    parsed = Condition.parse(raw)
    assert parsed.holds({int(COLUMN): cell}, me=frozenset(ME), today=date.fromisoformat(TODAY)) is outcome


def test_the_table_has_every_operator() -> None:
    assert {operator for operator, *_ in CASES} == set(Operator)


@pytest.mark.parametrize(
    ("raw", "values", "outcome"),
    [
        ({"all": [ONE, FILLED]}, {1: 1, 2: 2}, True),
        ({"all": [ONE, FILLED]}, {1: 1}, False),
        ({"any": [ONE, FILLED]}, {1: 1}, True),
        ({"any": [ONE, FILLED]}, {1: 2}, False),
        ({"not": {"any": [LEAF, {"column": "2", "is": "empty"}]}}, {1: 2, 2: 3}, True),
        ({"not": {"any": [LEAF, {"column": "2", "is": "empty"}]}}, {2: 3}, False),
    ],
)
def test_parts_are_combined(raw: Any, values: dict[int, Any], outcome: bool) -> None:
    parsed = Condition.parse(raw)
    assert parsed.holds(values, me=frozenset(), today=date(2026, 11, 29)) is outcome
    assert parsed.to_json() == raw


def test_a_condition_says_which_columns_it_reads() -> None:
    parsed = Condition.parse({"all": [LEAF, {"not": {"any": [LEAF, {"column": "9223372036854775807", "is": "me"}]}}]})
    assert parsed.column_ids == {1, 9223372036854775807}
    assert [one.operator for one in parsed.comparisons()] == ["empty", "empty", "me"]


@pytest.mark.parametrize("raw", [condition(operator, value) for operator, value, *_ in CASES])
def test_every_comparison_becomes_the_same_json_again(raw: dict[str, Any]) -> None:
    parsed = Condition.parse(raw)
    assert parsed.to_json() == raw
    assert Condition.parse(parsed.to_json()) == parsed


def test_whole_numbers_and_today_are_stored_in_one_way() -> None:
    assert Condition.parse(condition("equals", 2.0)) == Comparison(int(COLUMN), Operator.EQUALS, 2)
    assert Condition.parse(condition("today", 0)).to_json() == condition("today", ...)
    assert Condition.parse(condition("empty", None)).to_json() == condition("empty", ...)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (None, "In the condition: a condition is an object."),
        ([], "In the condition: a condition is an object."),
        ({}, "In the condition: a condition has “all”, “any” or “not”, or it has both “column” and “is”."),
        ({"all": [LEAF], "any": [LEAF]}, "a condition has “all”, “any” or “not”, or"),
        ({"all": [LEAF], "column": "1", "is": "empty"}, "“all” is unknown"),
        ({"none": [LEAF]}, "a condition has “all”, “any” or “not”, or"),
        ({"all": []}, "In “all”: there must be a list of at least one condition."),
        ({"any": LEAF}, "In “any”: there must be a list of at least one condition."),
        ({"all": [LEAF, {"not": 1}]}, "In part 2 of “all”, “not”: a condition is an object."),
        ({"column": "1"}, "“is” must be one of empty, not_empty,"),
        ({"column": "1", "is": []}, "“is” must be one of"),
        ({"column": "1", "is": "EMPTY"}, "“is” must be one of"),
        ({"is": "empty"}, "“column” must be the id of a column, as a text"),
        ({"column": 1, "is": "empty"}, "“column” must be the id of a column, as a text"),
        ({"column": "0", "is": "empty"}, "“column” must be the id"),
        ({"column": "٣", "is": "empty"}, "“column” must be the id"),
        ({"column": "9223372036854775808", "is": "empty"}, "“column” must be the id"),
        ({"column": "1", "is": "empty", "Value": 1}, "In the condition: “Value” is unknown."),
        (condition("empty", 1), "“empty” takes no “value”."),
        (condition("me", "bob"), "“me” takes no “value”."),
        (condition("equals", ...), "“equals” needs a text, a number, true or false as “value”."),
        (condition("equals", ""), "“equals” needs a text"),
        (condition("equals", ["a"]), "“equals” needs a text"),
        (condition("equals", {"value": "a", "hyperlink": {}}), "“equals” needs a text"),
        (condition("equals", "a\0"), "“equals” needs a text"),
        (condition("equals", "\ud83d"), "“equals” needs a text"),
        (condition("equals", "x" * 4001), "“equals” needs a text"),
        (condition("equals", float("nan")), "“equals” needs a text"),
        (condition("equals", float("inf")), "“equals” needs a text"),
        (condition("equals", 9_007_199_254_740_993), "“equals” needs a text"),
        (condition("contains", 5), "“contains” needs a text as “value”."),
        (condition("one_of", "a"), "“one_of” needs a list of 1 to 200 texts and numbers as “value”."),
        (condition("one_of", []), "“one_of” needs a list"),
        (condition("one_of", [True]), "“one_of” needs a list"),
        (condition("one_of", list(range(201))), "“one_of” needs a list"),
        (condition("less", "2026-02-30"), "“less” needs a number or a day such as 2026-11-29 as “value”."),
        (condition("less", "2026-02-03T08:00:00"), "“less” needs a number or a day"),
        (condition("less", True), "“less” needs a number or a day"),
        (condition("today", 1.5), "“today” takes no “value”, or a number of days from -3,660 to 3,660."),
        (condition("today", 3661), "“today” takes no “value”, or"),
        (condition("today", True), "“today” takes no “value”, or"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(raw: Any, message: str) -> None:
    with pytest.raises(InvalidCondition) as refused:
        Condition.parse(raw)
    assert message in str(refused.value)
    assert str(refused.value).startswith("In ")
    assert str(refused.value).endswith(".")


def test_a_condition_has_at_most_five_levels() -> None:
    raw: dict[str, Any] = {"not": {"not": {"not": {"not": LEAF}}}}
    assert isinstance(Condition.parse(raw), Not)
    with pytest.raises(InvalidCondition, match="at most 5 levels"):
        Condition.parse({"all": [raw]})
    for _ in range(100_000):
        raw = {"not": raw}
    with pytest.raises(InvalidCondition, match="at most 5 levels"):
        Condition.parse(raw)


def test_a_condition_has_at_most_fifty_parts() -> None:
    assert isinstance(Condition.parse({"all": [LEAF] * 49}), All)
    with pytest.raises(InvalidCondition, match=r"The condition has more than 50 parts\."):
        Condition.parse({"all": [LEAF] * 50})
