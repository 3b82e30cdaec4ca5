"""The grid shows sheets of unusual shapes: without rows, and with many levels of child rows. A printed grid says what
was left out.
"""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import problems, sandbox_in_use, sign_in
from tests.browser.grids import FILTER, cell, open_grid, reaches, saved
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DEEPEST = 12


def make_sheet(person: Person, name: str) -> tuple[int, list[int]]:
    """Make a sheet without rows. Return its id and the ids of its two columns."""
    columns = [
        {"title": "Task", "type": "TEXT_NUMBER", "primary": True},
        {"title": "Notes", "type": "TEXT_NUMBER"},
    ]
    made = sandbox_in_use().call(person, "POST", "/sheets", {"name": name, "columns": columns})["result"]
    return made["id"], [column["id"] for column in made["columns"]]


def open_empty(page: Page, person: Person) -> int:
    sheet_id, _ = make_sheet(person, "Empty")
    sign_in(page, person)
    page.goto(f"/sheets/{sheet_id}/")
    expect(page.get_by_text("This sheet has no rows yet")).to_be_visible()
    return sheet_id


def rows(sandbox: RunningSandbox, person: Person, sheet_id: int) -> list[list[object]]:
    found = sandbox.call(person, "GET", f"/sheets/{sheet_id}")["rows"]
    return [[one.get("value") for one in row["cells"]] for row in found]


def test_the_first_row_of_an_empty_sheet_is_added_by_keyboard(
    page: Page, sandbox: RunningSandbox, alice: Person
) -> None:
    sheet_id = open_empty(page, alice)
    assert not problems(page)
    page.locator(".sheet-grid").get_by_role("button", name="Add row").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("This sheet has no rows yet")).to_have_count(0)
    expect(page.locator('.grid-body [tabindex="0"]')).to_be_focused()
    page.keyboard.type("First")
    page.keyboard.press("Enter")
    saved(page)
    assert [row[0] for row in rows(sandbox, alice, sheet_id)] == ["First"]


def test_rows_are_pasted_into_an_empty_sheet(page: Page, sandbox: RunningSandbox, alice: Person) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sheet_id = open_empty(page, alice)
    page.locator(".sheet-grid").get_by_role("button", name="Add row").focus()
    page.evaluate("navigator.clipboard.writeText('One\\tA\\nTwo\\tB')")
    page.keyboard.press("Control+v")
    page.get_by_role("dialog").get_by_role("button", name="Add 2 rows").click()
    expect(cell(page, 2, "Notes")).to_have_text("B")
    saved(page)
    assert rows(sandbox, alice, sheet_id) == [["One", "A"], ["Two", "B"]]


def test_a_grid_says_that_no_row_matches_its_filters(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    page.evaluate(FILTER.replace("In progress", "Nothing has this status"), "Status")
    expect(page.get_by_text("No row matches the filters.")).to_be_visible()
    page.get_by_role("button", name="Show all rows", exact=True).press("Enter")
    expect(page.locator('.grid-body [tabindex="0"]')).to_be_focused()
    expect(page.get_by_text("No row matches the filters.")).to_have_count(0)


def make_long_sheet(person: Person) -> None:
    """Make a sheet with more rows than the browser requests first."""
    sheet_id, (task, _) = make_sheet(person, "Long")
    added = [{"toBottom": True, "cells": [{"columnId": task, "value": f"Row {one}"}]} for one in range(250)]
    sandbox_in_use().call(person, "POST", f"/sheets/{sheet_id}/rows", added)


def test_a_grid_says_that_rows_are_still_being_loaded(page: Page, alice: Person) -> None:
    make_long_sheet(alice)
    held: list[Route] = []
    page.route("**/sheets/*?page=1&page_size=5000", lambda route: held.append(route))
    open_grid(page, alice, "Long")
    page.evaluate(FILTER, "Task")
    expect(page.get_by_text("No row matches the filters so far. Not all rows are loaded yet.")).to_be_visible()
    page.get_by_role("button", name="Show all rows", exact=True).focus()
    reaches(page, lambda: len(held), 1)
    held[0].continue_()
    expect(page.get_by_text("No row matches the filters.", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Show all rows", exact=True)).to_be_focused()


def test_a_grid_does_not_say_that_rows_are_being_loaded_after_this_failed(page: Page, alice: Person) -> None:
    make_long_sheet(alice)
    held: list[Route] = []
    page.route("**/sheets/*?page=1&page_size=5000", lambda route: held.append(route))
    open_grid(page, alice, "Long")
    page.evaluate(FILTER, "Task")
    expect(page.get_by_text("Not all rows are loaded yet.")).to_be_visible()
    reaches(page, lambda: len(held), 1)
    held[0].abort()
    expect(page.get_by_role("alert").filter(has_text="Not all rows could be loaded.")).to_be_visible()
    expect(page.get_by_text("No row that could be loaded matches the filters.")).to_be_visible()
    expect(page.get_by_text("Not all rows are loaded yet.")).to_have_count(0)


def test_all_rows_are_loaded_although_another_tab_is_saving(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    page.evaluate(FILTER.replace("In progress", "Nothing has this status"), "Status")
    expect(page.get_by_text("No row matches the filters.", exact=True)).to_be_visible()
    page.evaluate("void document.querySelector('[data-grid]').grid.saving.tabs.alone(() => new Promise(() => {}))")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_text("No row matches the filters.", exact=True)).to_be_visible()


def test_the_last_row_is_deleted_and_another_one_is_added(page: Page, alice: Person) -> None:
    open_empty(page, alice)
    page.locator(".sheet-grid").get_by_role("button", name="Add row").press("Enter")
    saved(page)
    page.keyboard.press("Control+Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete 1 row").press("Enter")
    expect(page.locator(".sheet-grid").get_by_role("button", name="Add row")).to_be_visible()
    page.locator(".sheet-grid").get_by_role("button", name="Add row").press("Enter")
    expect(page.locator('.grid-body [tabindex="0"]')).to_be_focused()


def test_a_deep_row_stays_within_its_column(page: Page, sandbox: RunningSandbox, alice: Person) -> None:
    sheet_id, (task, notes) = make_sheet(alice, "Deep")
    parent = None
    for level in range(DEEPEST):
        row = {"toBottom": True, "cells": [{"columnId": task, "value": f"L{level}"}, {"columnId": notes, "value": "N"}]}
        added = [row | ({"parentId": parent} if parent else {})]
        parent = sandbox.call(alice, "POST", f"/sheets/{sheet_id}/rows", added)["result"][0]["id"]
    open_grid(page, alice, "Deep")
    for width in (150, 48):
        page.evaluate(
            "([column, width]) => document.querySelector('[data-grid]').grid.view.setWidth(column, width)",
            [str(task), width],
        )
        box = cell(page, DEEPEST, "Task").bounding_box()
        assert box
        assert box["width"] <= width + 1
    page.evaluate("column => document.querySelector('[data-grid]').grid.view.setWidth(column, 150)", str(task))
    cell(page, 3, "Notes").click(position={"x": 5, "y": 5})
    expect(cell(page, 3, "Notes")).to_be_focused()


def test_a_print_says_which_rows_it_has(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    told = page.get_by_text("This print has only the rows that were on the screen.")
    expect(told).to_be_hidden()
    page.emulate_media(media="print")
    expect(told).to_be_visible()
    expect(told).to_contain_text("?view=table")
    expect(page.get_by_role("group", name="Grid")).to_be_hidden()
    page.emulate_media(media="screen")
