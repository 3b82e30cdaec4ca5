"""The values that each type of column accepts, and how cells show them."""

from typing import Any

import pytest

from tests.sandbox.client import Client, Grid, cell_in, refusal

TASK = "Core walls"
TOO_LARGE = 9_007_199_254_740_994

TAKEN: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("Notes", {"value": "Text"}, {"value": "Text", "displayValue": "Text"}),
    ("Notes", {"value": 100}, {"value": 100.0, "displayValue": "100"}),
    ("Notes", {"value": 2.1}, {"value": 2.1, "displayValue": "2.1"}),
    ("Notes", {"value": -9_007_199_254_740_992}, {"value": -9007199254740992.0, "displayValue": "-9007199254740992"}),
    ("Notes", {"value": True}, {"value": True, "displayValue": "true"}),
    ("Notes", {"value": "0"}, {"value": "0", "displayValue": "0"}),
    ("Notes", {"value": "0", "strict": False}, {"value": 0.0, "displayValue": "0"}),
    ("Notes", {"value": "$5,000", "strict": False}, {"value": 5000.0, "displayValue": "$5,000"}),
    ("Notes", {"value": "50%", "strict": False}, {"value": 0.5, "displayValue": "50%"}),
    ("Notes", {"value": "1.1%", "strict": False}, {"value": 0.011, "displayValue": "1.1%"}),
    ("Notes", {"value": "٣", "strict": False}, {"value": "٣", "displayValue": "٣"}),
    ("Notes", {"value": "100.5", "strict": False}, {"value": 100.5, "displayValue": "100.5"}),
    ("Notes", {"value": "1.5 m", "strict": False}, {"value": "1.5 m", "displayValue": "1.5 m"}),
    ("Notes", {"value": TOO_LARGE, "strict": False}, {"value": str(TOO_LARGE), "displayValue": str(TOO_LARGE)}),
    ("Notes", {"value": "Übergabe 👷\n<b>"}, {"value": "Übergabe 👷\n<b>", "displayValue": "Übergabe 👷\n<b>"}),
    ("Done", {"value": True}, {"value": True}),
    ("Done", {"value": False}, {"value": False}),
    ("Done", {"value": "true", "strict": False}, {"value": True}),
    ("Done", {"value": "soon", "strict": False}, {"value": "soon"}),
    ("Done", {"value": 5, "strict": False}, {"value": "5"}),
    ("Start", {"value": "2026-02-28"}, {"value": "2026-02-28"}),
    ("Start", {"value": "2/28/26", "strict": False}, {"value": "2026-02-28"}),
    ("Start", {"value": "next week", "strict": False}, {"value": "next week"}),
    ("Start", {"value": 5, "strict": False}, {"value": "5"}),
    ("Start", {"value": True, "strict": False}, {"value": "true"}),
    ("Trade", {"value": "Timber"}, {"value": "Timber", "displayValue": "Timber"}),
    ("Trade", {"value": "Magic", "strict": False}, {"value": "Magic", "displayValue": "Magic"}),
    ("Trade", {"value": 7, "strict": False}, {"value": 7.0, "displayValue": "7"}),
    ("Health", {"value": "Yellow"}, {"value": "Yellow", "displayValue": "Yellow"}),
    ("Responsible", {"value": "bob@example.com"}, {"value": "bob@example.com", "displayValue": "Bob Baker"}),
    ("Responsible", {"value": "bob@example.com", "displayValue": "Bobby"},
     {"value": "bob@example.com", "displayValue": "Bobby"}),
    ("Responsible", {"value": "bob@example.com", "displayValue": ""},
     {"value": "bob@example.com", "displayValue": "bob@example.com"}),
    ("Responsible", {"value": "new@example.com"}, {"value": "new@example.com", "displayValue": "new@example.com"}),
    ("Responsible", {"value": "the crew", "strict": False}, {"value": "the crew", "displayValue": "the crew"}),
    ("Responsible", {"value": 5, "strict": False}, {"value": "5", "displayValue": "5"}),
    ("Responsible", {"objectValue": {"objectType": "CONTACT", "email": "x@example.com", "name": "X"}},
     {"value": "x@example.com", "displayValue": "X"}),
    ("Done", {"objectValue": {"objectType": "CHECKBOX", "value": True}}, {"value": True}),
    ("Start", {"objectValue": {"objectType": "DATE", "value": "2026-05-01"}}, {"value": "2026-05-01"}),
    ("Notes", {"objectValue": "Text"}, {"value": "Text", "displayValue": "Text"}),
    ("Team", {"objectValue": {"objectType": "MULTI_CONTACT", "values": [
        {"objectType": "CONTACT", "email": "bob@example.com"}, {"objectType": "CONTACT", "name": "The crew"}]}},
     {"value": "Bob Baker, The crew", "displayValue": "Bob Baker, The crew"}),
    ("Equipment", {"objectValue": {"objectType": "MULTI_PICKLIST", "values": ["Lorry", "Crane", "Lorry"]}},
     {"displayValue": "Crane, Lorry"}),
]  # fmt: skip

REFUSED: list[tuple[str, dict[str, Any], int]] = [
    ("Notes", {"value": TOO_LARGE}, 1148),
    ("Notes", {"value": -1e20}, 1148),
    ("Notes", {"value": {"a": 1}}, 1038),
    ("Notes", {"value": ["a"]}, 1038),
    ("Notes", {"objectValue": {"objectType": "DATE", "value": "2026-05-01"}}, 1131),
    ("Done", {"value": "true"}, 1042),
    ("Done", {"value": 1}, 1042),
    ("Start", {"value": "2026-02-30"}, 1042),
    ("Start", {"value": "28/02/2026"}, 1042),
    ("Start", {"value": "2026-02-28T00:00:00Z"}, 1042),
    ("Start", {"value": 1767600000000}, 1042),
    ("Trade", {"value": "Magic"}, 1042),
    ("Trade", {"value": 7}, 1042),
    ("Health", {"value": "Purple"}, 1042),
    ("Status", {"value": "Nearly", "strict": False}, 1042),
    ("Responsible", {"value": "the crew"}, 1042),
    ("Responsible", {"value": "a@b"}, 1042),
    ("Team", {"value": "bob@example.com"}, 1042),
    ("Team", {"value": "bob@example.com", "strict": False}, 1042),
    ("Team", {"objectValue": {"objectType": "CONTACT", "email": "bob@example.com"}}, 1131),
    ("Team", {"objectValue": {"objectType": "MULTI_CONTACT", "values": [{"email": "nonsense"}]}}, 1042),
    ("Team", {"objectValue": {"objectType": "MULTI_CONTACT", "values": [{"name": str(n)} for n in range(21)]}}, 1240),
    ("Team", {"objectValue": {"objectType": "MULTI_CONTACT", "values": ["bob@example.com"]}}, 1008),
    ("Team", {"objectValue": {"objectType": "MULTI_CONTACT", "values": [None]}}, 1008),
    ("Equipment", {"value": "Crane"}, 1042),
    ("Equipment", {"objectValue": {"objectType": "MULTI_PICKLIST", "values": ["Teapot"]}}, 1042),
    ("Equipment", {"objectValue": {"objectType": "MULTI_PICKLIST", "values": "Crane"}}, 1042),
]

CLEARED = ["Notes", "Start", "Trade", "Status", "Responsible", "Team", "Equipment"]


def shown(plan: Grid, title: str, response: Any) -> dict[str, Any]:
    """Return the cell of this column from the answer to a write. The cell's columnId is left out."""
    assert response.status_code == 200, response.text
    cell = cell_in(response.json()["result"][0], plan.column(title))
    return {name: value for name, value in cell.items() if name != "columnId"}


def object_value(title: str, shown: dict[str, Any]) -> Any:
    """Return the objectValue that the cell `shown` must have. For dates, contacts and lists, the objectValue
    is an object. For other cells, it is the plain value.
    """
    value, display = shown.get("value"), shown.get("displayValue")
    match title:
        case "Equipment":
            return {"objectType": "MULTI_PICKLIST", "values": str(display).split(", ")}
        case "Team":
            contacts: list[dict[str, str]] = [{"email": "bob@example.com", "name": "Bob Baker"}, {"name": "The crew"}]
            return {"objectType": "MULTI_CONTACT", "values": [{"objectType": "CONTACT"} | each for each in contacts]}
        case "Responsible" if "@" in str(value):
            return {"objectType": "CONTACT", "email": value, "name": display}
        case "Start" if str(value).startswith("2"):
            return {"objectType": "DATE", "value": value}
    return value


@pytest.mark.parametrize(("title", "cell", "expected"), TAKEN)
def test_accepted_values_and_their_display(
    plan: Grid, title: str, cell: dict[str, Any], expected: dict[str, Any]
) -> None:
    written = shown(plan, title, plan.put(TASK, {"title": title} | cell))
    assert written == expected
    assert [type(value) for value in written.values()] == [type(value) for value in expected.values()]
    again = plan.again().cell(TASK, title)
    assert (again.get("value"), again["objectValue"]) == (expected.get("value"), object_value(title, expected))


@pytest.mark.parametrize(("title", "cell", "code"), REFUSED)
def test_a_refused_value_does_not_change_the_cell(plan: Grid, title: str, cell: dict[str, Any], code: int) -> None:
    response = plan.put(TASK, {"title": title} | cell)
    assert refusal(response) == (400, code)
    assert response.json()["detail"] == {"index": 0, "rowId": plan.row(TASK)}
    assert plan.again().body == plan.body


def test_the_refusal_names_column_value_and_type(plan: Grid) -> None:
    message = plan.put(TASK, {"title": "Done", "value": "maybe"}).json()["message"]
    assert message == (
        f"The value for cell in column {plan.column('Done')}, maybe,"
        " did not conform to the strict requirements for type CHECKBOX."
    )


@pytest.mark.parametrize("empty", ["", None])
@pytest.mark.parametrize("title", CLEARED)
def test_empty_text_and_null_clear_a_cell(plan: Grid, title: str, empty: str | None) -> None:
    for name, cell, _expected in TAKEN:
        if name == title:
            plan.put(TASK, {"title": title} | cell)
    assert shown(plan, title, plan.put(TASK, {"title": title, "value": empty})) == {}


def test_a_cleared_checkbox_is_unchecked(plan: Grid) -> None:
    assert shown(plan, "Done", plan.put("Survey and set out", {"title": "Done", "value": ""})) == {"value": False}


@pytest.mark.parametrize(("title", "kind"), [("Team", "MULTI_CONTACT"), ("Equipment", "MULTI_PICKLIST")])
def test_an_empty_list_clears_a_cell(plan: Grid, title: str, kind: str) -> None:
    task = "Dig foundations"
    assert shown(plan, title, plan.put(task, {"title": title, "objectValue": {"objectType": kind, "values": []}})) == {}


def test_text_beyond_4000_characters_is_cut_silently(plan: Grid) -> None:
    written = shown(plan, "Notes", plan.put(TASK, {"title": "Notes", "value": "é" * 4001}))
    assert written == {"value": "é" * 4000, "displayValue": "é" * 4000}


def test_numbers_and_dates_are_read_in_the_persons_locale(plan: Grid, client_of: Any, sandbox: Any) -> None:
    erikas = plan.again(client_of(sandbox.people()["erika"]))
    response = erikas.put(
        TASK,
        {"title": "Notes", "value": "1.234,5", "strict": False},
        {"title": "Start", "value": "28.02.2026", "strict": False},
    )
    assert shown(erikas, "Notes", response)["value"] == 1234.5
    assert shown(erikas, "Start", response)["value"] == "2026-02-28"


EURO = {"value": 5, "format": ",,1,,,,,,,,,6,2,1,2,,"}


@pytest.mark.parametrize(
    ("before", "written", "form", "shown"),
    [
        ({"value": ""}, "$5,000", ",,,,,,,,,,,13,0,1,2,,", "$6,000"),
        ({"value": ""}, "-€5.50", ",,,,,,,,,,,6,2,0,2,,", "€6000.00"),
        ({"value": ""}, "12.5%", ",,,,,,,,,,,,1,0,3,,", "600000.0%"),
        ({"value": ""}, "5,000", ",,,,,,,,,,,,0,1,1,,", "6,000"),
        ({"value": ""}, "100.5", None, "6000"),
        ({"value": 5, "format": ",,1"}, "£5", ",,1,,,,,,,,,7,0,0,2,,", "£6000"),
        (EURO, "€5", EURO["format"], "€6,000.00"),
        (EURO, "5,000", EURO["format"], "€6,000.00"),
        (EURO, "$5", ",,1,,,,,,,,,13,0,0,2,,", "$6000"),
    ],
)
def test_a_number_written_with_a_sign_formats_its_cell(
    plan: Grid, as_alice: Client, before: dict[str, Any], written: str, form: str | None, shown: str
) -> None:
    plan.put(TASK, {"title": "Notes"} | before)
    plan.put(TASK, {"title": "Notes", "value": written, "strict": False})
    plan.put(TASK, {"title": "Notes", "value": 6000})
    row = as_alice.json(f"{plan.path}/rows/{plan.row(TASK)}?include=format")
    cell = cell_in(row, plan.column("Notes"))
    assert (cell.get("format"), cell["displayValue"]) == (form, shown)


def test_epoch_dates_are_taken_with_numeric_dates(plan: Grid, as_alice: Client) -> None:
    rows = [{"id": plan.row(TASK), "cells": plan.cells({"title": "Start", "value": 1767600000000})}]
    response = as_alice.ask("PUT", f"{plan.path}/rows?numericDates=true", rows)
    assert shown(plan, "Start", response) == {"value": 1767571200000}
    assert plan.again().cell(TASK, "Start")["value"] == "2026-01-05"


def test_an_admin_overrides_validation_only_leniently(plan: Grid, bobs_plan: Grid) -> None:
    cell = {"title": "Status", "value": "Nearly", "overrideValidation": True}
    assert refusal(plan.put(TASK, cell)) == (400, 1042)
    assert refusal(bobs_plan.put(TASK, cell | {"strict": False})) == (403, 1212)
    assert shown(plan, "Status", plan.put(TASK, cell | {"strict": False}))["value"] == "Nearly"
