"""Checks how the value of a cell is represented, and when two values count as the same."""

from typing import Any

import pytest

from edits.sheets.held_values import cell_of, held, is_same
from edits.sheets.sheet import Column, Sheet
from tests.edits.sheets.columns import cell


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ({}, None),
        ({"value": ""}, None),
        ({"value": False}, False),
        ({"value": 0}, 0),
        ({"value": "a, b", "objectValue": {"objectType": "MULTI_PICKLIST", "values": ["a", "b"]}}, ["a", "b"]),
        ({"objectValue": {"objectType": "MULTI_PICKLIST", "values": []}}, None),
        ({"value": "3FS", "objectValue": {"objectType": "PREDECESSOR_LIST", "predecessors": []}}, "3FS"),
    ],
)
def test_the_value_of_a_cell(raw: dict[str, Any], kept: object) -> None:
    assert held(cell(**raw)) == kept
    assert held(cell_of(Column(id=1, title="X"), kept)) == kept


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (5, 5.0, True),
        (1, True, False),
        (0, False, False),
        (False, None, False),
        ("5", 5, False),
        (["a", "b"], ["b", "a"], True),
        (["a"], ["a"], True),
        (["a"], "a", False),
        (None, "", False),
    ],
)
def test_values_that_look_the_same(one: object, other: object, same: bool) -> None:
    assert is_same(one, other) is same
    assert is_same(other, one) is same


def test_the_family_of_a_row_has_all_its_child_rows() -> None:
    rows = [(1, None), (2, 1), (3, 2), (4, 1), (5, None), (6, 5)]
    sheet = Sheet.parse({"id": 9, "rows": [{"id": row, "parentId": parent} for row, parent in rows]})
    assert [row.id for row in sheet.family(1)] == [1, 2, 3, 4]
    assert [row.depth for row in sheet.rows] == [0, 1, 2, 1, 0, 1]
    assert [row.id for row in sheet.family(6)] == [6]
