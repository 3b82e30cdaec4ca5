"""While the outcome of a change isn't known, later changes of the same cells and rows wait, and undoing works."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import Settings

from edits.settling.settle import settle_due
from tests.browser.grids import (
    DIG,
    NOT_CLEAR,
    POUR,
    SAVED,
    apply,
    comes_to_hold,
    edit,
    kind,
    line,
    note,
    open_grid,
    reaches,
)
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GRID = "document.querySelector('[data-grid]').grid"
LABELS = f"(({{ sheet }}) => sheet.rows.map((row, position) => sheet.shown(position, sheet.primary)))({GRID})"
IDS = f"{GRID}.sheet.rows.map(([id]) => id)"
UNCERTAIN = f"{GRID}.saving.sending.uncertain.length"


@pytest.fixture
def find_out(settings: Settings) -> Callable[[Page], None]:
    """Return a function that settles all edits, as the worker does, and then lets a tab ask for the outcomes."""

    def find_out(page: Page) -> None:
        settings.SETTLE_AFTER = 0
        settle_due()
        page.evaluate(f"{GRID}.saving.tryNow()")

    return find_out


def undo(page: Page) -> None:
    page.evaluate(f"{GRID}.undo()")
    page.wait_for_timeout(1_500)  # long enough to send something


def becomes_uncertain(page: Page) -> None:
    reaches(page, lambda: page.evaluate(UNCERTAIN), 1)


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_cell_is_undone_while_its_outcome_is_unknown(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person, find_out: Callable[[Page], None], drop: str
) -> None:
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    sandbox.fault(method="PUT", path="/rows", drop=drop)
    sandbox.fault(method="GET", path="/rows/", status=500, errorCode=4000)  # the row can't be read back
    edit(page, plan, DIG, Notes="Rock", Equipment="Crane")
    becomes_uncertain(page)
    undo(page)
    expect(line(page)).to_have_text(f"Saving 4 cells… {NOT_CLEAR}")
    find_out(page)
    expect(line(page)).to_have_text(SAVED)
    assert (plan.value(DIG, "Notes"), kind(page, plan, DIG, "Notes")) in [(None, "saved"), (None, None)]
    page.wait_for_timeout(1_500)
    assert plan.value(DIG, "Notes") is None
    comes_to_hold(page, plan, DIG, "Notes", None)


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_second_value_has_no_conflict_with_the_first(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person, find_out: Callable[[Page], None], drop: str
) -> None:
    open_grid(page, bob)
    sandbox.fault(method="PUT", path="/rows", drop=drop)
    sandbox.fault(method="GET", path="/rows/", status=500, errorCode=4000)  # the row can't be read back
    edit(page, plan, DIG, Notes="Rock")
    becomes_uncertain(page)
    edit(page, plan, DIG, Notes="Clay")
    edit(page, plan, POUR, Notes="Wet")
    reaches(page, lambda: plan.value(POUR, "Notes"), "Wet")  # only changes of the same cell wait
    find_out(page)
    expect(line(page)).to_have_text(SAVED)
    assert plan.value(DIG, "Notes") == "Clay"


def test_another_tab_replaces_a_value_of_unknown_outcome(
    page: Page,
    context: BrowserContext,
    sandbox: RunningSandbox,
    plan: SitePlan,
    bob: Person,
    find_out: Callable[[Page], None],
) -> None:
    open_grid(page, bob)
    other = context.new_page()
    other.goto(page.url)
    expect(line(other)).to_have_text(SAVED)
    sandbox.fault(method="PUT", path="/rows", drop="before")
    edit(page, plan, DIG, Notes="Rock")
    becomes_uncertain(page)
    edit(other, plan, DIG, Notes="Clay")
    expect(line(other)).to_have_text(SAVED)
    comes_to_hold(page, plan, DIG, "Notes", "Clay")
    expect(line(page)).to_have_text(SAVED)
    assert kind(page, plan, DIG, "Notes") is None
    find_out(page)
    reaches(page, lambda: page.evaluate(UNCERTAIN), 0)
    expect(line(page)).to_have_text(SAVED)
    assert plan.value(DIG, "Notes") == "Clay"


@pytest.mark.parametrize("is_reloaded", [False, True])
def test_a_deletion_is_undone_while_its_outcome_is_unknown(
    page: Page,
    sandbox: RunningSandbox,
    plan: SitePlan,
    bob: Person,
    find_out: Callable[[Page], None],
    is_reloaded: bool,
) -> None:
    labels = plan.labels()
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    sandbox.fault(method="DELETE", path="/rows", drop="before")
    apply(page, {"do": "delete", "row": str(plan.rows["Excavation"])})  # it has two child rows
    becomes_uncertain(page)
    undo(page)
    if is_reloaded:
        page.on("dialog", lambda dialog: dialog.accept())
        page.reload()
    expect(line(page)).to_have_text(f"Saving 4 changes… {NOT_CLEAR}")
    assert page.evaluate(LABELS) == labels
    find_out(page)
    expect(line(page)).to_have_text(SAVED)
    assert plan.labels() == labels
    rows = [str(row["id"]) for row in sandbox.sheet(bob, "Site plan")["rows"]]
    reaches(page, lambda: page.evaluate(IDS), rows)
    assert rows == [str(row) for row in plan.rows.values()]
    formula = f"{GRID}.sheet.cell('{plan.rows[DIG]}', '{plan.columns['Remaining']}')?.formula"
    reaches(page, lambda: bool(page.evaluate(formula)), True)


@pytest.mark.parametrize("drop", ["before", "after"])
def test_an_addition_is_undone_while_its_outcome_is_unknown(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person, find_out: Callable[[Page], None], drop: str
) -> None:
    labels = plan.labels()
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    sandbox.fault(method="POST", path="/rows", drop=drop)
    apply(page, {"do": "add", "place": {"where": "bottom"}, "cells": []})
    becomes_uncertain(page)
    undo(page)
    find_out(page)
    expect(line(page)).to_have_text(SAVED)
    assert plan.labels() == labels
    reaches(page, lambda: page.evaluate(LABELS), labels)


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_move_is_undone_while_its_outcome_is_unknown(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person, find_out: Callable[[Page], None], drop: str
) -> None:
    labels = plan.labels()
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    sandbox.fault(method="PUT", path="/rows", drop=drop)
    apply(page, {"do": "move", "row": str(plan.rows[DIG]), "place": {"where": "bottom"}})
    becomes_uncertain(page)
    undo(page)
    find_out(page)
    expect(line(page)).to_have_text(SAVED)
    assert plan.labels() == labels
    reaches(page, lambda: page.evaluate(LABELS), labels)


def test_a_deletion_of_unknown_outcome_is_not_called_done(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person, find_out: Callable[[Page], None]
) -> None:
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    sandbox.fault(method="DELETE", path="/rows", drop="before")
    page.evaluate(f"row => {GRID}.apply([{{ do: 'delete', row }}], 'delete')", str(plan.rows[DIG]))
    becomes_uncertain(page)
    expect(line(page)).to_have_text(f"Saving 1 change… {NOT_CLEAR}")
    expect(note(page)).to_have_text("")
    find_out(page)
    expect(line(page)).to_have_text(SAVED)
    assert DIG not in plan.labels()
