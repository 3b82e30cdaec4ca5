"""The form for a new row."""

import json

from django.test import Client

from audit.changes import with_outcomes
from audit.models import Entry
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person


def test_a_row_is_added_at_the_bottom_in_the_persons_name(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.add_path)
    columns = plan.columns
    page.type(
        {
            columns["Task"]: "Paint the walls",
            columns["Status"]: "Not started",
            columns["Done"]: ["on"],
            columns["Start"]: "2026-05-04",
            columns["Responsible"]: "bob@example.com",
            columns["Team"]: "bob@example.com\nalice@example.com",
            columns["Equipment"]: ["Lorry", "Crane"],
            columns["Budget"]: "1200",
        }
    )
    page = page.save()
    assert "Row added" in page.text
    assert plan.labels()[-1] == "Paint the walls"
    (write,) = plan.writes(bob)
    assert write["operation"] == "rows-addToSheet"

    plan = SitePlan(plan.sandbox, plan.person)
    row = "Paint the walls"
    assert plan.value(row, "Team") == ["bob@example.com", "alice@example.com"]
    assert plan.value(row, "Done") is True
    assert plan.value(row, "Budget") == 1200
    assert plan.last_writer(row, "Task") == bob.email

    (change,) = with_outcomes(Entry.objects.intents())
    assert (change.phase, change.row_id, change.row_label) == ("applied", plan.rows[row], row)
    assert (change.intent.action, change.intent.actor_id, change.intent.row_id) == ("add", bob.id, None)
    assert json.loads(change.intent.new or "") == {
        "Task": row,
        "Status": "Not started",
        "Done": True,
        "Start": "2026-05-04",
        "Responsible": "bob@example.com",
        "Team": ["bob@example.com", "alice@example.com"],
        "Equipment": ["Lorry", "Crane"],
        "Budget": 1200,
    }
    assert change.stored is None


def test_an_empty_row_is_not_added(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.add_path).save()
    assert (page.status, "Fill in at least one cell." in page.text) == (422, True)
    assert plan.writes(bob) == []


def test_the_first_row_of_an_empty_sheet(browser: Client, plan: SitePlan, bob: Person) -> None:
    empty = SitePlan(plan.sandbox, plan.person, "Empty sheet")
    assert "This sheet has no rows yet" in Page.open(browser, empty.path).text
    page = Page.open(browser, empty.add_path).type({empty.columns["Name"]: "First"}).save()
    assert "Row added" in page.text
    assert "First" in page.text
    assert empty.labels() == ["First"]


def test_columns_filled_by_smartsheet_are_not_in_the_form(browser: Client, plan: SitePlan) -> None:
    page = Page.open(browser, plan.add_path)
    for title in ("No.", "Remaining", "Permit no.", "Created", "Modified by"):
        assert f"col-{plan.columns[title]}" not in page.kinds


def test_the_new_row_can_be_edited_and_says_who_added_it_to_the_log(
    browser: Client, plan: SitePlan, bob: Person
) -> None:
    Page.open(browser, plan.add_path).type({plan.columns["Task"]: "Paint"}).send()
    plan = SitePlan(plan.sandbox, plan.person)
    page = Page.open(browser, plan.edit_path("Paint")).type({plan.columns["Budget"]: "5"}).save()
    assert "1 cell changed" in page.text
    assert plan.value("Paint", "Budget") == 5
