"""In the log, people see the entries of sheets that they can open in Smartsheet now. If Smartsheet doesn't answer, the
page says so.
"""

import json
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from audit.models import Entry
from audit.vocabulary import Action
from edits.sheets.openable_sheets import FRESH, KNOWN, Unknown, openable_sheets
from tests.edits.browser import Page
from tests.edits.conftest import SignIn
from tests.edits.site_plan import SitePlan
from tests.full_disk import refuse_rows
from tests.running_sandbox import Person, RunningSandbox
from tests.waiting import until

TASK = "Dig foundations"


@pytest.fixture
def edited(browser: Client, plan: SitePlan) -> Entry:
    """An edit by Bob."""
    Page.open(browser, plan.edit_path(TASK)).type({plan.columns["Status"]: "Blocked"}).send()
    return Entry.objects.intents().get()


@pytest.fixture
def other(sign_in: SignIn, charlie: Person) -> Client:
    """The browser of Charlie. The site plan is shared with him."""
    client = Client()
    sign_in(client, charlie)
    return client


def seen(client: Client) -> list[int]:
    return [change.intent.pk for change in client.get("/audit/").context["changes"] if change.intent.sheet_id]


def learn(client: Client) -> None:
    """Wait until the app has learned from Smartsheet which sheets this person can open."""
    user = get_user(client)
    until(lambda: not isinstance(openable_sheets(user), Unknown), "the answer")


def test_who_can_open_the_sheet_reads_it_and_that_is_an_entry(edited: Entry, other: Client, charlie: Person) -> None:
    learn(other)
    page = other.get("/audit/?sheet=" + str(edited.sheet_id))
    assert [change.intent.pk for change in page.context["changes"]] == [edited.pk]
    assert other.get(f"/audit/{edited.pk}/").status_code == 200
    first, second = Entry.objects.filter(action=Action.READ).order_by("id")
    assert (first.actor_id, first.is_head) == (charlie.id, False)
    assert json.loads(first.evidence or "") == {"entries": 1, "page": "/audit/", "query": f"sheet={edited.sheet_id}"}
    assert json.loads(second.evidence or "")["page"] == f"/audit/{edited.pk}/"


def test_reading_ones_own_is_no_entry(edited: Entry, browser: Client) -> None:
    assert seen(browser) == [edited.pk]
    assert browser.get(f"/audit/{edited.pk}/").status_code == 200
    assert not Entry.objects.filter(action=Action.READ).exists()


def test_people_who_lost_access_to_the_sheet_cannot_read_it(
    edited: Entry, other: Client, charlie: Person, plan: SitePlan
) -> None:
    learn(other)
    assert seen(other) == [edited.pk]
    plan.unshare(charlie)
    assert seen(other) == [edited.pk]  # cached for a minute
    cache.clear()
    learn(other)
    assert seen(other) == []
    assert other.get(f"/audit/{edited.pk}/").status_code == 404


def test_smartsheet_is_asked_once_a_minute(edited: Entry, other: Client, sandbox: RunningSandbox) -> None:
    sandbox.forget_requests()
    for _ in range(3):
        seen(other)
        learn(other)
    assert [one["path"].split("?")[0] for one in sandbox.requests()] == ["/2.0/sheets"]


def test_fault_24_the_log_does_not_wait_for_smartsheet(
    edited: Entry, browser: Client, other: Client, sandbox: RunningSandbox, settings: Settings
) -> None:
    settings.SMARTSHEET_DEADLINE = 30
    sandbox.fault(path="/2.0/sheets", delay=60, times=0)
    sandbox.forget_requests()
    for address in ("/audit/", "/audit/charts/", f"/audit/sheets/{edited.sheet_id}/", "/audit/count/"):
        assert other.get(address).status_code == 200
    assert seen(other) == []
    page = other.get("/audit/").content.decode()
    assert "Only your own entries are shown until Smartsheet says which sheets you can open." in page
    assert "byline/js/limited.js" in page
    assert seen(browser) == [edited.pk]
    assert len(sandbox.requests(path="/2.0/sheets")) <= 2  # one per person, however often they open the log


def test_fault_24_an_answer_is_used_while_smartsheet_is_away(
    edited: Entry, other: Client, sandbox: RunningSandbox
) -> None:
    learn(other)
    sandbox.fault(path="/2.0/sheets", status=503, errorCode=4001, times=0)
    with time_machine.travel(timezone.now() + timedelta(seconds=FRESH + 1)):
        assert seen(other) == [edited.pk]
        until(lambda: sandbox.requests(path="/2.0/sheets")[1:], "the second question")
        assert seen(other) == [edited.pk]
    with time_machine.travel(timezone.now() + timedelta(seconds=KNOWN + 1)):
        assert seen(other) == []


def test_fault_24_the_list_of_sheets_says_that_smartsheet_is_slow(
    edited: Entry, other: Client, sandbox: RunningSandbox
) -> None:
    other.get("/sheets/")
    sandbox.forget_requests()
    assert seen(other) == [edited.pk]
    assert sandbox.requests() == []


def test_fault_24_the_page_of_one_entry_waits_for_the_answer(edited: Entry, other: Client) -> None:
    assert other.get(f"/audit/{edited.pk}/").status_code == 200


def test_when_smartsheet_is_away_only_ones_own_are_shown_and_the_page_says_so(
    edited: Entry, browser: Client, other: Client, charlie: Person, sandbox: RunningSandbox
) -> None:
    sandbox.fault(status=503, errorCode=4001, path="/2.0/sheets", times=20)
    assert other.get(f"/audit/{edited.pk}/").status_code == 404
    page = other.get("/audit/")
    assert not page.context["changes"] or all(c.intent.actor_id == charlie.id for c in page.context["changes"])
    assert "because Smartsheet didn&#x27;t say which sheets you can open" in page.content.decode()
    assert edited.pk in [change.intent.pk for change in browser.get("/audit/").context["changes"]]


@pytest.mark.usefixtures("edited")
def test_when_the_reading_cannot_be_recorded_the_page_is_not_shown(other: Client) -> None:
    learn(other)
    refuse_rows(Entry._meta.db_table, "NEW.action = 'read'")
    page = other.get("/audit/")
    assert page.status_code == 503
    assert "other people's entries" in page.content.decode()
    assert "Blocked" not in page.content.decode()


def test_a_form_of_an_unreadable_row_shows_nothing_of_the_log(
    browser: Client, plan: SitePlan, edited: Entry, sandbox: RunningSandbox
) -> None:
    page = Page.open(browser, plan.edit_path(TASK))
    assert "Last changed here by Bob Baker" in page.text
    sandbox.fault(status=403, errorCode=1004, path=f"/sheets/{edited.sheet_id}", times=20)
    page = page.type({plan.columns["Notes"]: "Rock"}).save()
    assert (page.status, page.value(plan.columns["Notes"])) == (403, "Rock")
    assert "Last changed here" not in page.text
