"""Checks, for every way in which Smartsheet can fail, the message for the person, the log, and the number of requests.

A write is sent at most once, and what was typed is still in the form.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from audit.changes import LoggedChange, with_outcomes
from audit.models import Entry
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

ROW = "Dig foundations"
UNCERTAIN = "This may or may not have been done"
AWAY = "Smartsheet can't be reached right now"
NOT_NOW = "Busy right now"
BUSY = "Too many requests right now"
SHEET_IN_USE = "Request failed because sheetId 1 is currently being updated by another request."
DETAIL = {"index": 0, "rowId": 5}


@dataclass(frozen=True)
class Fault:
    """A fault of Smartsheet. `write` says how a write ends with this fault, and `read` says how the read before a write
    ends.
    """

    name: str
    fault: dict[str, Any]
    write: tuple[int, str, str]  # status, message, outcome in the log
    read: tuple[int, str]
    is_applied: bool = False
    also: tuple[str, ...] = field(default_factory=tuple)


FAULTS = [
    Fault("401", {"status": 401}, (401, "Please sign in again", "refused"), (401, "Please sign in again")),
    Fault(
        "403",
        {"status": 403},
        (403, "Smartsheet does not allow this", "refused"),
        (403, "Smartsheet does not allow this"),
        also=(
            "You are not authorized to perform this action.",
            "If you need more access to the sheet, ask the owner of the sheet.",
            "error 1004",
        ),
    ),
    Fault(
        "404",
        {"status": 404},
        (404, "This no longer exists", "refused"),
        (404, "This no longer exists"),
        also=("error 1006",),
    ),
    Fault(
        "400 with detail",
        {"status": 400, "errorCode": 1042, "detail": DETAIL},
        (422, "Smartsheet refused this", "refused"),
        (422, "Smartsheet refused this"),
        also=("error 1042",),
    ),
    Fault("429", {"status": 429}, (429, BUSY, "refused"), (429, BUSY), also=("Wait a minute, then save again.",)),
    Fault(
        "429 with Retry-After",
        {"status": 429, "headers": {"Retry-After": "7"}},
        (429, BUSY, "refused"),
        (429, BUSY),
        also=("Wait 7 seconds, then save again.",),
    ),
    Fault("500/4000", {"status": 500, "errorCode": 4000}, (502, UNCERTAIN, "unknown"), (503, AWAY)),
    Fault("500/4002", {"status": 500, "errorCode": 4002}, (502, UNCERTAIN, "unknown"), (503, AWAY)),
    Fault(
        "500/4004 (fault_10)",
        {"status": 500, "errorCode": 4004, "message": SHEET_IN_USE},
        (503, NOT_NOW, "failed"),
        (503, NOT_NOW),
        also=("busy with another change", "Wait 1 second, then save again."),
    ),
    Fault(
        "503", {"status": 503}, (503, AWAY, "failed"), (503, AWAY), also=("down for maintenance", "in a few minutes.")
    ),
    Fault("HTML", {"status": 200, "body": "html"}, (502, UNCERTAIN, "unknown"), (503, AWAY)),
    Fault("HTML of a proxy", {"status": 502, "body": "html"}, (502, UNCERTAIN, "unknown"), (503, AWAY)),
    Fault("empty", {"body": "empty"}, (502, UNCERTAIN, "unknown"), (503, AWAY)),
    Fault(
        "empty, applied",
        {"body": "empty", "apply": True},
        (200, "1 cell changed", "applied"),
        (503, AWAY),
        is_applied=True,
    ),
    Fault("truncated", {"body": "truncated"}, (200, "1 cell changed", "applied"), (503, AWAY), is_applied=True),
    Fault("dropped before", {"drop": "before"}, (502, UNCERTAIN, "unknown"), (503, AWAY)),
    Fault("dropped after", {"drop": "after"}, (200, "1 cell changed", "applied"), (503, AWAY), is_applied=True),
    Fault("hung", {"delay": 12}, (502, UNCERTAIN, "unknown"), (503, AWAY)),
    Fault("dripping", {"body": "drip"}, (200, "1 cell changed", "applied"), (503, AWAY), is_applied=True),
]
DEADLINE = 4.0  # seconds for all calls of a request
SHORT_DEADLINE = 1.5  # for reads, which need no time for reading back

every_fault = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)


@pytest.fixture(autouse=True)
def short_deadline(settings: Settings) -> None:
    settings.SMARTSHEET_DEADLINE = DEADLINE


def logged() -> LoggedChange:
    (change,) = with_outcomes(Entry.objects.intents())
    return change


@every_fault
def test_a_change_that_fails(browser: Client, plan: SitePlan, bob: Person, fault: Fault) -> None:
    status, words, outcome = fault.write
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock & <roll>"})
    plan.sandbox.fault(method="PUT", person=bob.id, **fault.fault)
    page = page.save()

    assert (page.status, words in page.text) == (status, True), page.text
    assert all(also in page.text for also in fault.also), page.text
    assert "Nothing was changed." not in page.text  # the page says “Nothing was saved.”
    assert page.text.count("in a moment") + page.text.count("in a few minutes") <= 1
    assert len(plan.writes(bob)) == 1
    assert logged().phase == outcome
    assert (plan.value(ROW, "Notes") == "Rock & <roll>") is fault.is_applied
    if not fault.is_applied:
        assert page.value(plan.columns["Notes"]) == "Rock & <roll>"
        assert "What you typed is still in the form." in page.text


@every_fault
def test_a_read_before_a_change_that_fails(
    browser: Client, plan: SitePlan, bob: Person, fault: Fault, settings: Settings
) -> None:
    status, words = fault.read
    page = Page.open(browser, plan.edit_path(ROW))
    page.type({plan.columns["Notes"]: "Rock & <roll>", plan.columns["Equipment"]: ["Crane"]})
    plan.sandbox.fault(method="GET", person=bob.id, times=0, **fault.fault)
    settings.SMARTSHEET_DEADLINE = SHORT_DEADLINE
    page = page.save()

    assert (page.status, words in page.text) == (status, True), page.text
    assert "Nothing was saved. What you typed is still in the form." in page.text
    assert page.value(plan.columns["Notes"]) == "Rock & <roll>"
    assert page.fields[f"col-{plan.columns['Equipment']}"] == ["Crane"]
    assert "SP-007" in page.text  # read-only cells are shown with their old values
    assert plan.writes(bob) == []
    assert not Entry.objects.intents().exists()

    plan.sandbox.control("DELETE", "faults")
    settings.SMARTSHEET_DEADLINE = DEADLINE
    if status != 401:
        assert "2 cells changed" in page.save().text


@every_fault
def test_a_page_that_cannot_be_read(
    browser: Client, plan: SitePlan, bob: Person, fault: Fault, settings: Settings
) -> None:
    settings.SMARTSHEET_DEADLINE = SHORT_DEADLINE
    status, words = fault.read
    plan.sandbox.fault(method="GET", person=bob.id, times=0, **fault.fault)
    page = Page.open(browser, plan.path)
    assert (page.status, words in page.text) == (status, True), page.text
    assert page.text.count("Nothing was changed.") == 1
    assert page.text.count("in a moment") + page.text.count("in a few minutes") <= 1


def test_no_page_fails_otherwise(browser: Client, plan: SitePlan, bob: Person) -> None:
    plan.sandbox.fault(method="GET", person=bob.id, times=0, status=503)
    for path in ("/sheets/", plan.path, plan.edit_path(ROW), plan.add_path, plan.delete_path(ROW)):
        page = Page.open(browser, path)
        assert (page.status, AWAY in page.text) == (503, True), page.text
        assert "Try again</a>" in page.html


@every_fault
def test_a_new_row_that_fails(browser: Client, plan: SitePlan, bob: Person, fault: Fault) -> None:
    status, words, outcome = fault.write
    if fault.is_applied:  # no one can tell whether this request added the row
        status, words, outcome = 502, UNCERTAIN, "unknown"
    page = Page.open(browser, plan.add_path).type({plan.columns["Task"]: "Paint"})
    plan.sandbox.fault(method="POST", path="/rows", person=bob.id, **fault.fault)
    page = page.save()
    assert (page.status, words in page.text) == (status, True), page.text
    assert page.value(plan.columns["Task"]) == "Paint"
    assert len(plan.writes(bob)) == 1
    assert logged().phase == outcome
    assert ("Paint" in plan.labels()) is fault.is_applied
    if outcome == "unknown":
        assert "Look at the sheet before you save again. Otherwise the row may be added twice." in page.text


@every_fault
def test_a_deletion_that_fails(browser: Client, plan: SitePlan, bob: Person, fault: Fault) -> None:
    status, words, outcome = fault.write
    plan.sandbox.fault(method="DELETE", person=bob.id, **fault.fault)
    path = plan.delete_path("Excavation")
    page = Page.of(browser, path, browser.post(path, {"rows": "3"}, follow=True))
    words = "“Excavation” and 2 child rows deleted" if fault.is_applied else words
    assert (page.status, words in page.text) == (status, True), page.text
    assert len(plan.writes(bob)) == 1
    changes = with_outcomes(Entry.objects.intents())
    assert [change.phase for change in changes] == [outcome] * 3
    assert ("Excavation" in plan.labels()) is not fault.is_applied


def test_the_log_keeps_smartsheets_words_and_reference(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"})
    plan.sandbox.fault(method="PUT", status=403, errorCode=1050)
    page = page.save()
    outcome = logged().outcome
    assert outcome
    assert (outcome.error_code, outcome.row_id, outcome.row_label) == (1050, plan.rows[ROW], ROW)
    assert "You cannot edit a locked row." in outcome.message
    assert outcome.ref_id
    assert f"reference {outcome.ref_id} (error 1050)" in page.text


def test_the_status_and_headers_are_honest(browser: Client, plan: SitePlan, bob: Person) -> None:
    plan.sandbox.fault(method="PUT", status=429, headers={"Retry-After": "7"})
    plan.sandbox.fault(method="PUT", status=401)
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"}).save()
    assert (page.status, page.headers["Retry-After"]) == (429, "7")
    page = page.save()
    assert page.status == 401
    assert "WWW-Authenticate" in page.headers


def test_a_refused_value_is_reported_at_its_field(browser: Client, plan: SitePlan, bob: Person) -> None:
    column_id = plan.columns["Trade"]
    message = f"The value for cell in column {column_id}, Concrete, did not conform to the strict requirements."
    page = Page.open(browser, plan.edit_path(ROW)).type({column_id: "Concrete", plan.columns["Notes"]: "Rock"})
    plan.sandbox.fault(method="PUT", status=400, errorCode=1042, message=message, detail=DETAIL)
    page = page.save()
    assert page.status == 422
    assert f'href="#id_col-{column_id}"' in page.html
    assert "column “Trade”, Concrete, did not conform" in page.text
    assert f'id="id_col-{column_id}_error"' in page.html
    assert page.value(plan.columns["Notes"]) == "Rock"


def test_a_text_that_is_too_long_is_not_sent(browser: Client, plan: SitePlan, bob: Person) -> None:
    text = "x" * 3999 + "👷"  # 4,000 or 4,001 characters, depending on how they are counted
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: text}).save()
    assert (page.status, "Use at most 4,000 characters: this has 4,001." in page.text) == (422, True)
    assert page.value(plan.columns["Notes"]) == text
    assert plan.writes(bob) == []
    assert "1 cell changed" in page.type({plan.columns["Notes"]: "x" * 4000}).save().text
    assert plan.value(ROW, "Notes") == "x" * 4000


def test_a_row_that_was_deleted_in_the_meantime(browser: Client, plan: SitePlan, bob: Person) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"})
    plan.delete(ROW)
    page = page.save()
    assert page.status == 404
    assert "This row no longer exists: it was deleted or moved to another sheet." in page.text
    assert page.value(plan.columns["Notes"]) == "Rock"
    assert plan.writes(bob) == []


def test_a_smartsheet_that_is_not_there_at_all(
    browser: Client, plan: SitePlan, bob: Person, settings: Settings
) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"})
    region = settings.SMARTSHEET_REGIONS["sandbox"]
    settings.SMARTSHEET_REGIONS = {"sandbox": region | {"api_base": "http://127.0.0.1:9/2.0"}}
    page = page.save()
    assert (page.status, AWAY in page.text) == (503, True)
    assert page.value(plan.columns["Notes"]) == "Rock"
    assert not Entry.objects.intents().exists()


def test_fault_24_while_too_many_calls_are_in_progress(
    browser: Client, plan: SitePlan, bob: Person, settings: Settings
) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Notes"]: "Rock"})
    usual, settings.SMARTSHEET_MAX_CALLS = settings.SMARTSHEET_MAX_CALLS, 0
    plan.sandbox.forget_requests()
    page = page.save()
    assert (page.status, page.headers["Retry-After"], page.value(plan.columns["Notes"])) == (503, "5", "Rock")
    assert "Wait 5 seconds, then save again." in page.text
    assert browser.get("/sheets/").headers["Retry-After"] == "5"
    assert plan.sandbox.requests() == []
    settings.SMARTSHEET_MAX_CALLS = usual
    assert page.save().was_redirected
