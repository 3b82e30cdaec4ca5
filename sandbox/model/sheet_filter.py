"""Finds the rows that a filter of a sheet shows. https://help.smartsheet.com/articles/504659"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.clock import now
from sandbox.model.cell_json import cell_of
from sandbox.model.cell_values import text_of
from sandbox.model.sheet import Criterion, Primitive, Row, Sheet, SheetFilter
from sandbox.model.state import State

Json = Any

Test = Callable[[Primitive, list[Primitive]], bool]


def _is_blank(value: Primitive) -> bool:
    return value is None or value == ""


def _is_number(value: Primitive) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _order(value: Primitive, other: Primitive) -> int:
    """Compare two values, and return -1, 0 or 1. Return -2 if `value` is blank, or if only one of the values is a
    number.
    """
    if _is_blank(value) or _is_number(value) is not _is_number(other):
        return -2
    first, second = (value, other) if _is_number(value) else (text_of(value).casefold(), text_of(other).casefold())
    return (first > second) - (first < second)  # type: ignore[operator] # both are numbers, or both texts


def _is_date(value: Primitive, *signs: int) -> bool:
    today = now().date().isoformat()
    return isinstance(value, str) and _order(value[:10], today) in signs


TESTS: dict[str, Test] = {
    "EQUAL": lambda value, given: _order(value, given[0]) == 0,
    "NOT_EQUAL": lambda value, given: _order(value, given[0]) != 0,
    "GREATER_THAN": lambda value, given: _order(value, given[0]) == 1,
    "GREATER_THAN_OR_EQUAL": lambda value, given: _order(value, given[0]) in (0, 1),
    "LESS_THAN": lambda value, given: _order(value, given[0]) == -1,
    "LESS_THAN_OR_EQUAL": lambda value, given: _order(value, given[0]) in (-1, 0),
    "BETWEEN": lambda value, given: _order(value, given[0]) in (0, 1) and _order(value, given[1]) in (-1, 0),
    "CONTAINS": lambda value, given: text_of(given[0]).casefold() in text_of(value).casefold(),
    "DOES_NOT_CONTAIN": lambda value, given: text_of(given[0]).casefold() not in text_of(value).casefold(),
    "IS_ONE_OF": lambda value, given: any(_order(value, each) == 0 for each in given),
    "IS_NOT_ONE_OF": lambda value, given: not any(_order(value, each) == 0 for each in given),
    "IS_BLANK": lambda value, _given: _is_blank(value),
    "IS_NOT_BLANK": lambda value, _given: not _is_blank(value),
    "IS_NUMBER": lambda value, _given: _is_number(value),
    "IS_CHECKED": lambda value, _given: value is True,
    "IS_UNCHECKED": lambda value, _given: value is not True,
    "TODAY": lambda value, _given: _is_date(value, 0),
    "PAST": lambda value, _given: _is_date(value, -1),
    "FUTURE": lambda value, _given: _is_date(value, 1),
}


def passes(state: State, sheet: Sheet, row: Row, chosen: SheetFilter) -> bool:
    """Whether a filter shows a row. Criteria of deleted columns are ignored."""
    found = [_meets(state, sheet, row, criterion) for criterion in chosen.criteria if sheet.column(criterion.column_id)]
    return all(found) if chosen.operator == "AND" else not found or any(found)


def _meets(state: State, sheet: Sheet, row: Row, criterion: Criterion) -> bool:
    column = sheet.column(criterion.column_id)
    value = cell_of(state, row, column).value if column else None
    return TESTS[criterion.operator](value, criterion.values)


def filter_json(chosen: SheetFilter, *, with_query: bool) -> dict[str, Json]:
    """Return the JSON of a SheetFilter. In a list of filters, the JSON has no query."""
    head: dict[str, Json] = {"id": chosen.id, "name": chosen.name, "filterType": chosen.kind}
    if not with_query:
        return head
    criteria = [
        {"columnId": each.column_id, "operator": each.operator} | ({"values": each.values} if each.values else {})
        for each in chosen.criteria
    ]
    return head | {"query": {"operator": chosen.operator, "criteria": criteria}}
