"""If someone presses Save twice, Smartsheet gets one write, with and without JavaScript."""

import re
import threading
from copy import copy
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from audit.recording import Outcome, settle
from audit.settling import reopen
from audit.vocabulary import Phase
from edits.models import SaveKey
from edits.saving import idempotency
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

ROW = "Dig foundations"
NOT_SHOWN = "The cell's history does not show the change."


def it_turns_out_that_the_last_change_was_not_made() -> None:
    last = Entry.objects.intents().latest("id")
    edit = reopen(last.edit_id)
    assert edit
    settle(edit.intent, {0: Outcome(Phase.NOT_APPLIED, last.row_id, message=NOT_SHOWN)})


def test_a_row_is_added_once(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.add_path).type({plan.columns["Task"]: "Paint"})
    assert "Row added" in page.save().text
    again = page.save()
    assert again.was_redirected
    assert "You sent this change twice. It was made only once, the first time." in again.text
    assert plan.labels().count("Paint") == 1
    assert len(plan.writes(bob)) == 1


def test_a_change_is_made_once(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"})
    page.save()
    plan.write(ROW, Notes="")
    assert page.save().status == 200
    assert len(plan.writes(bob)) == 1
    assert plan.value(ROW, "Notes") is None


def test_a_row_is_deleted_once_and_both_answers_say_so(browser: Client, plan: SitePlan, bob: Person) -> None:
    html = browser.get(plan.delete_path(ROW)).content.decode()
    sent = dict(re.findall(r'name="(once|rows)" value="([^"]*)"', html))
    first, second = (browser.post(plan.delete_path(ROW), sent, follow=True).content.decode() for _ in range(2))
    assert f"“{ROW}” deleted" in first
    assert "You sent this change twice. It was made only once, the first time." in second
    assert len(plan.writes(bob)) == 1


def test_changes_after_going_back_are_not_lost(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"})
    assert "1 cell changed" in page.save().text
    again = page.type({plan.columns["Notes"]: "Rock", plan.columns["Status"]: "Blocked"}).save()
    assert (again.status, "you have changed it since" in again.text) == (409, True)
    assert again.value(plan.columns["Status"]) == "Blocked"
    assert len(plan.writes(bob)) == 1
    assert "1 cell changed" in again.save().text
    assert (plan.value(ROW, "Notes"), plan.value(ROW, "Status")) == ("Rock", "Blocked")


def test_nor_is_another_row_that_was_typed_after_going_back(browser: Client, plan: SitePlan) -> None:
    page = Page.open(browser, plan.add_path).type({plan.columns["Task"]: "Paint"})
    page.save()
    again = page.type({plan.columns["Task"]: "Sweep"}).save()
    assert (again.status, again.value(plan.columns["Task"])) == (409, "Sweep")
    assert "Row added" in again.save().text
    assert [label for label in plan.labels() if label in {"Paint", "Sweep"}] == ["Paint", "Sweep"]


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_write_once(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.add_path).type({plan.columns["Task"]: "Paint"})
    plan.sandbox.fault(method="POST", path="/rows", person=bob.id, delay=0.5, status=None, times=1)
    answers: list[Page] = []

    def send() -> None:
        client = Client()
        client.cookies = browser.cookies
        twin = copy(page)
        twin.client = client
        answers.append(twin.save())
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) in ([200, 409], [200, 200])
    assert len(plan.writes(bob)) == 1
    assert plan.labels().count("Paint") == 1


def test_after_a_failure_the_form_can_be_sent_again(browser: Client, plan: SitePlan, bob: Person) -> None:
    plan.sandbox.fault(method="POST", path="/rows", person=bob.id, status=503)
    first = Page.open(browser, plan.add_path).type({plan.columns["Task"]: "Paint"})
    failed = first.save()
    assert failed.status == 503

    again = first.save()  # someone presses the browser's Back, and then Save
    assert "Row added" in again.text
    assert plan.labels().count("Paint") == 1


@pytest.mark.parametrize("is_new", [False, True])
def test_a_change_that_was_not_made_is_not_said_to_be_made(
    browser: Client, plan: SitePlan, bob: Person, *, is_new: bool
) -> None:
    title, path = ("Task", plan.add_path) if is_new else ("Notes", plan.edit_path(ROW))
    plan.sandbox.fault(method="POST" if is_new else "PUT", path="/rows", person=bob.id, drop="before", times=1)
    page = Page.open(browser, path).type({plan.columns[title]: "Paint"})
    assert page.save().status == 502
    it_turns_out_that_the_last_change_was_not_made()
    again = page.save()
    assert (again.status, again.value(plan.columns[title])) == (409, "Paint")
    assert f"This was not done {NOT_SHOWN} Nothing was saved. What you typed is still in the form." in again.text
    assert again.save().was_redirected
    assert "Paint" in (plan.labels() if is_new else [plan.value(ROW, "Notes")])


def test_nor_is_a_deletion(browser: Client, plan: SitePlan, bob: Person) -> None:
    plan.sandbox.fault(method="DELETE", path="/rows", person=bob.id, drop="before", times=1)
    sent = {"rows": "1", "once": "a"}
    assert browser.post(plan.delete_path(ROW), sent).status_code == 502
    it_turns_out_that_the_last_change_was_not_made()
    again = browser.post(plan.delete_path(ROW), sent)
    assert (again.status_code, "Nothing was deleted." in again.content.decode()) == (409, True)
    assert ROW in plan.labels()


def test_keys_older_than_a_week_are_deleted(browser: Client, plan: SitePlan) -> None:
    Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"}).save()
    SaveKey.objects.update(created_at=timezone.now() - timedelta(days=8))
    Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Sand"}).save()
    assert idempotency.forget_old() == 1
    assert SaveKey.objects.exclude(result=None).count() == 1


def test_a_program_may_send_a_form_without_a_key(browser: Client, plan: SitePlan) -> None:
    answer = browser.post(plan.edit_path(ROW), {f"col-{plan.columns['Notes']}": "Rock"})
    assert answer.status_code == 302
    assert not SaveKey.objects.exists()
