"""After a save, the page says what was changed. People can open the next row, undo the save, and delete rows."""

import threading
import time

import pytest
from django.db import connection
from django.test import Client

from audit.models import Entry
from audit.vocabulary import Phase
from edits.forms.definition import Allow
from tests.edits.browser import Page
from tests.edits.conftest import SignIn
from tests.edits.forms.progress_form import MINE, THEIRS, ProgressForm
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

ALL = frozenset(Allow)


@pytest.fixture
def form(browser: Client, plan: SitePlan) -> ProgressForm:
    return ProgressForm(plan)


def test_next_and_previous_lead_through_my_rows(browser: Client, form: ProgressForm) -> None:
    page = Page.open(browser, form.row_path(MINE))
    assert "Previous row 3 of 5 Next row" in page.text
    assert f'href="{form.row_path("Site fence and cabins")}"' in page.html
    assert f'href="{form.row_path("Reinforcement")}"' in page.html
    page = page.type({form.column("Spent"): "5"}).save()
    assert f'href="{form.row_path("Reinforcement")}">Next row' in page.html
    assert f'href="{form.row_path(MINE)}">Edit again' in page.html
    last = Page.open(browser, form.row_path("Raise frames"))
    assert "5 of 5" in last.text
    assert "Next row" not in last.text


def test_undo_from_the_page_after_a_save(browser: Client, form: ProgressForm) -> None:
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "5"}).save()
    edit_id = Entry.objects.intents().on_sheet(form.plan.id).get().edit_id
    assert f'href="/sheets/undo/edit/{edit_id}/">Undo' in page.html
    browser.post(f"/sheets/undo/edit/{edit_id}/")
    assert form.plan.value(MINE, "Spent") == 21500


def test_no_one_else_sees_what_was_saved(browser: Client, form: ProgressForm, sign_in: SignIn, alice: Person) -> None:
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "5"}).save()
    other = Client()
    sign_in(other, alice)
    assert browser.get(page.path).status_code == 200
    assert other.get(page.path).status_code == 404
    assert browser.get(page.path.replace("/progress/", "/another/")).status_code == 404


def test_an_unchanged_form_sends_nothing(browser: Client, form: ProgressForm, bob: Person) -> None:
    page = Page.open(browser, form.row_path(MINE)).save()
    assert page.was_redirected
    assert "Nothing was sent: you changed nothing." in page.text
    assert form.plan.writes(bob) == []


def test_deleting_a_row_asks_first(browser: Client, form: ProgressForm) -> None:
    form.publish(allow=ALL)
    path = f"{form.row_path(MINE)}delete/"
    assert f'href="{path}"' in Page.open(browser, form.row_path(MINE)).html
    page = Page.open(browser, path)
    assert f"Delete “{MINE}”?" in page.text
    answer = browser.post(path, {"rows": "1", "once": "a"}, follow=True)
    assert f"“{MINE}” deleted." in answer.content.decode()
    assert MINE not in form.plan.labels()
    entry = Entry.objects.intents().on_sheet(form.plan.id).get()
    assert (entry.action, entry.via) == ("delete", '{"form":"progress","version":2}')
    again = browser.post(path, {"rows": "1", "once": "a"}, follow=True)
    assert "You sent this change twice." in again.content.decode()


def test_a_deletion_of_unknown_outcome_is_not_said_to_be_done(browser: Client, form: ProgressForm, bob: Person) -> None:
    form.publish(allow=ALL)
    form.plan.sandbox.fault(method="DELETE", path="/rows", person=bob.id, drop="before", times=1)
    path = f"{form.row_path(MINE)}delete/"
    for _ in range(2):
        answer = browser.post(path, {"rows": "1", "once": "a"}, follow=True)
        assert answer.status_code == 502
        assert "This may or may not have been done" in answer.content.decode()
    assert MINE in form.plan.labels()


def test_a_row_that_perhaps_left_the_rule_is_not_said_to_be_unsaved(
    browser: Client, form: ProgressForm, bob: Person
) -> None:
    """Bob sends the form, and Smartsheet gives no answer. Then the row becomes Alice's, and Bob sends the form again.
    The first save was perhaps made, so the second answer doesn't say that nothing was saved.
    """
    form.plan.sandbox.fault(method="PUT", path="/rows", person=bob.id, drop="before", times=1)
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "5"})
    assert page.save().status == 502
    form.plan.write(MINE, Responsible="alice@example.com")
    again = page.save()
    assert again.status == 502
    assert "Nothing was saved" not in again.text
    assert not Entry.objects.filter(phase=Phase.FORBIDDEN).exists()


@pytest.mark.django_db(transaction=True)
def test_pressing_twice_is_no_attempt_to_edit_a_row_that_has_just_left_the_rule(
    browser: Client, form: ProgressForm, bob: Person
) -> None:
    """Bob presses Save twice. The first request changes the row, so that the form's rule no longer includes the row.
    The second request reads the changed row before the first request is answered. The app doesn't log the second
    request as forbidden.
    """
    rule = form.when("Status", "equals", "In progress")
    form.publish(rule=rule)
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Status"): "Complete"})
    form.plan.sandbox.fault(method="PUT", path="/rows", person=bob.id, hold=2, times=1)

    def send() -> None:
        page.save()
        connection.close()

    first = threading.Thread(target=send)
    first.start()
    while form.plan.value(MINE, "Status") != "Complete":
        time.sleep(0.05)
    client = Client()
    client.cookies = browser.cookies
    second = Page(client, page.path, page.status, page.html, page.headers)
    second.fields.update(page.fields)
    answer = second.save()
    first.join()
    assert (answer.status, "This form was already sent" in answer.text) == (409, True)
    assert not Entry.objects.filter(phase=Phase.FORBIDDEN).exists()


@pytest.mark.django_db(transaction=True)
def test_pressing_delete_twice_does_not_say_that_nothing_was_deleted(
    browser: Client, form: ProgressForm, bob: Person
) -> None:
    form.publish(allow=ALL)
    path, sent = f"{form.row_path(MINE)}delete/", {"rows": "1", "once": "a"}
    form.plan.sandbox.fault(method="DELETE", path="/rows", person=bob.id, hold=2, times=1)

    def send() -> None:
        browser.post(path, sent)
        connection.close()

    first = threading.Thread(target=send)
    first.start()
    while MINE in form.plan.labels():
        time.sleep(0.05)
    client = Client()
    client.cookies = browser.cookies
    answer = client.post(path, sent)
    first.join()
    assert (answer.status_code, "This form was already sent" in answer.content.decode()) == (409, True)


def test_child_rows_are_listed_before_they_are_deleted(browser: Client, form: ProgressForm) -> None:
    form.publish(allow=ALL, rule=None)
    page = Page.open(browser, f"{form.row_path('Excavation')}delete/")
    assert "This row's 2 child rows, at every level, are deleted too: 3 rows in all." in page.text
    assert THEIRS in page.text
    answer = browser.post(page.path, {"rows": "2"})
    assert answer.status_code == 409
    browser.post(page.path, {"rows": "3"})
    assert {MINE, THEIRS, "Excavation"}.isdisjoint(form.plan.labels())


@pytest.mark.parametrize("row", [THEIRS, "Excavation"])
def test_rows_that_arent_mine_arent_deleted(browser: Client, form: ProgressForm, bob: Person, row: str) -> None:
    """Bob tries to delete a row. The row isn't his, or a child row isn't his. The app refuses this and logs it."""
    form.plan.write("Excavation", Responsible="bob@example.com")
    form.publish(allow=ALL)
    answer = browser.post(f"{form.row_path(row)}delete/", {"rows": "1"})
    assert answer.status_code == 403
    assert form.plan.writes(bob) == []
    (entry,) = Entry.objects.on_sheet(form.plan.id).exclude(action__startswith="form_")
    assert (entry.phase, entry.action, entry.via) == (Phase.FORBIDDEN, "delete", '{"form":"progress","version":2}')


def test_a_form_that_deletes_nothing(browser: Client, form: ProgressForm, bob: Person) -> None:
    answer = browser.post(f"{form.row_path(MINE)}delete/", {"rows": "1"})
    assert answer.status_code == 403
    assert form.plan.writes(bob) == []
    (entry,) = Entry.objects.on_sheet(form.plan.id).exclude(action__startswith="form_")
    assert (entry.phase, entry.action) == (Phase.FORBIDDEN, "delete")
