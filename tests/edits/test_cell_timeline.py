"""A cell's timeline shows our log next to Smartsheet's own history, which is read with the reader's token."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from edits.gateway.operations import HISTORY_PER_PAGE
from edits.log_hooks import cell_histories
from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

SignIn = Callable[[Client, Person], None]

TASK = "Dig foundations"


@pytest.fixture
def address(browser: Client, plan: SitePlan) -> str:
    """The address of a cell's timeline. Bob has changed the cell with this app. Then Alice has changed it without this
    app.
    """
    Page.open(browser, plan.edit_path(TASK)).type({plan.columns["Status"]: "Blocked"}).send()
    plan.write(TASK, Status="Complete")
    return f"/audit/sheets/{plan.id}/rows/{plan.rows[TASK]}/columns/{plan.columns['Status']}/"


def test_ours_and_smartsheets_stand_side_by_side(browser: Client, address: str) -> None:
    page = Page.open(browser, address)
    now = r"Smartsheet: just now, .{4,13}?"
    told = f"Not made with this app. {now} Alice Archer Blocked Complete changed outside the app"
    assert re.search(told, page.text)
    assert re.search(f"{now} Bob Baker Blocked the same in Smartsheet", page.text)
    lines = browser.get(address).context["lines"]
    assert [(line.ours is not None, line.theirs is not None) for line in lines][:2] == [(False, True), (True, True)]


def test_the_addition_of_a_row_is_the_first_state_of_its_cells(browser: Client, plan: SitePlan) -> None:
    task, notes, spent = (plan.columns[title] for title in ("Task", "Notes", "Spent"))
    Page.open(browser, plan.add_path).type({task: "Row by form", notes: "Wet", spent: "12"}).send()
    plan = SitePlan(plan.sandbox, plan.person)
    plan.write("Row by form", Notes="Dry")
    for column in (task, notes, spent):
        page = Page.open(browser, f"/audit/sheets/{plan.id}/rows/{plan.rows['Row by form']}/columns/{column}/")
        assert "Bob Baker added row Row by form" in page.text
        assert page.text.count("the same in Smartsheet") == 1
        assert page.text.count("changed outside the app") == (1 if column == notes else 0)


def test_it_is_read_once_in_half_a_minute(browser: Client, address: str, sandbox: RunningSandbox) -> None:
    sandbox.forget_requests()
    for _ in range(3):
        browser.get(address)
    assert len(sandbox.requests(path="/history")) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"status": 429, "errorCode": 4003}, cell_histories.TOO_MANY),
        ({"status": 404, "errorCode": 1006}, "Smartsheet's own history can't be shown."),
    ],
    ids=["too-many", "not-found"],
)
def test_a_refusal_by_smartsheet_is_shown_next_to_our_log(
    browser: Client, address: str, sandbox: RunningSandbox, fault: dict[str, int], words: str
) -> None:
    sandbox.fault(path="/history", times=9, **fault)
    page = Page.open(browser, address)
    assert page.status == 200
    assert words.replace("'", "&#x27;") in page.html
    assert "Bob Baker changed Status" in page.text


def test_a_long_history_is_read_a_page_at_a_time(browser: Client, plan: SitePlan, sandbox: RunningSandbox) -> None:
    for number in range(HISTORY_PER_PAGE + 5):
        plan.write(TASK, Notes=f"note {number}")
    address = f"/audit/sheets/{plan.id}/rows/{plan.rows[TASK]}/columns/{plan.columns['Notes']}/"
    first = browser.get(address)
    assert len(first.context["lines"]) == HISTORY_PER_PAGE
    assert 'href="?history=2"' in first.content.decode()
    second = browser.get(f"{address}?history=2")
    assert len(second.context["lines"]) >= HISTORY_PER_PAGE + 5
    assert "history=3" not in second.content.decode()


def test_the_row_form_leads_there(browser: Client, plan: SitePlan, address: str) -> None:
    assert f'href="{address}"' in Page.open(browser, plan.edit_path(TASK)).html


def test_fault_14_a_timeline_opened_just_before_a_save_shows_it_afterwards(browser: Client, plan: SitePlan) -> None:
    address = f"/audit/sheets/{plan.id}/rows/{plan.rows[TASK]}/columns/{plan.columns['Status']}/"
    browser.get(address)
    Page.open(browser, plan.edit_path(TASK)).type({plan.columns["Status"]: "Blocked"}).send()
    page = Page.open(browser, address)
    assert "the same in Smartsheet" in page.text
    assert "history doesn't have this" not in page.text


def test_fault_13_a_person_with_a_new_address_is_still_the_same(
    sandbox: RunningSandbox, alice: Person, sign_in: SignIn, db: None
) -> None:
    plan, browser = SitePlan(sandbox, alice), Client()
    sign_in(browser, alice)
    Page.open(browser, plan.edit_path(TASK)).type({plan.columns["Status"]: "Blocked"}).send()
    sandbox.make_primary(alice, "alice.archer@example.com")
    Page.open(browser, plan.edit_path(TASK)).type({plan.columns["Status"]: "Complete"}).send()
    page = Page.open(browser, f"/audit/sheets/{plan.id}/rows/{plan.rows[TASK]}/columns/{plan.columns['Status']}/")
    assert page.text.count("the same in Smartsheet") == 2
