"""Remembers what many formulas of a sheet use, while the formulas are calculated. So a range that all rows use is read
only once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import cached_property

from sandbox.model.formula_operators import equal_keys, key_of
from sandbox.model.formula_parser import Function, Range, is_the_same_in_all_rows
from sandbox.model.sheet import Cell, Primitive, Row, Sheet

MOST_RANGES = 100


class Memory:
    """Ranges and values of functions that were already read or calculated in a sheet. While a Memory is used, don't
    change the sheet, except by calculating formulas. Before you call range(), calculate the formulas in its cells.
    """

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._ranges: dict[Range, list[Cell]] = {}
        self._places: dict[Range, dict[Hashable, list[int]]] = {}
        self._values: dict[int, tuple[Function, Primitive]] = {}

    @cached_property
    def children(self) -> dict[int | None, list[Row]]:
        """The child rows of each row, only at the first level, by the row's id."""
        found: dict[int | None, list[Row]] = {}
        for row in self._sheet.rows:
            found.setdefault(row.parent_id, []).append(row)
        return found

    def range(self, node: Range, read: Callable[[], list[Cell]]) -> list[Cell]:
        """Return the cells of a range. If they aren't known yet, `read` reads them."""
        cells = self._ranges.get(node)
        if cells is None:
            cells = read()
            if len(self._ranges) < MOST_RANGES:
                self._ranges[node] = cells
        return cells

    def places(self, node: Range, cells: Sequence[Cell], wanted: Primitive) -> list[int]:
        """Return the positions of those cells of a range that are equal to a value."""
        places = self._places.get(node)
        if places is None:
            places = {}
            for place, cell in enumerate(cells):
                places.setdefault(key_of(cell.value), []).append(place)
            if len(self._places) < MOST_RANGES:
                self._places[node] = places
        return [place for key in equal_keys(wanted) for place in places.get(key, [])]

    def value(self, node: Function, calculate: Callable[[], Primitive]) -> Primitive:
        """Return the value of a function. If the value is the same in all rows, it is calculated only once."""
        if known := self._values.get(id(node)):
            return known[1]
        value = calculate()
        if is_the_same_in_all_rows(node):
            self._values[id(node)] = node, value  # the node stays in memory, so that no other node gets its id
        return value
