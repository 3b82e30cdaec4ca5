"""What happens to cells and formulas if a column gets another type."""

from typing import Any

import pytest

from tests.sandbox.client import Client, Grid
from tests.sandbox.test_column_changes import change

CONTACT = {"objectType": "CONTACT", "name": "Bob Baker", "email": "bob@example.com"}


def converted(plan: Grid, task: str, title: str, **attributes: Any) -> dict[str, Any]:
    """Change the column, and return the cell without its columnId. An objectValue that equals the value is left out."""
    change(plan, title, **attributes)
    cell = {name: value for name, value in plan.again().cell(task, title).items() if name != "columnId"}
    return {name: value for name, value in cell.items() if name != "objectValue" or value != cell.get("value")}


@pytest.mark.parametrize(
    ("task", "title", "kind", "cell"),
    [
        ("Pour slab", "Spent", "DATE", {"value": "0"}),
        ("Dig foundations", "Spent", "PICKLIST", {"value": 21_500, "displayValue": "21500"}),
        ("Dig foundations", "Start", "TEXT_NUMBER", {"value": "2026-01-12", "displayValue": "2026-01-12"}),
        ("Temporary power", "Done", "TEXT_NUMBER", {"value": "true", "displayValue": "true"}),
        ("Roof membrane", "Done", "TEXT_NUMBER", {"value": "false", "displayValue": "false"}),
        ("Dig foundations", "Responsible", "TEXT_NUMBER", {"value": "Bob Baker", "displayValue": "Bob Baker"}),
        ("Dig foundations", "Created by", "TEXT_NUMBER", {"value": "Alice Archer", "displayValue": "Alice Archer"}),
        ("Survey and set out", "No.", "PICKLIST", {"value": "SP-003", "displayValue": "SP-003"}),
        (
            "Dig foundations",
            "Equipment",
            "PICKLIST",
            {"value": "Excavator, Lorry", "displayValue": "Excavator, Lorry"},
        ),
        (
            "Raise frames",
            "Equipment",
            "MULTI_CONTACT_LIST",
            {
                "value": "Crane",
                "displayValue": "Crane",
                "objectValue": {"objectType": "MULTI_CONTACT", "values": [{"objectType": "CONTACT", "name": "Crane"}]},
            },
        ),
        (
            "Dig foundations",
            "Responsible",
            "MULTI_CONTACT_LIST",
            {
                "value": "Bob Baker",
                "displayValue": "Bob Baker",
                "objectValue": {"objectType": "MULTI_CONTACT", "values": [CONTACT]},
            },
        ),
        (
            "Dig foundations",
            "Responsible",
            "MULTI_PICKLIST",
            {
                "displayValue": "Bob Baker",
                "objectValue": {"objectType": "MULTI_PICKLIST", "values": ["Bob Baker"]},
            },
        ),
    ],
)
def test_a_cell_becomes_what_the_new_type_can_hold(
    plan: Grid, task: str, title: str, kind: str, cell: dict[str, Any]
) -> None:
    assert converted(plan, task, title, type=kind) == cell


def test_a_lone_contact_stays_one(plan: Grid) -> None:
    values = [{"objectType": "CONTACT", "email": "gina@example.com", "name": "Gina of the crane firm"}]
    plan.put("Roof", {"title": "Team", "objectValue": {"objectType": "MULTI_CONTACT", "values": values}})
    cell = converted(plan, "Roof", "Team", type="CONTACT_LIST")
    assert (cell["value"], cell["displayValue"]) == ("gina@example.com", "Gina of the crane firm")
    several = plan.cell("Dig foundations", "Team")["displayValue"]
    assert plan.again().cell("Dig foundations", "Team")["value"] == several


def test_texts_become_dates_and_checks_where_they_read_so(plan: Grid) -> None:
    for task, text in (("Roof", "2/13/26"), ("Structure", "soon"), ("Envelope", "true")):
        plan.put(task, {"title": "Notes", "value": text})
    change(plan, "Notes", type="DATE")
    again = plan.again()
    dates = [again.cell(task, "Notes")["value"] for task in ("Roof", "Structure", "Envelope")]
    assert dates == ["2026-02-13", "soon", "true"]
    change(again, "Notes", type="CHECKBOX")
    assert plan.again().cell("Envelope", "Notes")["value"] is True


def test_a_system_column_takes_the_place_of_what_was_there(plan: Grid, as_alice: Client) -> None:
    as_alice.ask("DELETE", f"{plan.path}/columns/{plan.column('Created')}")
    shown = change(plan, "Start", type="DATETIME", systemColumnType="CREATED_DATE")
    assert (shown["type"], shown["systemColumnType"]) == ("DATETIME", "CREATED_DATE")
    row = plan.again().rows["Dig foundations"]
    assert plan.again().cell("Dig foundations", "Start")["value"] == row["createdAt"]
    change(plan, "Start", type="TEXT_NUMBER")
    assert plan.again().cell("Dig foundations", "Start")["value"] == row["createdAt"]


def test_a_column_is_numbered_and_its_numbers_become_texts(budget: Grid) -> None:
    form = {"prefix": "B", "startingNumber": 7}
    change(budget, "Amount", type="TEXT_NUMBER", systemColumnType="AUTO_NUMBER", autoNumberFormat=form)
    assert [budget.again().cell(line, "Amount")["value"] for line in budget.tasks()][:2] == ["B7", "B8"]
    change(budget, "Amount", type="DATE")
    assert budget.again().cell("Groundworks", "Amount")["value"] == "B7"
    assert budget.again().put("Groundworks", {"title": "Amount", "value": "2026-01-01"}).status_code == 200


def test_options_outlast_a_change_to_several_values(plan: Grid) -> None:
    options = plan.columns["Trade"]["options"]
    assert change(plan, "Trade", type="MULTI_PICKLIST")["options"] == options
    contacts = plan.columns["Responsible"]["contactOptions"]
    assert change(plan, "Responsible", type="MULTI_CONTACT_LIST")["contactOptions"] == contacts
    assert "contactOptions" not in change(plan, "Responsible", type="TEXT_NUMBER")
    assert "symbol" not in change(plan, "Health", type="MULTI_PICKLIST")


def test_formulas_follow_a_column_that_is_renamed(plan: Grid) -> None:
    change(plan, "Budget", title="Planned sum")
    again = plan.again()
    assert again.columns["Remaining"]["formula"] == "=[Planned sum]@row - [Spent]@row"
    again.put("Pour slab", {"title": "Planned sum", "value": 100}, {"title": "Spent", "value": 30})
    assert again.again().cell("Pour slab", "Remaining")["value"] == 70


def test_bare_names_in_formulas_follow_too(budget: Grid) -> None:
    budget.put("Services", {"title": "Approved on", "formula": "=Amount@row * 2 + Amount1"})
    change(budget, "Amount", title="Sum")
    assert budget.again().cell("Services", "Approved on")["formula"] == "=[Sum]@row * 2 + [Sum]1"


def test_formulas_lose_a_column_that_is_deleted(plan: Grid, as_alice: Client) -> None:
    as_alice.ask("DELETE", f"{plan.path}/columns/{plan.column('Spent')}")
    again = plan.again()
    assert again.columns["Remaining"]["formula"] == "=[Budget]@row - #REF"
    assert again.cell("Pour slab", "Remaining")["value"] == "#REF"


def test_formulas_reckon_with_what_a_conversion_left(plan: Grid) -> None:
    assert plan.cell("Dig foundations", "Remaining")["value"] == 38_000 - 21_500
    change(plan, "Spent", type="DATE")
    left = plan.again().cell("Dig foundations", "Remaining")
    assert left["value"] == "#INVALID OPERATION", "with a text one cannot reckon"


def test_a_link_and_a_hyperlink_outlast_a_conversion(plan: Grid) -> None:
    change(plan, "Approved", type="PICKLIST")
    assert plan.again().cell("Structure", "Approved")["linkInFromCell"]["status"] == "OK"
    change(plan, "Drawing", type="PICKLIST")
    drawing = plan.again().cell("Inspection by the building authority", "Drawing")
    assert drawing["hyperlink"]["url"] == "https://example.com/drawings/A-101"
