"""Which attributes a cell in a request can have, and which of these attributes can be combined."""

from typing import Any

import pytest

from tests.sandbox.client import Client, Grid, cell_in, refusal

TASK = "Core walls"

REFUSED: list[tuple[dict[str, Any], int, int]] = [
    ({"colour": "red", "value": "x"}, 400, 1008),
    ({"columnType": "TEXT_NUMBER", "value": "x"}, 400, 1032),
    ({"linksOutToCells": [], "value": "x"}, 400, 1032),
    ({"conditionalFormat": "", "value": "x"}, 400, 1032),
    ({}, 400, 1012),
    ({"strict": False}, 400, 1012),
    ({"strict": "no", "value": "x"}, 400, 1008),
    ({"displayValue": 1, "value": "x"}, 400, 1008),
    ({"value": "x", "objectValue": "x"}, 400, 1130),
    ({"formula": "1+1"}, 400, 1162),
    ({"formula": "=1+1", "value": 2}, 400, 1163),
    ({"formula": "=1+1", "objectValue": 2}, 400, 1163),
    ({"formula": "=1+1", "hyperlink": {"url": "https://example.com"}}, 400, 1163),
    ({"value": "x", "image": {"altText": "x"}}, 400, 1161),
    ({"value": "x", "hyperlink": {}}, 400, 1117),
    ({"value": 1, "hyperlink": {"url": "https://example.com"}}, 400, 1113),
    ({"value": "x", "hyperlink": {"url": "https://example.com", "sheetId": 1}}, 400, 1112),
    ({"value": "x", "hyperlink": {"reportId": 1, "sheetId": 1}}, 400, 1111),
    ({"value": "x", "hyperlink": {"sheetId": 1}}, 404, 1114),
    ({"value": "", "hyperlink": {"url": "https://example.com"}, "linkInFromCell": {"sheetId": 1}}, 400, 1109),
    ({"value": "x", "linkInFromCell": {"sheetId": 1, "rowId": 1, "columnId": 1}}, 400, 1110),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "status", "code"), REFUSED)
def test_invalid_changes_are_refused(plan: Grid, cell: dict[str, Any], status: int, code: int) -> None:
    response = plan.put(TASK, {"title": "Notes"} | cell)
    assert refusal(response) == (status, code)
    assert response.json()["detail"] == {"index": 0, "rowId": plan.row(TASK)}


def test_recorded_wordings_are_used(plan: Grid) -> None:
    def message(cell: dict[str, Any]) -> str:
        return str(plan.put(TASK, {"title": "Notes"} | cell).json()["message"])

    assert message({}) == "Required object attribute(s) are missing from your request: cell.value."
    assert message({"columnType": "x", "value": 1}) == (
        "The attribute(s) cell.columnType are not allowed for this operation."
    )
    assert message({"formula": "=1", "value": 1}) == (
        "If cell.formula is specified, then value, objectValue, image, hyperlink,"
        " and linkInFromCell must not be specified."
    )


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ([{"value": "x"}], 1012),
        ([{"columnId": 3, "value": "x"}], 1036),
        ([{"columnId": "Notes", "value": "x"}], 1036),
        (["x"], 1008),
        ({"columnId": 3}, 1008),
    ],
)
def test_every_cell_names_a_column_of_the_sheet(plan: Grid, as_alice: Client, cells: Any, code: int) -> None:
    rows = [{"id": plan.row(TASK), "cells": cells}]
    assert refusal(as_alice.ask("PUT", f"{plan.path}/rows", rows)) == (400, code)


def test_a_column_is_named_once_in_a_row(plan: Grid) -> None:
    cell = {"title": "Notes", "value": "x"}
    assert refusal(plan.put(TASK, cell, cell)) == (400, 1037)


@pytest.mark.parametrize("title", ["No.", "Created", "Created by", "Modified", "Modified by"])
def test_system_values_cannot_be_written(plan: Grid, title: str) -> None:
    response = plan.put(TASK, {"title": title, "value": "x"})
    assert refusal(response) == (400, 1046)
    assert str(plan.column(title)) in response.json()["message"]


def test_cells_of_a_column_formula_cannot_be_written(plan: Grid) -> None:
    assert refusal(plan.put(TASK, {"title": "Remaining", "value": 1})) == (400, 1302)


def test_a_locked_column_is_for_admins(plan: Grid, bobs_plan: Grid) -> None:
    cell = {"title": "Permit no.", "value": "B-1"}
    assert refusal(bobs_plan.put(TASK, cell)) == (403, 1039)
    assert refusal(bobs_plan.post(cell)) == (403, 1039)
    assert plan.put(TASK, cell).status_code == 200


def test_a_fetched_cell_can_be_sent_back_with_its_display_value(plan: Grid) -> None:
    cell = {"title": "Notes", "value": "New", "displayValue": "Old"}
    written = plan.put(TASK, cell).json()["result"][0]
    assert cell_in(written, plan.column("Notes"))["displayValue"] == "New"


def test_a_url_is_a_hyperlinks_text_unless_one_is_given(plan: Grid) -> None:
    url = {"hyperlink": {"url": "https://example.com/plan"}}
    assert plan.put(TASK, {"title": "Drawing", "value": None} | url).status_code == 200
    assert plan.again().cell(TASK, "Drawing") == {
        "columnId": plan.column("Drawing"), "value": "https://example.com/plan",
        "objectValue": "https://example.com/plan", "displayValue": "https://example.com/plan",
        "hyperlink": {"url": "https://example.com/plan"},
    }  # fmt: skip
    plan.put(TASK, {"title": "Drawing", "value": "The plan"} | url)
    assert plan.again().cell(TASK, "Drawing")["value"] == "The plan"


def test_the_text_of_a_hyperlink_stays_text(plan: Grid) -> None:
    url = {"hyperlink": {"url": "https://example.com/plan"}}
    plan.put(TASK, {"title": "Budget", "value": "38000"} | url)
    assert plan.again().cell(TASK, "Budget")["value"] == "38000"


def test_a_hyperlink_to_a_sheet_shows_its_name(plan: Grid, budget: Grid) -> None:
    plan.put(TASK, {"title": "Drawing", "value": None, "hyperlink": {"sheetId": budget.id}})
    cell = plan.again().cell(TASK, "Drawing")
    assert cell["value"] == "Budget"
    assert cell["hyperlink"] == {"sheetId": budget.id, "url": budget.body["permalink"]}


def test_new_text_keeps_the_hyperlink_and_clearing_ends_it(plan: Grid) -> None:
    task = "Inspection by the building authority"
    plan.put(task, {"title": "Drawing", "value": "Drawing A-102"})
    assert plan.again().cell(task, "Drawing")["hyperlink"]["url"].endswith("A-101")
    plan.put(task, {"title": "Drawing", "value": "", "hyperlink": None})
    assert plan.again().cell(task, "Drawing") == {"columnId": plan.column("Drawing")}


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (38_000.5, ",,,,,,,,,,,13,2,1,2,,", "$38,000.50"),
        (-5, ",,,,,,,,,,,6,0,,2,,", "-€5"),
        (0.125, ",,,,,,,,,,,,1,,3,,", "12.5%"),
        (1234.5678, ",,,,,,,,,,,,2,,1,,", "1234.57"),
        ("about 5", ",,,,,,,,,,,13,2,1,2,,", "about 5"),
        (5, ",,,,,,,,,,,x,y,z,2,,", "5"),
        (5, ",,1,,,,,,,,,,,,,,", "5"),
    ],
)
def test_a_number_is_shown_in_its_format(plan: Grid, value: Any, form: str, shown: str) -> None:
    plan.put(TASK, {"title": "Budget", "value": value, "format": form})
    assert plan.again().cell(TASK, "Budget")["displayValue"] == shown


def test_a_format_stays_until_another_is_given(plan: Grid, as_alice: Client) -> None:
    bold = ",,1,,,,,,,,,,,,,,"
    plan.put(TASK, {"title": "Notes", "value": "x", "format": bold})
    plan.put(TASK, {"title": "Notes", "value": "y"})
    row = as_alice.json(f"{plan.path}/rows/{plan.row(TASK)}?include=format")
    assert cell_in(row, plan.column("Notes"))["format"] == bold
    assert "format" not in plan.again().cell(TASK, "Notes")
