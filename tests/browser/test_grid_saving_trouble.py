"""The grid saves changes while Smartsheet fails, other people change the columns, or other tabs save too."""

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django import Settings

from edits.settling.settle import settle_due
from tests.browser.grids import (
    DIG,
    EDITS,
    KEPT,
    NOT_CLEAR,
    POUR,
    SAVED,
    comes_to_hold,
    edit,
    kind,
    line,
    look,
    open_grid,
    reaches,
)
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_error_in_the_second_of_three_calls_loses_and_doubles_nothing(
    page: Page, sandbox: RunningSandbox, bob: Person, settings: Settings
) -> None:
    settings.SMARTSHEET_DEADLINE = 120.0  # a busy machine is slow
    columns = [{"title": title, "type": "TEXT_NUMBER", "primary": title == "A"} for title in "ABCD"]
    sandbox.control("POST", "clock", {"ahead": -3600})  # makes the rows clearly older than the save
    sheet = sandbox.call(bob, "POST", "/sheets", {"name": "Long", "columns": columns})["result"]
    ids = [column["id"] for column in sheet["columns"]]
    for count in (500, 500, 250):
        rows = [{"toBottom": True, "cells": [{"columnId": ids[0], "value": "was"}]} for _ in range(count)]
        sandbox.call(bob, "POST", f"/sheets/{sheet['id']}/rows", rows)
    sandbox.control("POST", "clock", {"ahead": 0})
    open_grid(page, bob, "Long")
    expect(line(page)).to_have_text(SAVED)
    sandbox.forget_requests()
    sandbox.fault(method="PUT", path="/rows", delay=0)  # the first call succeeds
    sandbox.fault(method="PUT", path="/rows", status=500, errorCode=4000)
    page.evaluate(
        "() => { const { sheet } = document.querySelector('[data-grid]').grid; "
        "sheet.apply(sheet.rows.flatMap(([row]) => sheet.columns.map(({ id }) => "
        "({ do: 'update', row, column: id, text: `row ${row}` }))), 'paste'); }"
    )
    uncertain = "document.querySelector('[data-grid]').grid.saving.sending.uncertain.length"
    reaches(page, lambda: (page.evaluate(uncertain), len(sandbox.requests(method="PUT"))), (1, 3))
    expect(line(page)).to_have_text(f"Saving 2,000 cells… {NOT_CLEAR}")
    settings.SETTLE_AFTER = 0
    settle_due()
    page.evaluate("document.querySelector('[data-grid]').grid.saving.tryNow()")
    expect(line(page)).to_have_text(SAVED)
    assert len(sandbox.requests(method="PUT")) == 4
    held = sandbox.call(bob, "GET", f"/sheets/{sheet['id']}")["rows"]
    assert all(cell["value"] == f"row {row['id']}" for row in held for cell in row["cells"])
    path = f"/sheets/{sheet['id']}/rows/{held[700]['id']}/columns/{ids[0]}/history"
    assert len(sandbox.call(bob, "GET", path)["data"]) == 2


def test_a_column_that_is_deleted_while_its_cell_waits(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, alice: Person, bob: Person
) -> None:
    open_grid(page, bob)
    page.route(EDITS, lambda route: route.abort())
    edit(page, plan, DIG, Notes="Rock", Spent="22000")
    expect(line(page)).to_contain_text(KEPT)
    sandbox.call(alice, "DELETE", f"/sheets/{plan.id}/columns/{plan.columns['Notes']}")
    look(page)
    expect(page.get_by_role("columnheader", name="Notes", exact=True)).to_have_count(0)
    page.unroute(EDITS)
    line(page).get_by_role("button", name="Try now").click()
    expect(line(page)).to_contain_text("1 cell needs you")
    assert plan.value(DIG, "Spent") == 22000
    line(page).get_by_role("button", name="Show").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"A deleted column, {DIG}")
    expect(dialog).to_contain_text("Rock")
    dialog.get_by_role("button", name="Discard").click()
    dialog.get_by_role("button", name="Close").click()
    expect(line(page)).to_have_text(SAVED)


def test_a_column_that_gets_another_type_while_its_cell_waits(
    page: Page,
    sandbox: RunningSandbox,
    plan: SitePlan,
    alice: Person,
    bob: Person,
) -> None:
    open_grid(page, bob)
    page.route(EDITS, lambda route: route.abort())
    edit(page, plan, DIG, Equipment="Crane\nLorry", Spent="22000")
    expect(line(page)).to_contain_text(KEPT)
    other = {"type": "PICKLIST", "options": ["Crane"]}  # a cell of this type can't have two choices
    sandbox.call(alice, "PUT", f"/sheets/{plan.id}/columns/{plan.columns['Equipment']}", other)
    look(page)
    page.wait_for_timeout(1_000)
    page.unroute(EDITS)
    line(page).get_by_role("button", name="Try now").click()
    expect(line(page)).to_contain_text("1 cell needs you")
    reaches(page, lambda: plan.value(DIG, "Spent"), 22000)
    line(page).get_by_role("button", name="Show").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Keep theirs").or_(dialog.get_by_role("button", name="Discard")).click()
    dialog.get_by_role("button", name="Close").click()
    expect(line(page)).to_have_text(SAVED)


def test_two_tabs_that_change_the_same_cells_have_no_conflict_with_each_other(
    page: Page, context: BrowserContext, plan: SitePlan, bob: Person
) -> None:
    open_grid(page, bob)
    other = context.new_page()
    other.set_viewport_size({"width": 3600, "height": 900})
    other.goto(page.url)
    expect(line(other)).to_have_text(SAVED)
    for turn in range(4):
        edit(page, plan, DIG, Notes=f"first {turn}")
        edit(other, plan, DIG, Notes=f"second {turn}")
        edit(other, plan, POUR, Notes=f"second {turn}")
    for tab in (page, other):
        expect(line(tab)).to_have_text(SAVED)
    held = plan.value(DIG, "Notes")
    assert held in {"first 3", "second 3"}
    assert plan.value(POUR, "Notes") == "second 3"
    for tab in (page, other):
        comes_to_hold(tab, plan, DIG, "Notes", held)
        assert kind(tab, plan, DIG, "Notes") != "conflict"


def test_after_a_refusal_at_the_second_try_further_changes_are_saved(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    statuses = iter([503, 403])

    def refuse(route: Route) -> None:
        status = next(statuses, None)
        if status is None:
            route.continue_()
        else:
            route.fulfill(status=status, json={"title": "No.", "detail": "Not now."})

    page.route(EDITS, refuse)
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text("1 cell needs you")
    edit(page, plan, POUR, Notes="Wet")
    expect(line(page)).to_have_text("1 cell needs you" + "Show")
    reaches(page, lambda: plan.value(POUR, "Notes"), "Wet")
