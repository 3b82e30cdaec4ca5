"""What cannot be changed is shown as text with the reason, and is not written even when a program asks for it."""

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
    (ROW, "No.", "Smartsheet fills this in itself."),
    (ROW, "Created", "Smartsheet fills this in itself."),
    (ROW, "Modified by", "Smartsheet fills this in itself."),
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
def test_a_program_that_writes_to_it_is_told_why_not(
    browser: Client, plan: SitePlan, bob: Person, row: str, column: str, why: str
) -> None:
    path = plan.edit_path(row)
    page = Page.of(browser, path, browser.post(path, {f"col-{plan.columns[column]}": "99"}))  # type: ignore[arg-type] # the test client's response class
    assert page.status == 422
    assert f"“{column}” cannot be changed. {why} You typed: 99" in page.text
    assert plan.writes(bob) == []
    assert not Entry.objects.intents().exists()


def test_admins_may_change_what_is_locked_for_others(
    client: Client, db: None, sign_in: SignIn, plan: SitePlan, alice: Person
) -> None:
    sign_in(client, alice)
    page = Page.open(client, plan.edit_path("Final account"))
    page.type({plan.columns["Permit no."]: "B-1", plan.columns["Notes"]: "Done"}).send()
    assert plan.value("Final account", "Permit no.") == "B-1"
    assert plan.value("Final account", "Notes") == "Done"
    assert "This row is locked for others; you are an admin of the sheet." in Page.open(client, plan.path).text


@pytest.mark.parametrize(("name", "may"), [("charlie", "only look"), ("dora", "look and comment")])
def test_who_may_only_look_sees_why_and_no_buttons(
    client: Client, db: None, sign_in: SignIn, sandbox: RunningSandbox, plan: SitePlan, name: str, may: str
) -> None:
    person = sandbox.people()[name]
    sign_in(client, person)
    sheet = Page.open(client, plan.path)
    assert f"You can {may}: ask the owner of the sheet to share it with you as an editor." in sheet.text
    assert "/edit/" not in sheet.html
    assert "/delete/" not in sheet.html
    assert "Add row" not in sheet.text

    form = Page.open(client, plan.edit_path(ROW))
    assert "There is nothing here that you can change." in form.text
    assert not any(name.startswith("col-") for name in form.fields)
    answer = client.post(plan.edit_path(ROW), {f"col-{plan.columns['Notes']}": "mine"})
    assert answer.status_code == 422
    assert client.post(plan.add_path, {f"col-{plan.columns['Task']}": "mine"}).status_code == 422
    assert plan.writes(person) == []


def test_a_cell_that_was_locked_meanwhile_is_not_dropped_without_a_word(
    browser: Client, plan: SitePlan, bob: Person
) -> None:
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
        ({"type": "DURATION"}, {"value": "4d"}, "Durations are changed in Smartsheet itself."),
        ({"type": "PREDECESSOR"}, {"value": "12FS"}, "Predecessors are changed in Smartsheet itself."),
        ({"type": "ABSTRACT_DATETIME"}, {}, "The dates of a project plan are changed in Smartsheet itself."),
        ({"type": "FROM_THE_FUTURE"}, {}, "Cells of this kind are changed in Smartsheet itself."),
        ({}, {"image": {"id": "x"}}, "This cell holds a picture, which is changed in Smartsheet itself."),
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
