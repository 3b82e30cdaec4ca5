"""Changes in the grid are saved once, even after a lost connection, a reload or a crash."""

from contextlib import suppress

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect
from pytest_django import Settings

from audit.models import Entry
from audit.recording import Outcome, settle
from audit.settling import reopen
from audit.vocabulary import Phase
from edits.settling.settle import settle_due
from tests.browser.conftest import answer_dialogs
from tests.browser.grids import (
    DIG,
    EDITS,
    KEPT,
    NOT_CLEAR,
    POUR,
    SAVED,
    apply,
    comes_to_hold,
    edit,
    kind,
    line,
    open_grid,
    reaches,
    value,
)
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_cells_are_collected_into_one_call(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    edit(page, plan, DIG, Notes="Rock", Spent="22000")
    edit(page, plan, POUR, Notes="Wet")
    expect(line(page)).to_have_text("Saving 3 cells…")
    expect(line(page)).to_have_text(SAVED)
    assert [plan.value(DIG, "Notes"), plan.value(DIG, "Spent"), plan.value(POUR, "Notes")] == ["Rock", 22000, "Wet"]
    (write,) = plan.writes(bob)
    assert write["method"] == "PUT"
    assert Entry.objects.intents().filter(column_id__isnull=False).count() == 3


def test_formulas_follow_at_once(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    edit(page, plan, DIG, Spent="22000")
    comes_to_hold(page, plan, DIG, "Remaining", 16_000)
    assert kind(page, plan, DIG, "Remaining") is None


def test_a_lost_answer_saves_nothing_twice(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    lost: list[str] = []

    def lose(route: Route) -> None:
        lost.append(route.request.headers["idempotency-key"])
        if len(lost) == 1:
            route.fetch()  # the app gets the request, but the page gets no answer
            route.abort()
        else:
            route.continue_()

    page.route(EDITS, lose)
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text(KEPT)
    expect(line(page)).to_have_text(SAVED)
    assert len(set(lost)) == 1
    assert len(plan.writes(bob)) == 1
    assert plan.value(DIG, "Notes") == "Rock"


def test_an_answer_that_is_cut_off_is_asked_for_again(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    keys: list[str] = []

    def cut(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        answer = route.fetch()
        text = answer.text()
        route.fulfill(response=answer, body=text[:20] if len(keys) == 1 else text)

    page.route(EDITS, cut)
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text(KEPT)
    expect(line(page)).to_have_text(SAVED)
    assert len(keys) == 2
    assert len(set(keys)) == len(plan.writes(bob)) == 1


def test_without_a_connection_it_waits(page: Page, context: BrowserContext, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    context.set_offline(True)
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text(f"1 cell {KEPT}. This app can't be reached at the moment.")
    edit(page, plan, DIG, Notes="Clay")
    edit(page, plan, POUR, Notes="Wet")
    context.set_offline(False)
    expect(line(page)).to_have_text(SAVED)
    assert [plan.value(DIG, "Notes"), plan.value(POUR, "Notes")] == ["Clay", "Wet"]


def test_a_reload_keeps_what_is_not_saved(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    page.route(EDITS, lambda route: route.abort())
    edit(page, plan, DIG, Notes="Rock", Spent="22000")
    expect(line(page)).to_contain_text(f"2 cells {KEPT}")
    asked = answer_dialogs(page, accept=True)
    page.get_by_role("gridcell").first.click()
    page.reload()
    assert asked == ["beforeunload"]
    expect(line(page)).to_contain_text(f"2 cells {KEPT}")
    assert (value(page, plan, DIG, "Notes"), kind(page, plan, DIG, "Notes")) == ("Rock", "saving")
    page.unroute(EDITS)
    line(page).get_by_role("button", name="Try now").click()
    expect(line(page)).to_have_text(SAVED)
    assert (plan.value(DIG, "Notes"), plan.value(DIG, "Spent")) == ("Rock", 22000)
    page.reload()
    expect(line(page)).to_have_text(SAVED)
    assert len(plan.writes(bob)) == 1


def test_a_tab_that_crashes_leaves_its_changes_to_the_next(
    browser: Browser, site: str, plan: SitePlan, bob: Person
) -> None:
    context = browser.new_context(base_url=site)  # its own session: tabs that share a process crash together
    page = context.new_page()
    open_grid(page, bob)
    page.route(EDITS, lambda route: route.abort())
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text(KEPT)
    address = page.url
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash")
    next_page = context.new_page()
    next_page.goto(address)
    expect(line(next_page)).to_have_text(SAVED)
    assert plan.value(DIG, "Notes") == "Rock"
    context.close()


def test_while_smartsheet_is_away_it_waits(page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    sandbox.fault(path="/sheets", status=503, errorCode=4001, times=0)
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text(f"1 cell {KEPT}.")
    sandbox.control("DELETE", "faults")
    line(page).get_by_role("button", name="Try now").click()
    expect(line(page)).to_have_text(SAVED)
    assert plan.value(DIG, "Notes") == "Rock"


def test_an_answer_that_is_not_this_apps_is_not_taken_for_a_result(page: Page, plan: SitePlan, bob: Person) -> None:
    """A proxy answers the first call in place of the app. The proxy's answer is JSON, but not a result of a save."""
    open_grid(page, bob)
    answers: list[str] = []

    def answer(route: Route) -> None:
        answers.append(route.request.headers["idempotency-key"])
        if len(answers) == 1:
            route.fulfill(status=200, json={"login": "required"})
        else:
            route.continue_()

    page.route(EDITS, answer)
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text(KEPT)
    expect(line(page)).to_have_text(SAVED)
    assert plan.value(DIG, "Notes") == "Rock"


def test_a_call_of_last_week_is_not_made_again(clocked_page: Page, plan: SitePlan, bob: Person) -> None:
    """After a week, the app has deleted the Idempotency-Key of a call. If the grid sent the call again, the app could
    save the change a second time.
    """
    page = clocked_page
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    page.route(EDITS, lambda route: route.abort())
    apply(page, {"do": "add", "place": {"where": "bottom"}, "cells": []})
    page.clock.fast_forward(1_000)
    expect(line(page)).to_contain_text(KEPT)
    page.unroute(EDITS)
    page.clock.fast_forward(7 * 24 * 3600 * 1000)
    expect(line(page)).to_contain_text("1 change needs you")
    line(page).get_by_role("button", name="Show").click()
    expect(page.get_by_role("dialog")).to_contain_text("It isn't certain whether a row was added.")
    assert plan.writes(bob) == []


def test_an_outcome_that_cannot_be_found_needs_the_person(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person
) -> None:
    open_grid(page, bob)
    sandbox.fault(method="PUT", path="/rows", drop="before")
    edit(page, plan, DIG, Notes="Rock")
    reaches(page, lambda: kind(page, plan, DIG, "Notes"), "unknown")
    expect(line(page)).to_have_text(f"Saving 1 cell… {NOT_CLEAR}")
    unknown = reopen(Entry.objects.intents().on_sheet(plan.id).get().edit_id)
    assert unknown
    settle(unknown.intent, {0: Outcome(Phase.UNDECIDABLE, plan.rows[DIG], message="Smartsheet doesn't show it.")})
    page.evaluate("document.querySelector('[data-grid]').grid.saving.tryNow()")
    expect(line(page)).to_contain_text("1 cell needs you")
    line(page).get_by_role("button", name="Show").click()
    expect(page.get_by_role("dialog")).to_contain_text("Smartsheet doesn't show it.")
    page.get_by_role("dialog").get_by_role("button", name="Try again").click()
    expect(line(page)).to_have_text(SAVED)
    assert plan.value(DIG, "Notes") == "Rock"


def test_the_outcome_of_a_call_is_found(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person, settings: Settings
) -> None:
    open_grid(page, bob)
    sandbox.fault(method="PUT", path="/rows", drop="after")
    sandbox.fault(method="GET", path="/rows/", status=500, errorCode=4000)  # the row can't be read back
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_have_text(f"Saving 1 cell… {NOT_CLEAR}")
    reaches(page, lambda: kind(page, plan, DIG, "Notes"), "unknown")
    assert plan.value(DIG, "Notes") == "Rock"
    settings.SETTLE_AFTER = 0
    settle_due()
    page.evaluate("document.querySelector('[data-grid]').grid.saving.tryNow()")
    expect(line(page)).to_have_text(SAVED)
    assert len(plan.writes(bob)) == 1
