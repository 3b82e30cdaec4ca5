"""Read-only cells are shown as text with the reason, and aren't written even if a program sends values."""

import pytest
from django.test import Client

from audit.models import Entry
from edits.sheets.rights import why_read_only
from edits.sheets.sheet import Sheet
from tests.edits.browser import Page
from tests.edits.conftest import SignIn
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

ROW = "Dig foundations"

READ_ONLY = [
    (ROW, "No.", "Smartsheet fills in this column."),
    (ROW, "Created", "Smartsheet fills in this column."),
    (ROW, "Modified by", "Smartsheet fills in this column."),
    (ROW, "Remaining", "A formula calculates this cell: =[Budget]@row - [Spent]@row"),
    ("Excavation", "Budget", "A formula calculates this cell: =SUM(CHILDREN())"),
    ("Groundworks", "Approved", "This cell gets its value from a cell of another sheet."),
    (ROW, "Permit no.", "This column is locked: only admins of the sheet can change it."),
    ("Final account", "Notes", "This row is locked: only admins of the sheet can change it."),
]


@pytest.mark.parametrize(("row", "column", "why"), READ_ONLY)
def test_it_is_text_with_the_reason(browser: Client, plan: SitePlan, row: str, column: str, why: str) -> None:
    page = Page.open(browser, plan.edit_path(row))
    assert f"col-{plan.columns[column]}" not in page.fields
    assert f"{column} {plan.cell(row, column).get('displayValue', '')}".strip() in page.text
    assert why in page.text


@pytest.mark.parametrize(("row", "column", "why"), READ_ONLY)
def test_a_program_that_writes_to_a_read_only_cell_gets_the_reason(
    browser: Client, plan: SitePlan, bob: Person, row: str, column: str, why: str
) -> None:
    path = plan.edit_path(row)
    page = Page.of(browser, path, browser.post(path, {f"col-{plan.columns[column]}": "99"}))
    assert page.status == 422
    assert f"“{column}” cannot be changed. {why} You typed: 99" in page.text
    assert plan.writes(bob) == []
    assert not Entry.objects.intents().exists()


def test_an_error_of_a_formula_is_explained_in_the_form_and_in_the_sheet(browser: Client, plan: SitePlan) -> None:
    plan.write(ROW, Notes={"formula": "=1 / 0"})
    page = Page.open(browser, plan.edit_path(ROW))
    assert "Notes #DIVIDE BY ZERO The formula divides by zero. A formula calculates this cell: =1 / 0" in page.text
    assert "The formula divides by zero. =1 / 0" in Page.open(browser, plan.path).text


def test_admins_may_change_what_is_locked_for_others(
    client: Client, db: None, sign_in: SignIn, plan: SitePlan, alice: Person
) -> None:
    sign_in(client, alice)
    page = Page.open(client, plan.edit_path("Final account"))
    page.type({plan.columns["Permit no."]: "B-1", plan.columns["Notes"]: "Done"}).send()
    assert plan.value("Final account", "Permit no.") == "B-1"
    assert plan.value("Final account", "Notes") == "Done"
    assert (
        "This row is locked. You can change it, because you are an admin of the sheet."
        in Page.open(client, plan.path).text
    )


@pytest.mark.parametrize(("name", "may"), [("charlie", "only look"), ("dora", "look and comment")])
def test_viewers_see_the_reason_and_no_buttons(
    client: Client, db: None, sign_in: SignIn, sandbox: RunningSandbox, plan: SitePlan, name: str, may: str
) -> None:
    person = sandbox.people()[name]
    sign_in(client, person)
    sheet = Page.open(client, plan.path)
    assert f"You can {may}: ask the owner of the sheet to share it with you as an editor." in sheet.text
    assert "/edit/" not in sheet.html
    assert "/delete/" not in sheet.html
    assert "Add row" not in sheet.text

    reason = f"There is nothing here that you can change. You can {may}: ask the owner"
    assert reason in Page.open(client, plan.add_path).text
    form = Page.open(client, plan.edit_path(ROW))
    assert reason in form.text
    assert not any(name.startswith("col-") for name in form.fields)
    answer = client.post(plan.edit_path(ROW), {f"col-{plan.columns['Notes']}": "mine"})
    assert answer.status_code == 422
    assert client.post(plan.add_path, {f"col-{plan.columns['Task']}": "mine"}).status_code == 422
    assert plan.writes(person) == []


def test_a_cell_that_was_locked_in_the_meantime_is_reported(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.edit_path(ROW))
    page.type({plan.columns["Budget"]: "1", plan.columns["Notes"]: "Rock"})
    plan.write(ROW, Budget={"formula": "=2+3"})
    told = page.save()
    assert told.status == 422
    assert "“Budget” cannot be changed. A formula calculates this cell: =2+3 You typed: 1" in told.text
    assert told.value(plan.columns["Notes"]) == "Rock"
    assert plan.writes(bob) == []
    assert "1 cell changed" in told.save().text
    assert plan.value(ROW, "Notes") == "Rock"


@pytest.mark.parametrize(
    ("column", "cell", "why"),
    [
        ({"type": "ABSTRACT_DATETIME"}, {}, "You can change these dates of a project plan only in Smartsheet itself."),
        ({"type": "FROM_THE_FUTURE"}, {}, "You can only change cells of this kind in Smartsheet itself."),
        ({}, {"image": {"id": "x"}}, "This cell has a picture, which you can only change in Smartsheet itself."),
    ],
)
def test_kinds_that_the_sandbox_does_not_have(column: dict[str, str], cell: dict[str, object], why: str) -> None:
    sheet = Sheet.parse(
        {
            "id": 1,
            "accessLevel": "OWNER",
            "columns": [{"id": 2, "title": "X", **column}],
            "rows": [{"id": 3, "cells": [{"columnId": 2, **cell}]}],
        }
    )
    assert why_read_only(sheet, sheet.columns[0], sheet.rows[0]) == why


def test_an_access_level_that_is_not_known_allows_nothing_but_looking() -> None:
    sheet = Sheet.parse({"id": 1, "accessLevel": "SUPERVISOR", "columns": [{"id": 2}]})
    assert why_read_only(sheet, sheet.columns[0]).startswith("You can only look")


def test_a_hidden_column_is_not_written_even_if_a_program_sends_it(
    browser: Client, plan: SitePlan, alice: Person, bob: Person
) -> None:
    plan.sandbox.call(alice, "PUT", f"/sheets/{plan.id}/columns/{plan.columns['Notes']}", {"hidden": True})
    path = plan.edit_path(ROW)
    page = Page.of(browser, path, browser.post(path, {f"col-{plan.columns['Notes']}": "Rock"}))
    assert page.status == 422
    assert "“Notes” cannot be changed. It is hidden. You typed: Rock" in page.text
    assert plan.writes(bob) == []
    refused = Entry.objects.get(phase="forbidden")
    assert (refused.column_title, refused.message) == ("Notes", "It is hidden.")
