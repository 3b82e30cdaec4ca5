"""If the intent can't be recorded, Smartsheet isn't called. If Smartsheet has saved a change but the outcome can't be
recorded, the person still reads that the change was saved.
"""

from collections.abc import Callable

import pytest
from django.test import Client

from audit.changes import with_outcomes
from audit.models import Entry
from edits.models import SaveKey
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.full_disk import refuse_rows
from tests.running_sandbox import Person

ROW = "Dig foundations"
CANNOT = "The audit log cannot be written"

Refuse = Callable[[str, str], None]


@pytest.fixture
def refuse(db: None) -> Refuse:
    """Return refuse(table, condition). It makes the database refuse new rows of the table that meet the condition."""

    return refuse_rows


def test_no_intent_no_change(browser: Client, plan: SitePlan, bob: Person, refuse: Refuse) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"})
    refuse(Entry._meta.db_table, "NEW.phase = 'intent'")
    page = page.save()
    assert (page.status, CANNOT in page.text) == (503, True)
    assert "This app makes no changes that it can't record, so nothing was sent to Smartsheet." in page.text
    assert page.value(plan.columns["Notes"]) == "Rock"
    assert plan.writes(bob) == []
    assert plan.value(ROW, "Notes") is None


def test_no_intent_no_new_row(browser: Client, plan: SitePlan, bob: Person, refuse: Refuse) -> None:
    page = Page.open(browser, plan.add_path).type({plan.columns["Task"]: "Paint"})
    refuse(Entry._meta.db_table, "NEW.phase = 'intent'")
    page = page.save()
    assert (page.status, CANNOT in page.text) == (503, True)
    assert page.value(plan.columns["Task"]) == "Paint"
    assert plan.writes(bob) == []


def test_no_intent_no_deletion(browser: Client, plan: SitePlan, bob: Person, refuse: Refuse) -> None:
    refuse(Entry._meta.db_table, "NEW.phase = 'intent'")
    answer = browser.post(plan.delete_path(ROW))
    assert (answer.status_code, CANNOT in answer.content.decode()) == (503, True)
    assert "Nothing was deleted." in answer.content.decode()
    assert plan.writes(bob) == []


def test_a_database_that_takes_no_submission_takes_no_intent_either(
    browser: Client, plan: SitePlan, bob: Person, refuse: Refuse
) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"})
    refuse(SaveKey._meta.db_table, "1 = 1")
    page = page.save()
    assert (page.status, CANNOT in page.text) == (503, True)
    assert plan.writes(bob) == []


def test_no_outcome_but_saved(browser: Client, plan: SitePlan, bob: Person, refuse: Refuse) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"})
    refuse(Entry._meta.db_table, "NEW.phase <> 'intent'")
    page = page.save()
    assert (page.status, "Saved, but the log doesn't say so" in page.text) == (200, True)
    assert not page.was_redirected
    assert "Your change was saved." in page.text
    assert plan.value(ROW, "Notes") == "Rock"
    (change,) = with_outcomes(Entry.objects.intents())
    assert (change.outcome, change.intent.actor_id) == (None, bob.id)


def test_no_outcome_and_not_saved(browser: Client, plan: SitePlan, bob: Person, refuse: Refuse) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"})
    refuse(Entry._meta.db_table, "NEW.phase <> 'intent'")
    plan.sandbox.fault(method="PUT", status=403)
    page = page.save()
    assert (page.status, "Nothing was saved." in page.text) == (403, True)
    assert page.value(plan.columns["Notes"]) == "Rock"
