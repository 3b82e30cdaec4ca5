"""A person deletes a row. Smartsheet also deletes all its child rows, at every level."""

import json
import threading

from django.test import Client

from audit.changes import with_outcomes
from audit.models import Entry
from edits.saving.idempotency import SaveKey
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person
from tests.waiting import until


def test_the_page_asks_first_and_says_what_goes(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.delete_path("Groundworks"))
    assert "Delete “Groundworks”?" in page.text
    assert "This row's 7 child rows, at every level, are deleted too: 8 rows in all." in page.text
    assert "Smartsheet records Bob Baker" in page.text
    assert "Survey and set out" in page.text
    assert plan.writes(bob) == []

    assert "child row" not in Page.open(browser, plan.delete_path("Pour slab")).text


def test_one_child_row_is_called_a_child_row(browser: Client, plan: SitePlan) -> None:
    browser.post(plan.delete_path("Dig foundations"), {"rows": "1"})
    page = Page.open(browser, plan.delete_path("Excavation"))
    assert "This row's child row is deleted too: 2 rows in all." in page.text
    answer = browser.post(page.path, {"rows": "2"}, follow=True)
    assert "“Excavation” and 1 child row deleted" in answer.content.decode()


def test_a_row_goes_and_the_log_keeps_what_was_in_it(browser: Client, plan: SitePlan, bob: Person) -> None:
    answer = browser.post(plan.delete_path("Pour slab"), {"rows": "1"}, follow=True)
    assert "“Pour slab” deleted" in answer.content.decode()
    assert "Pour slab" not in plan.labels()
    (write,) = plan.writes(bob)
    assert write["operation"] == "delete-rows"
    (change,) = with_outcomes(Entry.objects.intents())
    assert (change.phase, change.row_id, change.intent.actor_id) == ("applied", plan.rows["Pour slab"], bob.id)
    old = json.loads(change.intent.old or "")
    assert (old["Task"], old["Budget"], old["Equipment"]) == ("Pour slab", 66500, ["Concrete pump"])
    assert change.intent.new is None


def test_child_rows_go_too_and_each_is_in_the_log(browser: Client, plan: SitePlan, bob: Person) -> None:
    answer = browser.post(plan.delete_path("Groundworks"), {"rows": "8"}, follow=True)
    assert "“Groundworks” and 7 child rows deleted" in answer.content.decode()
    assert plan.labels()[0] == "Structure"
    changes = with_outcomes(Entry.objects.intents().order_by("id"))
    assert [change.phase for change in changes] == ["applied"] * 8
    assert [change.row_label for change in changes][:3] == ["Groundworks", "Preparation", "Survey and set out"]
    assert len({change.intent.edit_id for change in changes}) == 1
    assert len(plan.writes(bob)) == 1


def test_only_a_post_deletes(browser: Client, plan: SitePlan, bob: Person) -> None:
    assert browser.post(plan.delete_path("Pour slab")).status_code == 302
    assert "Pour slab" not in plan.labels()


def test_new_rows_below_it_must_be_confirmed(browser: Client, plan: SitePlan, bob: Person) -> None:
    row = {"parentId": plan.rows["Excavation"], "cells": [{"columnId": plan.columns["Task"], "value": "Dig more"}]}
    plan.sandbox.call(plan.person, "POST", f"/sheets/{plan.id}/rows", [row])
    page = browser.post(plan.delete_path("Excavation"), {"rows": "3"})
    assert page.status_code == 409
    assert "You agreed to delete 3 rows, but now 4 would be deleted." in " ".join(page.content.decode().split())
    assert plan.writes(bob) == []
    assert not Entry.objects.intents().exists()


def test_a_locked_child_row_keeps_it(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.delete_path("Final account"))
    assert "This row or a child row is locked, so only admins of the sheet can delete this row." in page.text
    assert '<button class="btn btn-danger"' not in page.html
    answer = browser.post(plan.delete_path("Final account"))
    assert answer.status_code == 403
    assert "This row or a child row is locked" in answer.content.decode()
    assert [entry.phase for entry in Entry.objects.filter(action="delete")] == ["forbidden"]
    assert plan.writes(bob) == []
    assert "Final account" in plan.labels()


def test_a_sheet_that_was_just_taken_away_does_not_prove_a_deletion(
    browser: Client, plan: SitePlan, bob: Person
) -> None:
    plan.sandbox.fault(method="DELETE", path="/rows$", delay=600, drop="before")

    def take_away() -> None:
        until(plan.sandbox.has_used_faults, "the deletion")
        plan.unshare(bob)
        plan.sandbox.end_faults()

    meanwhile = threading.Thread(target=take_away)
    meanwhile.start()
    assert browser.post(plan.delete_path("Pour slab")).status_code == 502
    meanwhile.join()
    (change,) = with_outcomes(Entry.objects.intents())
    assert change.phase == "unknown"
    assert "Pour slab" in plan.labels()


def test_a_second_time_it_is_not_there_any_more(browser: Client, plan: SitePlan, bob: Person) -> None:
    assert browser.post(plan.delete_path("Pour slab")).status_code == 302
    answer = browser.post(plan.delete_path("Pour slab"))
    assert answer.status_code == 404
    assert "This row no longer exists" in answer.content.decode()
    assert len(plan.writes(bob)) == 1


def test_fault_32_a_repeat_while_the_first_is_on_its_way_is_no_404(browser: Client, plan: SitePlan) -> None:
    sent = {"once": "11111111-1111-1111-1111-111111111111"}
    assert browser.post(plan.delete_path("Dig foundations"), sent).status_code == 302
    assert browser.post(plan.delete_path("Dig foundations"), sent).status_code == 302
    SaveKey.objects.update(result=None)  # as if the first request were still in progress
    answer = browser.post(plan.delete_path("Dig foundations"), sent)
    assert answer.status_code == 409
    assert "The first request is still in progress" in answer.content.decode()
