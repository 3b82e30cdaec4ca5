"""The row form asks Smartsheet who can open the sheet. After that, these people can be entered by name."""

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests.edits.browser import Page
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

ROW = "Dig foundations"
CHARLIE = {"name": "Charlie Carter", "email": "charlie@example.com"}


def test_a_person_with_access_to_the_sheet_is_entered_by_name(
    browser: Client, plan: SitePlan, sandbox: RunningSandbox
) -> None:
    typed: dict[int, str | list[str] | None] = {plan.columns["Responsible"]: "charlie carter"}
    answer = browser.get(f"{plan.path}people/").json()
    assert CHARLIE in answer["people"]
    assert all(one["name"] and one["email"] for one in answer["people"])
    sandbox.forget_requests()
    page = Page.open(browser, plan.edit_path(ROW)).type(typed)
    assert '<option value="Charlie Carter">charlie@example.com</option>' in page.html
    page.send()
    assert plan.value(ROW, "Responsible") == "charlie@example.com"
    browser.get(f"{plan.path}people/")
    assert sandbox.requests(path="/shares") == []


def test_a_person_is_found_if_the_cache_has_lost_them(browser: Client, plan: SitePlan, sandbox: RunningSandbox) -> None:
    """The page has suggested this person. Before the row is saved, the process is restarted, or another process
    saves the row. So the process that saves doesn't have the person in its cache.
    """
    browser.get(f"{plan.path}people/")
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Responsible"]: "Charlie Carter"})
    cache.clear()
    sandbox.forget_requests()
    page.send()
    assert plan.value(ROW, "Responsible") == "charlie@example.com"
    assert len(sandbox.requests(path="/shares")) == 1


def test_people_are_asked_for_only_if_a_name_is_unknown(
    browser: Client, plan: SitePlan, sandbox: RunningSandbox
) -> None:
    page = Page.open(browser, plan.edit_path(ROW))
    page.type({plan.columns["Responsible"]: "Alice Archer", plan.columns["Notes"]: "Rock"}).send()
    assert plan.value(ROW, "Responsible") == "alice@example.com"
    Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Responsible"]: "eve@example.org"}).send()
    assert plan.value(ROW, "Responsible") == "eve@example.org"
    assert sandbox.requests(path="/shares") == []


def test_a_name_stays_doubtful_if_nobody_says_who_it_is(
    browser: Client, plan: SitePlan, sandbox: RunningSandbox
) -> None:
    sandbox.fault(method="GET", path="/shares", status=403)
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Responsible"]: "charlie carter"}).save()
    assert "No one here is called “charlie carter”." in page.text


def test_slow_shares_leave_time_to_save(
    browser: Client, plan: SitePlan, sandbox: RunningSandbox, settings: Settings
) -> None:
    settings.SMARTSHEET_DEADLINE = 3
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Responsible"]: "Charlie Carter"})
    sandbox.fault(method="GET", path="/shares", delay=60, times=0)
    page = page.save()
    assert "No one here is called “Charlie Carter”." in page.text
    page.confirm().send()
    assert plan.value(ROW, "Responsible") == "Charlie Carter"


def test_a_refusal_changes_nothing_for_the_form(browser: Client, plan: SitePlan, sandbox: RunningSandbox) -> None:
    sandbox.fault(method="GET", path="/shares", status=403)
    answer = browser.get(f"{plan.path}people/")
    assert (answer.status_code, answer.json()) == (403, {"people": []})
    Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Responsible"]: "alice archer"}).send()
    assert plan.value(ROW, "Responsible") == "alice@example.com"


def test_people_of_a_sheet_are_for_those_who_can_open_it(
    browser: Client, plan: SitePlan, bob: Person, sandbox: RunningSandbox
) -> None:
    plan.unshare(bob)
    answer = browser.get(f"{plan.path}people/")
    assert (answer.status_code, answer.json()) == (404, {"people": []})


def test_a_sheet_is_shared_with_more_people_than_a_page_has(
    browser: Client, plan: SitePlan, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Smartsheet's list of the people who can open a sheet has several pages. The app reads all pages up to a
    limit. If Smartsheet's list is longer than the limit, the app's answer to the browser has a note about this.
    """
    monkeypatch.setattr("edits.gateway.operations.SHARES_PER_PAGE", 100)
    plan.share(f"person{number}@example.com" for number in range(220))
    answer = browser.get(f"{plan.path}people/").json()
    assert CHARLIE in answer["people"]
    assert "note" not in answer
    assert len(sandbox.requests(path="/shares", method="GET")) == 3
    cache.clear()
    monkeypatch.setattr("edits.gateway.operations.MOST_SHARES", 200)
    sandbox.forget_requests()
    note = browser.get(f"{plan.path}people/").json()["note"]
    assert "You can enter anyone by their e-mail address." in note
    assert len(sandbox.requests(path="/shares", method="GET")) == 2
