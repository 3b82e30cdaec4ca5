"""Undoing a change from the log is an ordinary edit, in the name of the person who undoes it. Undoing is possible only
while the cell has the value that the change wrote.
"""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from audit.changes import LoggedChange, with_outcomes
from audit.models import Entry
from audit.recording import Actor
from audit.vocabulary import Action, Origin, Phase
from edits.rows.undo_views import UNDOING
from edits.saving import (
    AddRow,
    CellChange,
    DeleteRow,
    MoveRow,
    Place,
    RowChange,
    idempotency,
    read,
    save,
    undo,
)
from edits.widgets.problems import INSTEAD, LOOK_FIRST, NOT_THERE
from tests.edits.browser import Page
from tests.edits.conftest import SignIn
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

TASK = "Dig foundations"
STATUS = "Status"


@pytest.fixture
def edited(browser: Client, plan: SitePlan) -> Entry:
    """Bob's change of a status from "In progress" to "Blocked"."""
    return changed(browser, plan, STATUS, "Blocked")


def changed(browser: Client, plan: SitePlan, column: str, value: str | list[str] | None) -> Entry:
    page = Page.open(browser, plan.edit_path(TASK)).type({plan.columns[column]: value}).save()
    assert page.was_redirected, page.text
    entry = Entry.objects.intents().last()
    assert entry
    return entry


def undo_page(browser: Client, entry: Entry) -> Page:
    return Page.open(browser, f"/sheets/undo/{entry.pk}/")


def key_of(page: Page) -> str:
    found = re.search(r'name="once" value="([^"]+)"', page.html)
    assert found, page.text
    return found[1]


def put_back(browser: Client, entry: Entry, key: str | None = None) -> Page:
    path = f"/sheets/undo/{entry.pk}/"
    answer = browser.post(path, {"once": key or key_of(undo_page(browser, entry))}, follow=True)
    return Page.of(browser, path, answer)


def newest() -> LoggedChange:
    (change,) = with_outcomes([Entry.objects.intents().latest("id")])
    return change


def test_it_asks_and_shows_now_and_then(browser: Client, plan: SitePlan, bob: Person, edited: Entry) -> None:
    assert f"/sheets/undo/{edited.pk}/" in browser.get(f"/audit/{edited.pk}/").content.decode()
    page = undo_page(browser, edited)
    assert "Now Blocked Before this change In progress" in page.text
    assert "in the name of Bob Baker" in page.text
    assert len(plan.writes(bob)) == 1


def test_it_puts_the_old_value_back_in_ones_own_name_and_both_say_so(
    browser: Client, plan: SitePlan, bob: Person, edited: Entry
) -> None:
    page = put_back(browser, edited)
    assert "Undone: Status of “Dig foundations” is “In progress” again" in page.text
    assert plan.value(TASK, STATUS) == "In progress"
    assert plan.last_writer(TASK, STATUS) == bob.email
    change = newest()
    assert (change.intent.origin, change.intent.refers_to, change.phase) == (Origin.UNDO, edited.pk, Phase.APPLIED)
    assert (change.intent.old, change.new) == ('"Blocked"', '"In progress"')
    assert f"entry {change.intent.pk}" in browser.get(f"/audit/{edited.pk}/").content.decode()
    assert f"entry {edited.pk}" in browser.get(f"/audit/{change.intent.pk}/").content.decode()


def test_an_undone_change_cannot_be_undone_again(browser: Client, plan: SitePlan, edited: Entry) -> None:
    put_back(browser, edited)
    assert f"/sheets/undo/{edited.pk}/" not in browser.get(f"/audit/{edited.pk}/").content.decode()
    undoing = newest().intent.pk
    assert f"/sheets/undo/{undoing}/" in browser.get(f"/audit/{undoing}/").content.decode()


def test_an_undo_can_be_undone(browser: Client, plan: SitePlan, edited: Entry) -> None:
    put_back(browser, edited)
    put_back(browser, newest().intent)
    assert plan.value(TASK, STATUS) == "Blocked"


def test_pressing_twice_undoes_once(browser: Client, plan: SitePlan, bob: Person, edited: Entry) -> None:
    key = key_of(undo_page(browser, edited))
    put_back(browser, edited, key)
    page = put_back(browser, edited, key)
    assert "You sent this change twice. It was made only once, the first time." in page.text
    assert len(plan.writes(bob)) == 2


def test_cells_changed_since_are_not_undone(browser: Client, plan: SitePlan, bob: Person, edited: Entry) -> None:
    key = key_of(undo_page(browser, edited))
    plan.write(TASK, Status="Complete")
    for page in (undo_page(browser, edited), put_back(browser, edited, key)):
        assert "The cell was changed again Alice Archer changed the cell" in page.text
        assert "The cell is now Complete. The change that you want to undo set the cell to Blocked" in page.text
    assert page.status == 409
    assert plan.value(TASK, STATUS) == "Complete"
    assert len(plan.writes(bob)) == 1


def test_only_people_who_can_edit_the_cell_can_undo_it(
    plan: SitePlan, edited: Entry, sign_in: SignIn, alice: Person, sandbox: RunningSandbox
) -> None:
    other = Client()
    sign_in(other, sandbox.people()["charlie"])
    page = undo_page(other, edited)
    assert "This cannot be undone" in page.text
    assert "ask the owner of the sheet to share it with you as an editor" in page.text
    refused = other.post(f"/sheets/undo/{edited.pk}/")
    assert refused.status_code == 409
    assert plan.value(TASK, STATUS) == "Blocked"
    sign_in(other, alice)
    put_back(other, edited)
    assert plan.value(TASK, STATUS) == "In progress"
    assert plan.last_writer(TASK, STATUS) == alice.email
    assert newest().intent.actor_id == alice.id


def test_a_sheet_that_one_cannot_open_is_as_if_it_were_not_there(
    plan: SitePlan, edited: Entry, sign_in: SignIn, charlie: Person
) -> None:
    plan.unshare(charlie)
    stranger = Client()
    sign_in(stranger, charlie)
    assert stranger.get(f"/sheets/undo/{edited.pk}/").status_code == 404
    assert stranger.post(f"/sheets/undo/{edited.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("column", "value"),
    [("Spent", "24250.5"), ("Notes", "Rock at 2 m"), ("Start", "2026-12-24")],
)
def test_every_kind_of_value_comes_back_as_it_was(browser: Client, plan: SitePlan, column: str, value: str) -> None:
    before = plan.cell(TASK, column).get("value")
    entry = changed(browser, plan, column, value)
    assert plan.cell(TASK, column).get("value") != before
    put_back(browser, entry)
    assert plan.cell(TASK, column).get("value") == before


@pytest.mark.parametrize("text", ["42", "5", "1.10"])
def test_fault_6_digits_that_were_text_come_back_as_text(browser: Client, plan: SitePlan, text: str) -> None:
    plan.write(TASK, Notes=text)
    put_back(browser, changed(browser, plan, "Notes", "Rock"))
    assert plan.value(TASK, "Notes") == text


def test_for_a_deleted_row_a_new_one_is_added_with_its_values(
    browser: Client, plan: SitePlan, sandbox: RunningSandbox, bob: Person
) -> None:
    before = {title: plan.cell(TASK, title).get("value") for title in plan.columns}
    browser.post(plan.delete_path(TASK))
    deleted = Entry.objects.intents().filter(action=Action.DELETE).first()
    assert deleted
    page = undo_page(browser, deleted)
    assert "Smartsheet can't restore the deleted row itself" in page.text
    assert "doesn't get the values" not in page.text
    assert (
        "Undone: the deleted row “Dig foundations” is in the sheet again, as a new row"
        in put_back(browser, deleted).text
    )
    change = newest()
    assert (change.intent.action, change.intent.refers_to) == (Action.ADD, deleted.pk)
    row = next(row for row in sandbox.sheet(bob, plan.name)["rows"] if row["id"] == change.row_id)
    after = {cell["columnId"]: cell.get("value") for cell in row["cells"]}
    for title in ("Task", "Status", "Health", "Start", "Responsible", "Trade", "Budget", "Spent"):
        assert after[plan.columns[title]] == before[title], title
    page = undo_page(browser, deleted)
    assert undo.ADDED_AGAIN in page.text
    assert browser.post(f"/sheets/undo/{deleted.pk}/").status_code == 409
    assert plan.labels().count(TASK) == 1


def test_an_unsaved_change_cannot_be_undone(browser: Client, plan: SitePlan, sandbox: RunningSandbox) -> None:
    page = Page.open(browser, plan.edit_path(TASK)).type({plan.columns[STATUS]: "Blocked"})
    sandbox.fault(method="PUT", status=400, errorCode=1041, times=1)
    page.save()
    refused = Entry.objects.intents().latest("id")
    assert undo.NOT_SAVED in undo_page(browser, refused).text


def test_a_deleted_row_is_reported(browser: Client, plan: SitePlan, edited: Entry) -> None:
    plan.delete(TASK)
    page = undo_page(browser, edited)
    assert "This cannot be undone" in page.text
    assert "This row no longer exists" in page.text


def test_fault_7_a_refusal_names_the_column_by_its_title(
    browser: Client, plan: SitePlan, sandbox: RunningSandbox, edited: Entry
) -> None:
    key = key_of(undo_page(browser, edited))
    told = f"The value for cell in column {plan.columns[STATUS]} did not conform."
    sandbox.fault(method="PUT", status=400, errorCode=1042, message=told, times=1)
    page = put_back(browser, edited, key)
    assert "The value for cell in column “Status” did not conform." in page.text
    assert "Change the cell in the row's form instead." in page.text
    assert "Correct it" not in page.text


def test_the_page_of_one_deletion_lists_the_values_of_the_new_row(browser: Client, plan: SitePlan) -> None:
    number = plan.value("Drainage runs", "No.")
    Page.open(browser, plan.delete_path("Drainage runs")).save()
    page = undo_page(browser, Entry.objects.intents().latest("id"))
    assert "Values of the new row Task Drainage runs " in page.text
    assert "Start 19/01/2026 Finish 28/01/2026 " in page.text
    assert "Created" not in page.text
    assert "<del" not in page.html
    assert f"Smartsheet gives the new row another number in “No.”. The old number was {number}." in page.text


def test_the_page_of_an_addition_lists_values_like_the_page_of_a_deletion(browser: Client, plan: SitePlan) -> None:
    titles = {title: plan.columns[title] for title in ("Task", "Start", "Done")}
    page = Page.open(browser, plan.add_path).type({titles["Task"]: "Roof", titles["Start"]: "2026-01-07"})
    page.type({titles["Done"]: ["on"]}).send()
    entry = Entry.objects.intents().latest("id")
    page = undo_page(browser, entry)
    assert "Values of the row Task Roof Done checked Start 07/01/2026 " in page.text
    assert "<ins" not in page.html
    edit_page = Page.open(browser, f"/sheets/undo/edit/{entry.edit_id}/")
    assert "Task: Roof; Done: checked; Start: 07/01/2026" in edit_page.text


def test_long_values_of_an_edits_rows_are_linked_to_the_log(browser: Client, plan: SitePlan) -> None:
    task, notes = plan.columns["Task"], plan.columns["Notes"]
    Page.open(browser, plan.add_path).type({task: "Roof", notes: "wet " * 80}).send()
    entry = Entry.objects.intents().latest("id")
    page = Page.open(browser, f"/sheets/undo/edit/{entry.edit_id}/")
    assert f'href="/audit/{entry.pk}/">All values in the log' in page.html


def row_change(browser: Client, plan: SitePlan, bob: Person, action: Action) -> Entry:
    """Add, delete or move a row. Return the intent."""
    user, row_id = User.objects.get(smartsheet__smartsheet_id=bob.id), plan.rows["Drainage runs"]
    baseline = read(user, plan.id, row_ids=[row_id], with_descendants=True)
    changes: dict[Action, RowChange] = {
        Action.ADD: AddRow((CellChange(plan.columns["Task"], None, "Roof"),)),
        Action.DELETE: DeleteRow(row_id),
        Action.MOVE: MoveRow(row_id, Place()),
    }
    save(baseline, [changes[action]]).raise_error()
    return Entry.objects.intents().latest("id")


@pytest.mark.parametrize("action", [Action.ADD, Action.DELETE, Action.MOVE])
def test_the_advice_after_a_failed_undo_of_a_row_is_about_rows(
    browser: Client, plan: SitePlan, sandbox: RunningSandbox, bob: Person, action: Action
) -> None:
    entry = row_change(browser, plan, bob, action)
    key = key_of(undo_page(browser, entry))
    idempotency.claim(key, actor=Actor(id=bob.id, region="sandbox", name=bob.name, email=bob.email), digest="0" * 64)
    pages = [put_back(browser, entry, key)]
    assert "You pressed the button twice" in pages[0].text
    for fault in ({"status": 400, "errorCode": 1042, "message": "Not today.", "times": 2}, {"drop": "before"}):
        sandbox.fault(method={"add": "DELETE", "delete": "POST", "move": "PUT"}[action], path="/rows", **fault)
        pages.append(put_back(browser, entry))
        sandbox.end_faults()
    assert [page.status for page in pages] == [409, 422, 502]
    for page, advice in zip(pages, (NOT_THERE, INSTEAD, LOOK_FIRST), strict=True):
        assert advice[UNDOING[action]] in page.text
        assert "cell" not in page.text
        assert "save again" not in page.text


def test_the_error_of_a_linked_cell_does_not_become_a_text(
    browser: Client, plan: SitePlan, sandbox: RunningSandbox, alice: Person
) -> None:
    budget = SitePlan(sandbox, alice, "Budget")
    budget.write("Contingency", Amount={"formula": "=1 / 0"})
    ids = {"sheetId": budget.id, "rowId": budget.rows["Contingency"], "columnId": budget.columns["Amount"]}
    plan.write("Drainage runs", Approved={"value": None, "linkInFromCell": ids})
    assert plan.value("Drainage runs", "Approved") == "#DIVIDE BY ZERO"
    assert Page.open(browser, plan.delete_path("Drainage runs")).save().was_redirected
    put_back(browser, Entry.objects.intents().latest("id"))
    again = SitePlan(sandbox, alice)
    assert again.value("Drainage runs", "Notes") == "Waiting for the pipe delivery"
    assert again.value("Drainage runs", "Approved") is None


def test_the_page_lists_what_the_new_rows_get_and_nothing_that_smartsheet_fills_in(
    browser: Client, plan: SitePlan, bob: Person
) -> None:
    user = User.objects.get(smartsheet__smartsheet_id=bob.id)
    row_id = plan.rows["Preparation"]
    result = save(read(user, plan.id, row_ids=[row_id], with_descendants=True), [DeleteRow(row_id)])
    result.raise_error()
    page = Page.open(browser, f"/sheets/undo/edit/{result.edit_ids[0]}/").text
    assert "Task: Preparation; " in page
    assert "Survey and set out Task: Survey and set out; Status: Complete; " in page
    assert "Start: 05/01/2026; " in page
    for title in ("Created:", "Modified by:", "No.:"):
        assert title not in page
