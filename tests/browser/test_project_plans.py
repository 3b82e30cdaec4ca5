"""Durations and predecessors of a project plan are typed by keyboard, in the grid and in the row's form."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from audit.models import Entry
from tests.browser.conftest import sign_in
from tests.browser.grids import cell, note, open_grid, reaches, saved
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAME, SURVEY, DRAW = "Fit-out plan", "Survey the rooms", "Draw the partitions"


@pytest.mark.parametrize(
    ("row", "title", "keys", "shown", "held"),
    [
        (2, "Duration", ["1w2", "d", "Enter"], "1w 2d", "1w 2d"),
        (2, "Duration", ["5", "Tab"], "5d", "5d"),
        (2, "Start", ["13/01/2026", "Enter"], "13/01/2026", "2026-01-13T08:00:00"),
        (3, "Predecessors", ["2ss + 1", "Enter"], "2SS +1d", "2SS +1d"),
        (3, "Predecessors", ["Delete"], "", None),
    ],
)
def test_a_cell_of_the_grid_is_typed(
    page: Page, sandbox: RunningSandbox, bob: Person, row: int, title: str, keys: list[str], shown: str, held: Any
) -> None:
    plan = SitePlan(sandbox, bob, NAME)
    open_grid(page, bob, NAME)
    cell(page, row, title).click()
    for key in keys:
        (page.keyboard.press if key in {"Enter", "Tab", "Delete"} else page.keyboard.type)(key)
    expect(cell(page, row, title)).to_have_text(shown)
    saved(page)
    assert plan.value({2: SURVEY, 3: DRAW}[row], title) == held
    assert json.loads(Entry.objects.intents().get().new or "null") == held


def test_the_page_says_that_a_script_could_not_be_loaded(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    page.route("**/types/project*.js", lambda route: route.abort())
    sign_in(page, bob)
    page.goto(f"/sheets/{SitePlan(sandbox, bob, NAME).id}/")
    expect(page.get_by_role("alert").filter(has_text="could not be loaded")).to_be_visible()
    page.unroute("**/types/project*.js")
    page.reload()
    expect(cell(page, 3, "Start")).to_have_text("15/01/2026")
    saved(page)


def test_the_grid_shows_the_dates_that_smartsheet_calculates(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob, NAME)
    expect(cell(page, 3, "Start")).to_have_text("15/01/2026")
    cell(page, 2, "Duration").click()
    page.keyboard.type("4d")
    page.keyboard.press("Enter")
    saved(page)
    reaches(page, lambda: cell(page, 3, "Start").text_content(), "16/01/2026")
    reaches(page, lambda: cell(page, 1, "Duration").text_content(), "12d")


@pytest.mark.parametrize(
    ("row", "title", "why"),
    [
        (2, "Finish", "Smartsheet calculates this date. Change the start or the duration instead."),
        (3, "Start", "Smartsheet calculates this date from the row's predecessors. Change the predecessors instead."),
        (1, "Duration", "Smartsheet calculates this cell from the child rows."),
    ],
)
def test_calculated_cells_of_the_grid_say_why(page: Page, bob: Person, row: int, title: str, why: str) -> None:
    open_grid(page, bob, NAME)
    cell(page, row, title).click()
    expect(cell(page, row, title)).to_have_accessible_description(why)
    page.keyboard.type("5")
    expect(note(page)).to_have_text(why)


def test_the_editor_keeps_a_wrong_predecessor_and_says_why(page: Page, bob: Person) -> None:
    open_grid(page, bob, NAME)
    cell(page, 3, "Predecessors").click()
    page.keyboard.type("soon")
    page.keyboard.press("Enter")
    expect(note(page)).to_contain_text("“soon” isn't a predecessor such as 3, 3SS or 3FS +2d.")
    expect(page.get_by_role("textbox", name="Predecessors, Draw the partitions")).to_be_focused()
    page.keyboard.press("Escape")
    expect(cell(page, 3, "Predecessors")).to_have_text("2")


def test_the_form_is_filled_in_by_keyboard(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    plan = SitePlan(sandbox, bob, NAME)
    sign_in(page, bob)
    page.goto(plan.edit_path(DRAW))
    page.get_by_label("Duration", exact=True).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("3d 4h")
    page.keyboard.press("Tab")
    page.get_by_label("Predecessors", exact=True).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("2FS -1d")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("2 cells changed")).to_be_visible()
    assert plan.value(DRAW, "Duration") == "3d 4h"
    assert plan.value(DRAW, "Predecessors") == "2FS -1d"
