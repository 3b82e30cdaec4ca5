"""A value of each column type is typed in the form, saved with the person's token, read back, and logged."""

import json
from typing import Any

import pytest
from django.test import Client

from audit.changes import with_outcomes
from audit.models import Entry
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

ROW = "Dig foundations"
CRANE = {"objectType": "MULTI_PICKLIST", "values": ["Crane"]}

EDITS: list[tuple[str, Any, Any, Any]] = [
    # column, typed text, new value in Smartsheet, old value
    ("Task", "Dig the foundations", "Dig the foundations", "Dig foundations"),
    ("Status", "Blocked", "Blocked", "In progress"),
    ("Status", "", None, "In progress"),
    ("Health", "Yellow", "Yellow", "Green"),
    ("Done", ["on"], True, False),
    ("At risk", ["on"], True, False),
    ("Start", "2026-02-28", "2026-02-28", "2026-01-12"),
    ("Start", "", None, "2026-01-12"),
    ("Responsible", "alice@example.com", "alice@example.com", "bob@example.com"),
    ("Responsible", "somebody.new@example.org", "somebody.new@example.org", "bob@example.com"),
    ("Responsible", "", None, "bob@example.com"),
    ("Team", ["alice@example.com", "new@example.org"], ["alice@example.com", "new@example.org"], None),
    ("Team", None, None, None),
    ("Trade", "Concrete", "Concrete", "Earthworks"),
    ("Equipment", ["Crane"], ["Crane"], ["Excavator", "Lorry"]),
    ("Equipment", ["Excavator", "Crane", "Lorry"], ["Excavator", "Crane", "Lorry"], ["Excavator", "Lorry"]),
    ("Equipment", None, None, ["Excavator", "Lorry"]),
    ("Budget", "41500", 41500.0, 38000),
    ("Budget", "41500.5", 41500.5, 38000),
    ("Budget", "-0.75", -0.75, 38000),
    ("Budget", "12.50", 12.5, 38000),
    ("Budget", "9007199254740992", 9007199254740992.0, 38000),
    ("Budget", "$38,500", 38500.0, 38000),
    ("Budget", "'007", "007", 38000),
    ("Budget", "'1.10", "1.10", 38000),
    ("Budget", "", None, 38000),
    ("Notes", "=1+1", "=1+1", None),
    ("Notes", "  kept as it is ", "  kept as it is ", None),
    ("Notes", "<b>Grüße</b> & 引き渡し 👷", "<b>Grüße</b> & 引き渡し 👷", None),
]


@pytest.mark.parametrize(("column", "typed", "held", "old"), EDITS)
def test_a_cell_of_each_type_is_changed(
    browser: Client, plan: SitePlan, bob: Person, column: str, typed: Any, held: Any, old: Any
) -> None:
    before = plan.value(ROW, column)
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns[column]: typed}).save()
    assert page.was_redirected, page.text
    assert "1 cell changed" in page.text
    after = plan.value(ROW, column)
    assert (after, type(after)) == (held, type(held))
    assert plan.last_writer(ROW, column) == bob.email
    (write,) = plan.writes(bob)
    assert write["operation"] == "update-rows"

    (change,) = with_outcomes(Entry.objects.intents())
    assert change.phase == "applied"
    assert change.stored is None
    assert (change.intent.actor_id, change.intent.actor_name, change.intent.actor_email) == (
        bob.id,
        bob.name,
        bob.email,
    )
    assert (change.intent.sheet_id, change.intent.row_id, change.intent.column_id) == (
        plan.id,
        plan.rows[ROW],
        plan.columns[column],
    )
    assert (change.intent.row_label, change.intent.column_title) == (ROW, column)
    assert _json(change.intent.new) == held
    assert (_json(change.intent.old) or None) == (before or None)
    if old is not None:
        assert (before or False) == old


@pytest.mark.parametrize(
    "typed", ["9007199254740993", "007", "1,5", "1e5", "0.12345678901234567890", "about 40000", "38500,5", "38.500,50"]
)
def test_fault_5_a_number_becomes_text_only_once_that_is_confirmed(
    browser: Client, plan: SitePlan, bob: Person, typed: str
) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Budget"]: typed}).save()
    assert (page.status, page.value(plan.columns["Budget"])) == (422, typed)
    assert "It would be text, which sums leave out." in page.text
    assert plan.writes(bob) == []
    assert "1 cell changed" in page.confirm().save().text
    assert plan.value(ROW, "Budget") == typed


def test_fault_17_an_answer_without_a_value_is_no_emptied_cell(
    browser: Client, plan: SitePlan, sandbox: RunningSandbox, bob: Person
) -> None:
    Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Equipment"]: ["Crane"]}).send()
    sent = {"cells": [{"columnId": plan.columns["Equipment"], "objectValue": CRANE}], "id": plan.rows[ROW]}
    answer = sandbox.call(bob, "PUT", f"/sheets/{plan.id}/rows", [sent])["result"][0]["cells"]
    (cell,) = (cell for cell in answer if cell["columnId"] == plan.columns["Equipment"])
    assert "value" not in cell, "the sandbox answers as Smartsheet does"
    (change,) = with_outcomes(Entry.objects.intents())
    assert (change.phase, change.stored) == ("applied", None)
    assert _json(change.new) == ["Crane"]


def test_several_cells_go_in_one_write_and_no_others(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.edit_path(ROW))
    page.type({plan.columns["Status"]: "Blocked", plan.columns["Budget"]: "1", plan.columns["Notes"]: "Rock"})
    assert "3 cells changed" in page.save().text
    assert len(plan.writes(bob)) == 1
    for column in ("Status", "Budget", "Notes"):
        assert plan.last_writer(ROW, column) == bob.email
    assert plan.last_writer(ROW, "Task") != bob.email
    assert {entry.column_title for entry in Entry.objects.intents()} == {"Status", "Budget", "Notes"}


def test_nothing_is_sent_when_nothing_was_changed(browser: Client, plan: SitePlan, bob: Person) -> None:
    for row in (ROW, "Übergabe – 引き渡し", "Inspection by the building authority", "Structure", ""):
        page = Page.open(browser, plan.edit_path(row)).save()
        assert "you changed no cell" in page.text
    assert plan.writes(bob) == []
    assert not Entry.objects.intents().exists()


def test_an_untouched_cell_of_several_lines_is_not_changed(browser: Client, plan: SitePlan, bob: Person) -> None:
    row = "Übergabe – 引き渡し"
    page = Page.open(browser, plan.edit_path(row))
    assert page.kinds[f"col-{plan.columns['Notes']}"] == "textarea"
    before = plan.value(row, "Notes")
    assert "\n" in before
    page.type({plan.columns["Start"]: "2026-05-01"}).send()
    assert plan.value(row, "Notes") == before
    assert [entry.column_title for entry in Entry.objects.intents()] == ["Start"]


def test_lines_that_end_as_windows_has_it_are_not_a_change_either(browser: Client, plan: SitePlan, bob: Person) -> None:
    plan.write(ROW, Notes="one\r\ntwo\r\nthree")
    Page.open(browser, plan.edit_path(ROW)).send()
    assert plan.writes(bob) == []


def test_text_in_a_date_column_is_kept_until_it_is_changed(browser: Client, plan: SitePlan, bob: Person) -> None:
    plan.write(ROW, Start={"value": "as soon as possible", "strict": False})
    page = Page.open(browser, plan.edit_path(ROW))
    assert page.value(plan.columns["Start"]) == "as soon as possible"
    page.type({plan.columns["Notes"]: "Rock"}).send()
    assert plan.value(ROW, "Start") == "as soon as possible"

    refused = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Start"]: "sooner"}).save()
    assert (refused.status, refused.value(plan.columns["Start"])) == (422, "sooner")
    assert "“sooner” isn't a date such as 2026-11-30 or 30/11/2026." in refused.text
    assert "1 cell changed" in refused.type({plan.columns["Start"]: "2026-03-01"}).save().text
    assert plan.value(ROW, "Start") == "2026-03-01"


@pytest.mark.parametrize(("typed", "held"), [("true", True), ("false", False)])
def test_text_in_a_checkbox_column_is_kept_until_it_is_changed(
    browser: Client, plan: SitePlan, bob: Person, typed: str, held: bool
) -> None:
    plan.write(ROW, Done={"value": "half of it", "strict": False})
    page = Page.open(browser, plan.edit_path(ROW))
    assert page.value(plan.columns["Done"]) == "half of it"
    page.type({plan.columns["Notes"]: "Rock"}).send()
    assert plan.value(ROW, "Done") == "half of it"
    Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Done"]: typed}).send()
    assert plan.value(ROW, "Done") is held


def test_a_value_that_is_no_option_any_more_is_kept(browser: Client, plan: SitePlan, bob: Person) -> None:
    plan.write(ROW, Trade={"value": "Landscaping", "strict": False})
    page = Page.open(browser, plan.edit_path(ROW))
    assert page.value(plan.columns["Trade"]) == "Landscaping"
    assert page.type({plan.columns["Notes"]: "Rock"}).save().was_redirected
    assert plan.value(ROW, "Trade") == "Landscaping"


def test_a_text_in_a_contact_column_is_kept(browser: Client, plan: SitePlan, bob: Person) -> None:
    plan.write(ROW, Responsible={"value": "the crane driver", "strict": False})
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"}).save()
    assert page.was_redirected
    assert plan.value(ROW, "Responsible") == "the crane driver"


def test_the_names_of_contacts_survive_when_one_is_added(browser: Client, plan: SitePlan, bob: Person) -> None:
    contacts = [{"objectType": "CONTACT", "email": "x@example.org", "name": "Xaver from the quarry"}]
    plan.write(ROW, Team={"objectValue": {"objectType": "MULTI_CONTACT", "values": contacts}})
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Team"]: ["x@example.org"]})
    page.add(plan.columns["Team"], "bob@example.com").send()
    assert plan.cell(ROW, "Team")["value"] == "Xaver from the quarry, Bob Baker"


def _json(text: str | None) -> Any:
    return None if text is None else json.loads(text)
