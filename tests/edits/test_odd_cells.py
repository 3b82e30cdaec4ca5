"""Cells can have unusual values. If such a cell isn't changed, it keeps its value, and other cells can be saved."""

import json
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from audit.models import Entry
from edits.sheets.sheet import Sheet
from edits.widgets.row_form import RowForm
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

ROW = "Dig foundations"


def people(*names: str) -> dict[str, Any]:
    values = [{"objectType": "CONTACT", "name": name} for name in names]
    return {"objectValue": {"objectType": "MULTI_CONTACT", "values": values}}


def text(value: str) -> dict[str, Any]:
    return {"value": value, "strict": False}


ODD = [
    ("Start", text("TBD "), "2026-03-01"),
    ("Start", text("TBD\u00a0"), "2026-03-01"),
    ("Start", text("by June\nor July"), "2026-03-01"),
    ("Done", text("on"), "true"),
    ("Done", text("False"), "true"),
    ("Done", text("half\nof it"), "true"),
    ("Team", people("Bob "), None),
    ("Team", people("Lee, Kim"), None),
    ("Team", people("Lee,\nKim"), None),
    ("Responsible", text("Crew 7"), "alice@example.com"),
    ("Responsible", text("Crew\n7"), "alice@example.com"),
    ("Responsible", text("bob@example"), "alice@example.com"),
    ("Trade", text(" padded "), "Concrete"),
    ("Trade", text("two\r\nlines"), "Concrete"),
    ("Trade", {"value": 2.5, "strict": False}, "Concrete"),
    ("Notes", text("\n  \n"), "Rock"),
    ("Notes", text("'5"), "Rock"),
    ("Notes", text("x" * 4000), "Rock"),
]


@pytest.fixture(params=ODD, ids=[f"{column} {json.dumps(cell):.40}" for column, cell, _ in ODD])
def odd(request: pytest.FixtureRequest, browser: Client, plan: SitePlan) -> tuple[Page, str, Any]:
    """The form of a row with an unusual cell, the title of the cell's column, and a new value to type."""
    column, cell, typed = request.param
    plan.write(ROW, **{column: cell})
    plan.sandbox.forget_requests()
    return Page.open(browser, plan.edit_path(ROW)), column, typed


def test_fault_3_an_untouched_odd_cell_stops_no_other(odd: tuple[Page, str, Any], plan: SitePlan, bob: Person) -> None:
    page, column, _ = odd
    before = plan.cell(ROW, column)
    assert "1 cell changed" in page.type({plan.columns["Spent"]: "1"}).save().text
    assert plan.cell(ROW, column) == before
    assert len(plan.writes(bob)) == 1
    assert [entry.column_title for entry in Entry.objects.intents()] == ["Spent"]


def test_fault_1_an_odd_cell_is_changed_without_a_conflict(odd: tuple[Page, str, Any], plan: SitePlan) -> None:
    page, column, typed = odd
    answer = page.type({plan.columns[column]: typed}).save()
    assert "1 cell changed" in answer.text
    assert plan.value(ROW, column) == (True if typed == "true" else typed)
    assert not Entry.objects.filter(phase="conflict").exists()


def test_fault_1_a_padded_option_is_chosen_and_kept(browser: Client, plan: SitePlan) -> None:
    column = {"type": "MULTI_PICKLIST", "options": [" padded ", "two, three", "Crane"]}
    path = f"/sheets/{plan.id}/columns/{plan.columns['Equipment']}"
    plan.sandbox.call(plan.person, "PUT", path, column)
    Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Equipment"]: [" padded ", "two, three"]}).send()
    assert plan.value(ROW, "Equipment") == [" padded ", "two, three"]
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Equipment"]: [" padded ", "Crane"]})
    assert "1 cell changed" in page.save().text
    assert plan.value(ROW, "Equipment") == [" padded ", "Crane"]


def test_fault_2_a_name_with_a_comma_stays_beside_one_who_is_added(browser: Client, plan: SitePlan) -> None:
    plan.write(ROW, Team=people("Lee, Kim"))
    page = Page.open(browser, plan.edit_path(ROW))
    assert page.fields[f"col-{plan.columns['Team']}"] == ["Lee, Kim"]
    page.add(plan.columns["Team"], "Alice Archer").send()
    assert plan.cell(ROW, "Team")["objectValue"]["values"] == [
        {"objectType": "CONTACT", "name": "Lee, Kim"},
        {"objectType": "CONTACT", "email": "alice@example.com", "name": "Alice Archer"},
    ]


def test_fault_4_a_year_of_two_digits_is_asked_about(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Start"]: "0026-03-01"}).save()
    assert (page.status, plan.writes(bob)) == (422, [])
    assert "Is the year 0026 right? If you mean 2026, type all four digits." in page.text
    page.type({plan.columns["Start"]: "2026-03-01"}).send()
    assert plan.value(ROW, "Start") == "2026-03-01"


def test_fault_5_percent_is_shown_and_taken_in_percent(browser: Client, plan: SitePlan) -> None:
    plan.write(ROW, Spent={"value": "50%", "strict": False})
    page = Page.open(browser, plan.edit_path(ROW))
    assert page.value(plan.columns["Spent"]) == "50%"
    page.type({plan.columns["Spent"]: "75"}).send()
    assert plan.value(ROW, "Spent") == 0.75


def test_fault_6_digits_stay_text(browser: Client, plan: SitePlan) -> None:
    plan.write(ROW, Notes="1.10")
    page = Page.open(browser, plan.edit_path(ROW))
    assert page.value(plan.columns["Notes"]) == "'1.10"
    page.type({plan.columns["Notes"]: "'1.20"}).send()
    assert plan.value(ROW, "Notes") == "1.20"


@pytest.mark.parametrize(
    ("column", "typed", "asks"),
    [("Trade", "Landscaping", False), ("Responsible", "Crew 7", True), ("Start", "TBD", True)],
)
def test_fault_7_other_values_are_taken_and_come_back_with_undo(
    browser: Client, plan: SitePlan, column: str, typed: str, asks: bool
) -> None:
    page = Page.open(browser, plan.edit_path(ROW))
    page = page.add(plan.columns[column], typed) if column == "Trade" else page.type({plan.columns[column]: typed})
    page = page.save()
    if asks:
        assert page.status == 422
        page = page.confirm().save()
    assert "1 cell changed" in page.text
    assert plan.value(ROW, column) == typed
    other = {"Trade": "Concrete", "Responsible": "alice@example.com", "Start": "2026-03-01"}[column]
    Page.open(browser, plan.edit_path(ROW)).type({plan.columns[column]: other}).send()
    entry = Entry.objects.intents().latest("id")
    browser.post(f"/sheets/undo/{entry.pk}/")
    assert plan.value(ROW, column) == typed


def test_fault_7_a_restricted_column_says_what_it_takes(browser: Client, plan: SitePlan, bob: Person) -> None:
    Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Status"]: "Blocked"}).send()
    entry = Entry.objects.intents().latest("id")
    column = {"type": "PICKLIST", "options": ["Blocked", "Complete"], "validation": True}
    plan.sandbox.call(plan.person, "PUT", f"/sheets/{plan.id}/columns/{plan.columns['Status']}", column)
    page = Page.open(browser, f"/sheets/undo/{entry.pk}/")
    assert (
        "“In progress” is not among the options of this column. So Smartsheet would refuse the old value." in page.text
    )
    assert "Put the old value back" not in page.text
    assert len(plan.writes(bob)) == 1


@pytest.mark.parametrize("name", ["Ann\rLee", "Ann\r\nLee"])
def test_a_contact_whose_name_has_a_line_break_is_shown_by_address(name: str) -> None:
    columns = [{"id": 7, "title": "Who", "type": "CONTACT_LIST", "index": 0, "primary": True}]
    rows = [{"id": 2, "cells": [{"columnId": 7, "value": "ann@example.com", "displayValue": name}]}]
    sheet = Sheet.parse({"id": 1, "name": "Plan", "accessLevel": "EDITOR", "columns": columns, "rows": rows})
    form = RowForm(QueryDict("once=1"), sheet=sheet, row=sheet.rows[0])
    assert form.is_valid(), form.errors
    assert form["col-7"].data.texts == ["ann@example.com"]
    assert form.changes() == ()
