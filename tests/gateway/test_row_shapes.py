"""are_rows() checks each attribute of a row that other code reads."""

import pytest

from edits.gateway.shapes import LARGEST_ID, are_rows

ROW = {
    "id": 1,
    "parentId": 2,
    "siblingId": LARGEST_ID,
    "rowNumber": 3,
    "format": ",,1",
    "modifiedAt": "2026-01-05T08:00:00Z",
    "createdAt": "2026-01-05T08:00:00Z",
    "modifiedBy": {"name": "Ann", "email": "ann@example.com"},
    "createdBy": {"email": "ann@example.com"},
    "cells": [],
}


def rows(**attributes: object) -> list[dict[str, object]]:
    """Return a usual row, a row with these attributes, and a row with only an id."""
    return [ROW, ROW | attributes, {"id": 4}]


def test_usual_rows_are_accepted() -> None:
    assert are_rows([])
    assert are_rows(rows())
    assert are_rows(rows(**{name: None for name in ROW if name != "id"}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, value) for name in ("id", "parentId", "siblingId") for value in ("1", 1.0, True, 0, -1, 2**63)),
        ("id", None),
        ("rowNumber", "3"),
        ("format", 5),
        ("modifiedAt", 5),
        ("createdAt", {}),
        *((name, value) for name in ("modifiedBy", "createdBy") for value in ("Ann", ["Ann"], {"name": 5})),
        ("cells", {"columnId": 5}),
        ("cells", [5]),
    ],
)
def test_another_value_is_refused(name: str, value: object) -> None:
    assert not are_rows(rows(**{name: value}))


@pytest.mark.parametrize("content", [None, {}, "", [None], [ROW, [ROW]], [ROW, "x"]])
def test_anything_but_a_list_of_objects_is_refused(content: object) -> None:
    assert not are_rows(content)
