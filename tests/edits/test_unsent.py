"""Changes that this app doesn't send to Smartsheet are logged too, before the person sees the answer."""

import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from audit.models import Entry, PersonalText
from edits.sheets.personal_columns import PersonalColumn
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

pytestmark = pytest.mark.django_db(transaction=True)
ROW = "Dig foundations"
SignIn = Callable[[Client, Person], None]


def entries(phase: str) -> list[Entry]:
    return list(Entry.objects.filter(phase=phase).order_by("id"))


def clear(value: str | None) -> str:
    """Return the personal text whose commitment is in `value`, or "" if there is none."""
    found = [one.text for one in PersonalText.objects.clear() if value and one.commitment in value]
    return found[0] if found else ""


def test_a_conflict_is_an_entry_for_its_cell(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Status"]: "Blocked"})
    plan.write(ROW, Status="Complete")
    assert page.save().status == 409
    (entry,) = entries("conflict")
    assert (entry.old, entry.new, entry.column_title, entry.is_head) == ('"Complete"', '"Blocked"', "Status", True)
    assert entry.actor_name == bob.name
    evidence = json.loads(entry.evidence or "{}")
    assert clear(evidence["shown"]["hmac"]) == '"In progress"'
    assert clear(evidence["changed_by"]["hmac"]) == '"Alice Archer"'
    assert plan.writes(bob) == []


def test_a_form_sent_without_a_change_is_an_entry(browser: Client, plan: SitePlan, bob: Person) -> None:
    assert "you changed no cell" in Page.open(browser, plan.edit_path(ROW)).save().text
    (entry,) = entries("unchanged")
    assert (entry.row_id, entry.column_id, entry.row_label) == (plan.rows[ROW], None, ROW)
    assert plan.writes(bob) == []


def test_a_cell_that_holds_it_already_is_an_entry(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Status"]: "Complete"})
    plan.write(ROW, Status="Complete")
    assert "already has the values" in page.save().text
    (entry,) = entries("unchanged")
    assert (entry.old, entry.new, entry.column_title) == ('"Complete"', '"Complete"', "Status")
    assert plan.writes(bob) == []


def test_typing_into_a_locked_cell_is_a_forbidden_attempt(browser: Client, plan: SitePlan, bob: Person) -> None:
    assert browser.post(plan.edit_path(ROW), {f"col-{plan.columns['Permit no.']}": "99"}).status_code == 422
    (entry,) = entries("forbidden")
    assert (entry.column_title, clear(entry.new)) == ("Permit no.", '"99"')
    assert "locked" in entry.message
    assert plan.writes(bob) == []


def test_a_viewers_deletion_is_not_sent_and_is_a_forbidden_attempt(
    client: Client, sign_in: SignIn, plan: SitePlan, charlie: Person
) -> None:
    sign_in(client, charlie)
    assert client.post(plan.delete_path(ROW), {"rows": "1"}).status_code == 403
    (entry,) = entries("forbidden")
    assert (entry.action, entry.row_id, entry.actor_name) == ("delete", plan.rows[ROW], charlie.name)
    assert plan.writes(charlie) == []


@pytest.mark.parametrize("attempt", ["conflict", "unchanged", "forbidden", "deletion"])
def test_an_act_that_cannot_be_recorded_raises_an_error(
    browser: Client, plan: SitePlan, bob: Person, attempt: str
) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Status"]: "Blocked"})
    if attempt in {"conflict", "unchanged"}:
        plan.write(ROW, Status="Blocked" if attempt == "unchanged" else "Complete")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry RENAME TO elsewhere")
    try:
        if attempt == "forbidden":
            status = browser.post(plan.edit_path(ROW), {f"col-{plan.columns['Permit no.']}": "99"}).status_code
        elif attempt == "deletion":
            status = browser.post(plan.delete_path("Final account"), {"rows": "1"}).status_code
        else:
            status = page.save().status
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO audit_entry")
    assert status == 503
    assert plan.writes(bob) == []


def test_a_personal_column_is_kept_apart_from_the_chain(browser: Client, plan: SitePlan, bob: Person) -> None:
    PersonalColumn._default_manager.create(
        region="sandbox", sheet_id=plan.id, column_id=plan.columns["Notes"], title="Notes"
    )
    page = Page.open(browser, plan.edit_path(ROW))
    page.type({plan.columns["Notes"]: "Her mother is ill", plan.columns["Status"]: "Blocked"}).send()
    notes, status = (Entry.objects.intents().get(column_title=title) for title in ("Notes", "Status"))
    assert status.new == '"Blocked"'
    assert "COMMITMENT" in (notes.new or "")
    assert clear(notes.new) == '"Her mother is ill"'
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_entry")
        assert "mother" not in str(cursor.fetchall())


def test_naming_a_personal_column_is_in_the_log() -> None:
    column = PersonalColumn._default_manager.create(region="com", sheet_id=1, column_id=2, title="Salary")
    entry = Entry.objects.get(action="record", subject=f"edits.personalcolumn/{column.pk}")
    assert json.loads(entry.new or "{}")["title"] == "Salary"
