"""Two save the same cell before either has an answer: neither overwrites the other without having seen it."""

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
from tests.running_sandbox import Person
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
ROW = "Dig foundations"
UNDER_WAY = 3.0  # seconds, in which the second save comes to its end
GIVES_WAY = "The same cell is being saved from elsewhere"


def at_once(first: Callable[[], Page], second: Callable[[], Page], *, once: Callable[[], object]) -> list[Page]:
    """Both pages; the second is saved once the first save has come so far."""
    pages: list[Page] = []

    def run(save: Callable[[], Page]) -> None:
        pages.append(save())
        connection.close()

    threads = [threading.Thread(target=run, args=(save,)) for save in (first, second)]
    threads[0].start()
    until(once, "the first save's request")
    threads[1].start()
    for thread in threads:
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
    plan.sandbox.fault(method="PUT", person=bob.id, delay=UNDER_WAY)
    refused, saved = sorted(
        at_once(first.save, second.save, once=lambda: plan.writes(bob)), key=lambda page: page.was_redirected
    )
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
    plan.sandbox.forget_requests()
    plan.sandbox.fault(method="GET", person=alice.id, hold=UNDER_WAY)  # between Smartsheet's reading and its answer
    pages = at_once(second.save, first.save, once=lambda: plan.sandbox.requests(method="GET"))
    assert sorted(page.status for page in pages) == [200, 409]
    assert plan.value(ROW, "Notes") == "Rock"
    assert plan.writes(alice) == []


def test_other_cells_of_the_row_do_not_mind(browser: Client, other: Client, plan: SitePlan, bob: Person) -> None:
    first = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"})
    second = Page.open(other, plan.edit_path(ROW)).type({plan.columns["Trade"]: "Timber"})
    plan.sandbox.fault(method="PUT", person=bob.id, delay=UNDER_WAY)
    assert [page.status for page in at_once(first.save, second.save, once=lambda: plan.writes(bob))] == [200, 200]
    assert (plan.value(ROW, "Notes"), plan.value(ROW, "Trade")) == ("Rock", "Timber")


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 400, "errorCode": 1042}, {"status": 500}])
def test_what_is_over_is_in_nobodys_way(
    browser: Client, other: Client, plan: SitePlan, bob: Person, fault: dict[str, int]
) -> None:
    notes = plan.columns["Notes"]
    plan.sandbox.fault(method="PUT", person=bob.id, **fault)
    assert Page.open(browser, plan.edit_path(ROW)).type({notes: "Rock"}).save().status != 200
    assert "1 cell changed" in Page.open(other, plan.edit_path(ROW)).type({notes: "Sand"}).save().text
    assert "1 cell changed" in Page.open(browser, plan.edit_path(ROW)).type({notes: "Clay"}).save().text
