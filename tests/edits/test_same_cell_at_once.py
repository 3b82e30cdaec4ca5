"""If two people save the same cell at the same time, neither of them replaces a value that they haven't seen."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from audit.changes import with_outcomes
from audit.models import Entry
from tests.edits.browser import Page
from tests.edits.conftest import SignIn
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
ROW = "Dig foundations"
HELD = 600.0  # seconds that the first save waits, unless the test ends the wait
GIVES_WAY = "Another save of the same cell or row is in progress"


def at_once(first: Callable[[], Page], second: Callable[[], Page], sandbox: RunningSandbox) -> list[Page]:
    """Make the second save while the sandbox delays the first save's request. Return the answers to both saves."""
    pages: list[Page] = []

    def run() -> None:
        pages.append(first())
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    until(sandbox.has_used_faults, "the first save's request")
    pages.append(second())
    sandbox.end_faults()
    thread.join()
    return pages


def phases() -> list[str]:
    return sorted(change.phase for change in with_outcomes(Entry.objects.intents()))


@pytest.fixture
def other(sign_in: SignIn, alice: Person) -> Client:
    client = Client()
    sign_in(client, alice)
    return client


def test_the_second_gives_way_while_the_first_is_under_way(
    browser: Client, other: Client, plan: SitePlan, bob: Person, alice: Person
) -> None:
    notes = plan.columns["Notes"]
    first = Page.open(browser, plan.edit_path(ROW)).type({notes: "Rock"})
    second = Page.open(other, plan.edit_path(ROW)).type({notes: "Sand"})
    plan.sandbox.fault(method="PUT", person=bob.id, delay=HELD)
    refused, saved = sorted(at_once(first.save, second.save, plan.sandbox), key=lambda page: page.was_redirected)
    assert "1 cell changed" in saved.text
    assert (refused.status, GIVES_WAY in refused.text, refused.value(notes)) == (409, True, "Sand")
    assert "What you typed is still in the form." in refused.text
    assert plan.value(ROW, "Notes") == "Rock"
    assert plan.writes(alice) == []
    assert phases() == ["applied", "failed"]

    conflict = refused.save()
    assert (conflict.status, "Now Rock (by Bob Baker" in conflict.text) == (409, True)
    assert "1 cell changed" in conflict.choose(notes, "mine").save().text
    assert plan.value(ROW, "Notes") == "Sand"


def test_it_does_so_where_it_had_read_the_row_before_the_first_was_made(
    browser: Client, other: Client, plan: SitePlan, bob: Person, alice: Person
) -> None:
    notes = plan.columns["Notes"]
    first = Page.open(browser, plan.edit_path(ROW)).type({notes: "Rock"})
    second = Page.open(other, plan.edit_path(ROW)).type({notes: "Sand"})
    plan.sandbox.fault(method="GET", person=alice.id, hold=HELD)  # waits between reading and answering
    pages = at_once(second.save, first.save, plan.sandbox)
    assert sorted(page.status for page in pages) == [200, 409]
    assert plan.value(ROW, "Notes") == "Rock"
    assert plan.writes(alice) == []


def test_other_cells_of_the_row_do_not_mind(browser: Client, other: Client, plan: SitePlan, bob: Person) -> None:
    first = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"})
    second = Page.open(other, plan.edit_path(ROW)).type({plan.columns["Trade"]: "Timber"})
    plan.sandbox.fault(method="PUT", person=bob.id, delay=HELD)
    assert [page.status for page in at_once(first.save, second.save, plan.sandbox)] == [200, 200]
    assert (plan.value(ROW, "Notes"), plan.value(ROW, "Trade")) == ("Rock", "Timber")


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 400, "errorCode": 1042}, {"status": 500}])
def test_finished_saves_do_not_block_others(
    browser: Client, other: Client, plan: SitePlan, bob: Person, fault: dict[str, int]
) -> None:
    notes = plan.columns["Notes"]
    plan.sandbox.fault(method="PUT", person=bob.id, **fault)
    assert Page.open(browser, plan.edit_path(ROW)).type({notes: "Rock"}).save().status != 200
    assert "1 cell changed" in Page.open(other, plan.edit_path(ROW)).type({notes: "Sand"}).save().text
    assert "1 cell changed" in Page.open(browser, plan.edit_path(ROW)).type({notes: "Clay"}).save().text
