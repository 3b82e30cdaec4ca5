"""People copy and paste in the grid with the real clipboard: from and to spreadsheets, across the edge of the frozen
columns, and past the last row.
"""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import Settings

from audit.models import Entry
from edits.features import Feature
from tests.browser.grids import FILTER, cell, go_to, look, note, open_grid, saved
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    return context


def copied(page: Page) -> str:
    page.keyboard.press("Control+c")
    expect(note(page)).to_contain_text("copied")
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def paste(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+v")


def values(sandbox: RunningSandbox, person: Person, title: str) -> list[Any]:
    """The values of a column in Smartsheet, row by row."""
    sheet = sandbox.sheet(person, "Site plan")
    column = next(column["id"] for column in sheet["columns"] if column["title"] == title)
    cells = [{cell["columnId"]: cell.get("value") for cell in row["cells"]} for row in sheet["rows"]]
    return [row.get(column) for row in cells]


def test_a_range_over_the_frozen_edge_is_copied(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, 3, "Task").click()
    cell(page, 4, "Done").click(modifiers=["Shift"])
    assert copied(page).splitlines() == [
        "Survey and set out\tSP-003\tComplete\tGreen\ttrue",
        "Site fence and cabins\tSP-004\tComplete\tGreen\ttrue",
    ]
    expect(page.locator('.grid-body [aria-selected="true"]')).to_have_count(10)


def test_the_menu_copies_and_says_so(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, 3, "Task").click()
    page.keyboard.press("Shift+F10")
    page.get_by_role("menuitem", name="Copy").click()
    expect(note(page)).to_have_text("1 cell copied.")
    assert page.evaluate("navigator.clipboard.readText()") == "Survey and set out"


def test_a_range_of_a_spreadsheet_is_pasted_over_the_frozen_edge(
    page: Page, sandbox: RunningSandbox, bob: Person
) -> None:
    open_grid(page, bob)
    cell(page, 7, "Task").click()
    paste(page, '"Two\r\nlines"\tignored\tBlocked\tGreen\tTRUE\r\n"Say ""hi"""\t\tNonsense\tPurple\tperhaps\r\n')
    expect(note(page)).to_contain_text("refused")
    expect(cell(page, 7, "Status")).to_contain_text("Blocked")
    saved(page)
    assert values(sandbox, bob, "Task")[6:8] == ["Two\nlines", 'Say "hi"']
    assert values(sandbox, bob, "Done")[6:8] == [True, False]
    page.get_by_role("button", name="Show why").click()
    report = page.get_by_role("dialog")
    expect(report).to_contain_text("Row 7, No.: “ignored”. Smartsheet fills in this column.")
    expect(report).to_contain_text("Row 8, Done: “perhaps”. Choose checked or not checked.")
    assert {entry.actor_name for entry in Entry.objects.intents()} == {bob.name}


def test_a_paste_is_undone_at_once(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob)
    before = values(sandbox, bob, "Task")
    cell(page, 3, "Task").click()
    paste(page, "One\nTwo\nThree")
    expect(cell(page, 5, "Task")).to_have_text("Three")
    page.keyboard.press("Control+z")
    expect(cell(page, 5, "Task")).to_have_text(before[4])
    saved(page)
    assert values(sandbox, bob, "Task") == before


def test_one_value_fills_the_selection(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, 11, "Status").click()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    paste(page, "Complete")
    saved(page)
    assert values(sandbox, bob, "Status")[10:13] == ["Complete"] * 3


def test_rows_past_the_end_are_added_after_a_question(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, 3, "Task").click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Home")
    paste(page, "Last\nFirst new\nSecond new")
    question = page.get_by_role("dialog", name="Add 2 rows?")
    question.get_by_role("button", name="Add 2 rows").click()
    expect(page.get_by_role("treegrid")).to_have_attribute("aria-rowcount", "27")
    saved(page)
    assert values(sandbox, bob, "Task")[-2:] == ["First new", "Second new"]


@pytest.mark.parametrize("can_add", [True, False])
def test_rows_past_the_end_are_left_out_with_a_remark(
    page: Page, sandbox: RunningSandbox, bob: Person, settings: Settings, can_add: bool
) -> None:
    if not can_add:
        settings.BYLINE_FEATURES = [Feature.VIEW, Feature.CHANGE]
    open_grid(page, bob)
    cell(page, 3, "Task").click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Home")
    paste(page, "Last\nFirst new\nSecond new")
    if can_add:
        page.get_by_role("dialog").get_by_role("button", name="Leave them out").click()
    expect(note(page)).to_contain_text("1 cell pasted. Left out: 2 rows beyond the last row that is shown.")
    if not can_add:
        expect(note(page)).to_contain_text("Adding rows is switched off in this app.")
    saved(page)
    assert values(sandbox, bob, "Task")[-1] == "Last"


def test_rows_of_a_collapsed_parent_are_passed_over(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob)
    before = values(sandbox, bob, "Task")
    cell(page, 2, "Task").click()
    page.keyboard.press("Alt+ArrowLeft")
    paste(page, "Preparing\nExcavating")
    saved(page)
    assert values(sandbox, bob, "Task")[1:6] == ["Preparing", *before[2:5], "Excavating"]


def test_cells_are_cut_filled_and_cleared(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, 11, "Notes").click()
    page.keyboard.type("Mind the gap")
    page.keyboard.press("Enter")
    cell(page, 11, "Notes").click()
    cell(page, 13, "Notes").click(modifiers=["Shift"])
    page.keyboard.press("Control+d")
    saved(page)
    assert values(sandbox, bob, "Notes")[10:13] == ["Mind the gap"] * 3
    page.keyboard.press("Control+x")
    saved(page)
    assert values(sandbox, bob, "Notes")[10:13] == [None] * 3
    page.keyboard.press("Control+v")
    saved(page)
    assert values(sandbox, bob, "Notes")[10:13] == ["Mind the gap"] * 3
    page.keyboard.press("Delete")
    saved(page)
    assert values(sandbox, bob, "Notes")[10:13] == [None] * 3


def test_the_handle_repeats_the_pattern(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, 3, "Status").click()
    handle, end = page.locator(".grid-handle"), cell(page, 5, "Status")
    handle.hover()
    page.mouse.down()
    end.hover()
    cell(page, 7, "Status").hover()
    page.mouse.up()
    saved(page)
    assert values(sandbox, bob, "Status")[2:7] == ["Complete"] * 5


def test_dragging_selects_over_the_frozen_edge_and_scrolls(page: Page, bob: Person) -> None:
    open_grid(page, bob, width=1000)
    cell(page, 2, "Status").hover()
    page.mouse.down()
    cell(page, 4, "Task").hover()
    expect(page.locator('.grid-body [aria-selected="true"]')).to_have_count(9)
    grid = page.locator(".sheet-grid")
    box = grid.bounding_box()
    assert box
    page.mouse.move(box["x"] + 200, box["y"] + box["height"] - 4)
    expect(page.get_by_role("gridcell", name="Final account")).to_be_visible()
    page.mouse.up()
    assert grid.evaluate("grid => grid.scrollTop") > 0


def test_a_drag_ends_even_if_the_page_does_not_hear_of_its_end(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, 2, "Status").hover()
    page.mouse.down()
    cell(page, 4, "Status").hover()
    selected = page.locator('.grid-body [aria-selected="true"]')
    expect(selected).to_have_count(3)
    page.evaluate("dispatchEvent(new MouseEvent('mousemove', { buttons: 0 }))")  # as if it was released elsewhere
    cell(page, 6, "Status").hover()
    page.wait_for_timeout(200)  # time in which the selection must not grow
    expect(selected).to_have_count(3)
    page.mouse.up()


def test_columns_hidden_during_the_question_move_no_values(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, 3, "Budget").click()
    page.keyboard.press("Control+ArrowDown")
    paste(page, "1\t2\n11\t22")
    question = page.get_by_role("dialog", name="Add 1 row?")
    expect(question.get_by_role("button", name="Leave it out")).to_be_visible()
    page.evaluate(
        "() => { const { sheet, view } = document.querySelector('[data-grid]').grid;"
        " view.set({ hidden: sheet.columns.filter(({ title }) => title === 'Budget').map(({ id }) => id) }); }"
    )
    question.get_by_role("button", name="Add 1 row").click()
    saved(page)
    assert [values(sandbox, bob, title)[-1] for title in ("Budget", "Spent")] == [11, 22]


def test_a_paste_leaves_out_a_column_that_was_deleted_during_its_question(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, alice: Person, bob: Person
) -> None:
    open_grid(page, bob)
    last = list(plan.rows)[-1]
    go_to(page, plan, last, "Drawing")
    paste(page, "D1\tN1\nD2\tN2")
    question = page.get_by_role("dialog", name="Add 1 row?")
    expect(question).to_be_visible()
    sandbox.call(alice, "DELETE", f"/sheets/{plan.id}/columns/{plan.columns['Notes']}")
    look(page)
    expect(page.get_by_role("columnheader", name="Notes", exact=True)).to_have_count(0)
    question.get_by_role("button", name="Add 1 row").click()
    expect(note(page)).to_contain_text("1 cell pasted. 1 row added. 2 cells refused.")
    saved(page)
    drawings = [
        one.get("value")
        for row in sandbox.sheet(bob, "Site plan")["rows"][-2:]
        for one in row["cells"]
        if one["columnId"] == plan.columns["Drawing"]
    ]
    assert drawings == ["D1", "D2"]


def test_a_text_that_looks_like_a_number_is_filled_into_other_columns(
    page: Page, sandbox: RunningSandbox, bob: Person
) -> None:
    columns = [
        {"title": "Task", "type": "TEXT_NUMBER", "primary": True},
        {"title": "Level", "type": "PICKLIST", "options": ["4", "5"]},
        {"title": "Note", "type": "TEXT_NUMBER"},
    ]
    sheet = sandbox.call(bob, "POST", "/sheets", {"name": "Levels", "columns": columns})["result"]
    task = {"columnId": sheet["columns"][0]["id"], "value": "5", "strict": True}
    sandbox.call(bob, "POST", f"/sheets/{sheet['id']}/rows", [{"toBottom": True, "cells": [task]}])
    open_grid(page, bob, "Levels")
    cell(page, 1, "Task").click()
    page.locator(".grid-handle").hover()
    page.mouse.down()
    cell(page, 1, "Note").hover()
    page.mouse.up()
    saved(page)
    cells = sandbox.sheet(bob, "Levels")["rows"][0]["cells"]
    assert [one["value"] for one in cells] == ["5", "5", "5"]


def test_clearing_very_many_cells_asks_first(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    columns = [{"title": title, "type": "TEXT_NUMBER", "primary": title == "A"} for title in "ABC"]
    sheet = sandbox.call(bob, "POST", "/sheets", {"name": "Full", "columns": columns})["result"]
    cells = [{"columnId": column["id"], "value": column["title"]} for column in sheet["columns"]]
    sandbox.call(bob, "POST", f"/sheets/{sheet['id']}/rows", [{"toBottom": True, "cells": cells}] * 200)
    open_grid(page, bob, "Full")
    saved(page)
    cell(page, 1, "A").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    question = page.get_by_role("dialog", name="Clear 600 cells?")
    question.get_by_role("button", name="Keep them").click()
    expect(cell(page, 1, "A")).to_have_text("A")
    page.keyboard.press("Delete")
    question.get_by_role("button", name="Clear 600 cells").click()
    expect(cell(page, 1, "A")).to_have_text("")
    saved(page)
    page.keyboard.press("Control+z")
    expect(cell(page, 1, "A")).to_have_text("A")
    saved(page)
    held = [one["value"] for row in sandbox.sheet(bob, "Full")["rows"] for one in row["cells"]]
    assert held == ["A", "B", "C"] * 200


SELECTED = """() => {
  const { sheet, selection } = document.querySelector("[data-grid]").grid;
  return selection.rowIds.map((id) => sheet.label(sheet.position(id)));
}"""
SORT = """title => {
  const { sheet, view } = document.querySelector("[data-grid]").grid;
  view.set({ sort: { column: sheet.columns.find((one) => one.title === title).id, isDescending: false } });
}"""


def paste_past_the_end(page: Page, text: str) -> None:
    """Paste a text of three rows into the last row's cell in the column Task, so that two rows have to be added."""
    cell(page, 3, "Task").click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Home")
    paste(page, text)
    page.get_by_role("dialog", name="Add 2 rows?").get_by_role("button", name="Add 2 rows").click()
    expect(note(page)).to_contain_text("2 rows added.")


@pytest.mark.parametrize(
    ("texts", "selected"), [(["A1", "A2", "A3"], ["A1", "A2", "A3"]), (["A1", "zz", "A3"], ["A1"])]
)
def test_only_pasted_rows_are_selected_in_a_sorted_grid(
    page: Page, bob: Person, texts: list[str], selected: list[str]
) -> None:
    open_grid(page, bob)
    page.evaluate(SORT, "Task")
    paste_past_the_end(page, "\n".join(texts))
    assert page.evaluate(SELECTED) == selected
    saved(page)


def test_a_paste_says_that_the_filter_hides_new_rows(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    page.evaluate(FILTER.replace("In progress", "Complete"), "Status")
    paste_past_the_end(page, "Last\nFirst new\nSecond new")
    expect(note(page)).to_have_text("1 cell pasted. 2 rows added. The filter hides 2 new rows.")
    saved(page)


def test_more_rows_than_a_sheet_can_have_are_left_out(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, 7, "Notes").click()
    paste(page, "a\n" * 200_000)
    expect(note(page)).to_contain_text("Left out: 199,982 rows beyond the last row that is shown.")
    expect(note(page)).to_contain_text("Smartsheet allows at most 20,000 rows in a sheet.")
    expect(cell(page, 7, "Notes")).to_have_text("a")
    saved(page)


def test_pasting_says_that_the_clipboard_has_no_text(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, 7, "Notes").click()
    picture = "new OffscreenCanvas(1, 1)"
    page.evaluate(
        f"async () => {{ const canvas = {picture}; canvas.getContext('2d'); const blob = await canvas.convertToBlob();"
        " await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]); }"
    )
    page.keyboard.press("Control+v")
    expect(note(page)).to_have_text("Nothing was pasted, because the clipboard has no text.")
