"""Someone else changes the row while a person has its form open."""

import re

import pytest
from django.test import Client

from audit.models import Entry
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

ROW = "Dig foundations"


@pytest.fixture
def conflict(browser: Client, plan: SitePlan) -> Page:
    """The answer to Bob's save of two cells. Alice changed one of these cells while his form was open."""
    page = Page.open(browser, plan.edit_path(ROW))
    page.type({plan.columns["Status"]: "Blocked", plan.columns["Notes"]: "Rock"})
    plan.write(ROW, Status="Complete")
    return page.save()


def test_a_conflict_has_all_three_values_and_the_person(conflict: Page, plan: SitePlan, bob: Person) -> None:
    assert conflict.status == 409
    assert "Someone else changed these cells while you were editing. Nothing was saved yet." in conflict.text
    told = r"You saw In progress Now Complete \(by Alice Archer, just now, .{4,13}?\) You typed Blocked"
    assert re.search(told, conflict.text)
    assert conflict.value(plan.columns["Status"]) == "Blocked"
    assert conflict.value(plan.columns["Notes"]) == "Rock"
    assert plan.writes(bob) == []
    assert not Entry.objects.intents().exists()


def test_only_the_colliding_cell_has_a_choice(conflict: Page, plan: SitePlan) -> None:
    assert [name for name in conflict.options if name.startswith("choice-")] == [f"choice-col-{plan.columns['Status']}"]


def test_keep_theirs(conflict: Page, plan: SitePlan, bob: Person) -> None:
    assert "1 cell changed" in conflict.choose(plan.columns["Status"], "theirs").save().text
    assert (plan.value(ROW, "Status"), plan.value(ROW, "Notes")) == ("Complete", "Rock")
    assert plan.last_writer(ROW, "Status") == "alice@example.com"


def test_use_mine(conflict: Page, plan: SitePlan, bob: Person) -> None:
    assert "2 cells changed" in conflict.choose(plan.columns["Status"], "mine").save().text
    assert (plan.value(ROW, "Status"), plan.value(ROW, "Notes")) == ("Blocked", "Rock")
    intent = Entry.objects.intents().get(column_title="Status")
    assert (intent.old, intent.new) == ('"Complete"', '"Blocked"')


def test_without_a_choice_nothing_is_overwritten(conflict: Page, plan: SitePlan, bob: Person) -> None:
    again = conflict.save()
    assert again.status == 409
    assert "You saw In progress Now Complete" in again.text
    assert plan.writes(bob) == []
    assert "2 cells changed" in again.choose(plan.columns["Status"], "mine").save().text


def test_edit_by_hand(conflict: Page, plan: SitePlan, bob: Person) -> None:
    conflict.choose(plan.columns["Status"], "mine").type({plan.columns["Status"]: "Not started"})
    assert "2 cells changed" in conflict.save().text
    assert plan.value(ROW, "Status") == "Not started"


def test_a_second_change_is_a_second_conflict(conflict: Page, plan: SitePlan, bob: Person) -> None:
    plan.write(ROW, Status="Not started")
    again = conflict.choose(plan.columns["Status"], "mine").save()
    assert again.status == 409
    assert "You saw Complete Now Not started" in again.text
    assert plan.writes(bob) == []


def test_cells_that_do_not_collide_do_not_conflict(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"})
    plan.write(ROW, Status="Complete", Budget=1)
    assert "1 cell changed" in page.save().text
    assert (plan.value(ROW, "Status"), plan.value(ROW, "Budget")) == ("Complete", 1)


def test_the_same_value_by_both_is_no_conflict_and_nothing_to_send(
    browser: Client, plan: SitePlan, bob: Person
) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Status"]: "Complete"})
    plan.write(ROW, Status="Complete")
    assert "the row already has the values that you typed" in page.save().text
    assert plan.writes(bob) == []
    assert plan.last_writer(ROW, "Status") == "alice@example.com"
    assert not Entry.objects.intents().exists()


def test_changed_there_and_back_is_no_conflict(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Status"]: "Blocked"})
    plan.write(ROW, Status="Complete")
    plan.write(ROW, Status="In progress")
    assert "1 cell changed" in page.save().text


@pytest.mark.parametrize(
    ("column", "typed", "theirs", "words"),
    [
        ("Done", ["on"], {"value": "half of it", "strict": False}, "You saw not checked Now half of it"),
        ("Start", "2026-02-01", {"value": "2026-03-01"}, "You saw 12/01/2026 Now 01/03/2026"),
        ("Start", "2026-02-01", {"value": "later", "strict": False}, "You saw 12/01/2026 Now later"),
        ("Budget", "2", {"value": ""}, "You saw 38000 Now empty"),
        ("Equipment", ["Crane"], {"value": ""}, "You saw Excavator, Lorry Now empty"),
        (
            "Team",
            "alice@example.com",
            {"objectValue": {"objectType": "MULTI_CONTACT", "values": [{"objectType": "CONTACT", "email": "x@y.org"}]}},
            "You saw Bob Baker, Alice Archer Now x@y.org",
        ),
    ],
)
def test_every_type_can_conflict_and_be_resolved(
    browser: Client, plan: SitePlan, bob: Person, column: str, typed: str | list[str], theirs: object, words: str
) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns[column]: typed})
    plan.write(ROW, **{column: theirs})
    now = plan.value(ROW, column)
    page = page.save()
    assert page.status == 409
    assert words in page.text
    saved = page.choose(plan.columns[column], "theirs").save()
    assert saved.was_redirected, saved.text
    assert "you changed no cell" in saved.text
    assert plan.value(ROW, column) == now
    assert plan.writes(bob) == []


@pytest.mark.parametrize(
    ("column", "theirs", "control"), [("Start", "when it is dry", "textarea"), ("Done", "half of it", "select")]
)
def test_a_text_of_someone_else_gets_a_control_that_shows_it(
    conflict: Page, plan: SitePlan, column: str, theirs: str, control: str
) -> None:
    """Someone else wrote a text into a date or check box cell. The form shows the text in another control, because a
    date picker or a check box would be empty, and the next save would delete the text.
    """
    plan.write(ROW, **{column: {"value": theirs, "strict": False}})
    page, name = conflict.save(), f"col-{plan.columns[column]}"
    assert (page.status, page.kinds[name], page.fields[name]) == (409, control, [theirs])
    assert "2 cells changed" in page.choose(plan.columns["Status"], "mine").save().text
    assert plan.value(ROW, column) == theirs


@pytest.mark.parametrize(
    ("column", "typed", "theirs", "control"),
    [("Start", "2026-02-01", "when it is dry", "textarea"), ("Done", ["on"], "half of it", "select")],
)
def test_so_does_one_that_was_chosen_on_a_page_with_another_error(
    browser: Client, plan: SitePlan, column: str, typed: str | list[str], theirs: str, control: str
) -> None:
    notes, name = plan.columns["Notes"], f"col-{plan.columns[column]}"
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns[column]: typed})
    plan.write(ROW, **{column: {"value": theirs, "strict": False}})
    page = page.save().choose(plan.columns[column], "theirs").type({notes: "x" * 5_000}).save()
    assert (page.status, page.kinds[name], page.fields[name]) == (422, control, [theirs])
    assert "1 cell changed" in page.type({notes: "Rock"}).save().text
    assert plan.value(ROW, column) == theirs


def test_an_empty_choice_that_someone_filled_conflicts(browser: Client, plan: SitePlan, bob: Person) -> None:
    plan.write(ROW, Equipment="")
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Equipment"]: ["Crane"]})
    plan.write(ROW, Equipment={"objectValue": {"objectType": "MULTI_PICKLIST", "values": ["Lorry"]}})
    page = page.save()
    assert "You saw empty Now Lorry" in page.text
    assert "1 cell changed" in page.choose(plan.columns["Equipment"], "mine").save().text
    assert plan.value(ROW, "Equipment") == ["Crane"]


def test_without_the_history_the_conflict_is_told_all_the_same(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Status"]: "Blocked"})
    plan.write(ROW, Status="Complete")
    plan.sandbox.fault(operation="cellHistory-get", person=bob.id, status=403, times=0)
    page = page.save()
    assert page.status == 409
    assert "Now Complete You typed Blocked" in page.text


def test_a_program_that_sends_no_initial_value_meets_the_cell_as_it_is(
    browser: Client, plan: SitePlan, bob: Person
) -> None:
    plan.write(ROW, Status="Complete")
    answer = browser.post(plan.edit_path(ROW), {f"col-{plan.columns['Status']}": "Blocked"})
    assert answer.status_code == 302
    assert plan.value(ROW, "Status") == "Blocked"
    assert plan.value(ROW, "Done") is False
    assert plan.value(ROW, "Equipment") == ["Excavator", "Lorry"]
    assert [entry.column_title for entry in Entry.objects.intents()] == ["Status"]


def test_unchanged_cells_show_their_current_values(browser: Client, plan: SitePlan, bob: Person) -> None:
    """After a conflict, the cells that Bob didn't change show their current values. If they showed old values, it would
    look as if saving wrote these old values.
    """
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Status"]: "Blocked"})
    plan.write(ROW, Status="Complete", Notes="Sand", Done=True)
    page = page.save()
    assert page.status == 409
    assert (page.value(plan.columns["Notes"]), page.value(plan.columns["Done"])) == ("Sand", "true")
    assert "1 cell changed" in page.choose(plan.columns["Status"], "mine").save().text
    assert (plan.value(ROW, "Notes"), plan.value(ROW, "Done")) == ("Sand", True)
