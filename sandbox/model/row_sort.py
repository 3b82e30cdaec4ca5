"""Sorts the rows of a sheet. https://developers.smartsheet.com/api/smartsheet/openapi/rows/rows-sort

Each row is sorted among its siblings, and its child rows move with it. Blank cells come last in both directions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.model.cell_json import cell_of
from sandbox.model.cell_values import options_of
from sandbox.model.formula import recalculate
from sandbox.model.formula_references import follow_rows
from sandbox.model.sheet import Column, Row, Sheet
from sandbox.model.state import State

Json = Any


@dataclass(frozen=True, slots=True)
class Criterion:
    """A column to sort by, and the direction."""

    column: Column
    descending: bool = False


def sort(state: State, sheet: Sheet, criteria: Sequence[Criterion]) -> bool:
    """Sort the rows by the criteria, the most important one first. Row numbers in formulas are changed so that they
    mean the same rows as before. Returns whether any row moved.
    """
    before = list(sheet.rows)
    children: dict[int | None, list[Row]] = {}
    for row in sheet.rows:
        children.setdefault(row.parent_id, []).append(row)
    for siblings in children.values():
        for criterion in reversed(criteria):
            _sort_siblings(state, siblings, criterion)
    sheet.rows = _whole(children)
    sheet.insert(0, [])
    is_moved = any(old is not new for old, new in zip(before, sheet.rows, strict=True))
    if is_moved:
        follow_rows(sheet, before)
        recalculate(sheet, sheet.rows)
    return is_moved


def _sort_siblings(state: State, siblings: list[Row], criterion: Criterion) -> None:
    column = criterion.column
    values = {row.id: cell_of(state, row, column).value for row in siblings}
    blank = [row for row in siblings if values[row.id] is None]
    filled = [row for row in siblings if values[row.id] is not None]
    filled.sort(key=lambda row: _key(column, values[row.id]), reverse=criterion.descending)
    siblings[:] = filled + blank


def _key(column: Column, value: Json) -> tuple[int, float, str]:
    """Return the sort key of a value. Options of the column come first, in the column's order.

    Numbers follow, and then texts.
    """
    options = options_of(column)
    if value in options:
        return (0, float(options.index(value)), "")
    if isinstance(value, (int, float)):
        return (1, float(value), "")
    return (2, 0.0, str(value).casefold())


def _whole(children: dict[int | None, list[Row]]) -> list[Row]:
    """Return all rows, each followed by its child rows at every level."""
    rows: list[Row] = []
    waiting = children.get(None, [])[::-1]
    while waiting:
        rows.append(waiting.pop())
        waiting += children.get(rows[-1].id, [])[::-1]
    return rows
