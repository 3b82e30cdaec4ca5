"""is_row() checks each attribute of a cell that other code reads."""

import pytest

from edits.gateway.shapes import is_row

CELL = {
    "columnId": 5,
    "value": "x",
    "displayValue": "x",
    "formula": "=A1",
    "format": ",,1",
    "objectValue": {"objectType": "MULTI_PICKLIST", "values": ["x"]},
}


def row(**attributes: object) -> dict[str, object]:
    """Return a row with a usual cell, an empty cell, and a cell with these attributes."""
    return {"id": 1, "cells": [CELL, {"columnId": 6}, CELL | attributes]}


def test_usual_cells_are_accepted() -> None:
    assert is_row(row())
    assert is_row(row(value=1.5, displayValue=None, objectValue=True))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("columnId", "5"),
        ("columnId", None),
        ("value", []),
        ("value", {}),
        ("displayValue", 5),
        ("formula", 5),
        ("format", {}),
        ("objectValue", []),
        ("objectValue", {"values": "x"}),
        ("objectValue", {"values": [[]]}),
    ],
)
def test_another_type_is_refused(name: str, value: object) -> None:
    assert not is_row(row(**{name: value}))


def test_a_cell_that_is_no_object_is_refused() -> None:
    assert not is_row({"id": 1, "cells": [CELL, "x"]})
