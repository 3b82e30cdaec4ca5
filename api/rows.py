"""Converts rows from Smartsheet's JSON directly to the arrays that the API answers with.

A sheet has up to 500,000 cells. Nearly all of them have only a value. So the code handles such cells first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Annotated

import orjson
from pydantic import Field

from api.cells import MULTIPLE, CellAnswer, CellValue, cell_answer
from api.encoding import IdText
from edits.sheets.held_values import text_of
from edits.sheets.sheet import Cell, Column, Json

ROW_FIELDS = ["id", "number", "parent_id", "is_locked", "cells", "is_expanded", "format", "digest"]

RowAnswer = Annotated[
    tuple[IdText, int, IdText | None, bool, list[CellAnswer], bool, str | None, str | None],
    Field(description="A list that describes a row; `row_fields` has the names of its items. The items are: the row's"
          " id; the row's number; the id of its parent row; whether a lock keeps you from"
          " changing the row; the row's cells, in the order of `columns`; whether Smartsheet shows the row's child"
          " rows; the row's format descriptor; and a digest of the results of the row's formulas and links. To find out"
          " which rows have changed, send the digests back."),
]  # fmt: skip

# A cell with one of these attributes has more than its value.
HAS_MORE = frozenset({"formula", "linkInFromCell", "image", "hyperlink", "format"})
CALCULATED = frozenset({"formula", "linkInFromCell"})


def row_answers(raw_rows: Iterable[Mapping[str, Json]], columns: Iterable[Column]) -> Iterator[RowAnswer]:
    """Convert Smartsheet's Row objects to arrays, and yield the arrays."""
    columns = list(columns)
    places = {column.id: place for place, column in enumerate(columns)}
    multiple = {place for place, column in enumerate(columns) if column.type in MULTIPLE}
    with_formula = {place for place, column in enumerate(columns) if column.formula}
    # In a project plan, the values of a row depend on dates and durations of other rows.
    is_all_calculated = any(column.type == "PREDECESSOR" for column in columns)
    for raw in raw_rows:
        values: list[CellAnswer] = [None] * len(columns)
        calculated = set(with_formula)
        for cell in raw.get("cells") or ():
            place = places.get(cell["columnId"])
            if place is None:
                continue
            if place not in multiple and HAS_MORE.isdisjoint(cell):
                value: CellValue = cell.get("value")
                display = cell.get("displayValue")
                if not display or display == value or display == text_of(value):
                    values[place] = None if value == "" else value
                    continue
            elif not CALCULATED.isdisjoint(cell):
                calculated.add(place)
            values[place] = cell_answer(columns[place], Cell.parse(cell))
        parent = raw.get("parentId")
        yield (
            str(raw["id"]),
            raw.get("rowNumber") or 0,
            None if parent is None else str(parent),
            bool(raw.get("lockedForUser")),
            values,
            raw.get("expanded") is not False,
            raw.get("format") or None,
            _digest(values if is_all_calculated else [(columns[at].id, values[at]) for at in sorted(calculated)]),
        )


def _digest(values: list[Json]) -> str | None:
    return blake2b(orjson.dumps(values), digest_size=8).hexdigest() if values else None
