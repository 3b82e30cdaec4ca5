"""If scripts of the grid arrive late, no keys, texts or changes by others are lost in the meantime."""

from typing import Protocol

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import answer_dialogs
from tests.browser.grids import (
    DIG,
    FILTER,
    SAVED,
    cell,
    go_to,
    line,
    look,
    note,
    open_grid,
    reaches,
    saved,
    script,
    value,
)
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHANGES = "**/api/v1/sheets/*/changes"
NEXT = "Drainage runs"  # the row below Dig foundations
PART_FAILED = "This part of the page could not be loaded. Check the connection, or reload the page."
IS_LOADED = "name => document.querySelector('[data-grid]').grid.parts.loaded.has(name)"
FOCUSED = "() => document.querySelector('[data-grid]').grid.painter.active.innerText"


class Release(Protocol):
    def __call__(self, *, arrives: bool = True) -> None: ...


def hold(page: Page, name: str) -> Release:
    """Hold back a script. Returns a function that lets it arrive or fail."""
    held: list[Route] = []
    page.route(script(name), lambda route: held.append(route))

    def release(*, arrives: bool = True) -> None:
        reaches(page, lambda: len(held), 1)
        if arrives:
            held[0].continue_()
        else:
            held[0].abort()

    return release


def hear(page: Page) -> None:
    """Let the tab read what others have changed."""
    with page.expect_response(CHANGES) as answer:
        look(page)
    answer.value.finished()


def test_a_change_that_comes_before_the_editor_is_not_overwritten(page: Page, plan: SitePlan, bob: Person) -> None:
    release = hold(page, "editors")
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.type("Rock")
    page.keyboard.press("Enter")
    plan.write(DIG, Notes="Clay")
    hear(page)
    release()
    expect(line(page)).to_contain_text("1 cell needs you")
    line(page).get_by_role("button", name="Show").click()
    expect(page.get_by_role("dialog").locator("dd")).to_have_text(["empty", "Clay", "Rock"])
    assert plan.value(DIG, "Notes") == "Clay"


def test_a_change_that_comes_while_an_input_method_composes_is_not_overwritten(
    page: Page, plan: SitePlan, bob: Person
) -> None:
    open_grid(page, bob)
    cell(page, 7, "Notes").click()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "岩", "selectionStart": 1, "selectionEnd": 1})
    plan.write(DIG, Notes="Clay")
    hear(page)
    keyboard.send("Input.insertText", {"text": "岩"})
    page.keyboard.press("Enter")
    expect(line(page)).to_contain_text("1 cell needs you")
    assert plan.value(DIG, "Notes") == "Clay"


def test_what_was_typed_into_a_row_deleted_before_the_editor_came_is_shown(
    page: Page, plan: SitePlan, bob: Person
) -> None:
    release = hold(page, "editors")
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.type("Rock at 2 m")
    plan.delete(DIG)
    hear(page)
    release()
    expect(note(page)).to_contain_text("Your text is here until you press Enter or choose a cell.")
    page.keyboard.press("Enter")
    expect(note(page)).to_have_text("This cell no longer exists in your view. You typed: “Rock at 2 m”")
    expect(page.locator(".grid-editor")).to_have_count(0)


def test_a_row_stays_if_it_no_longer_matches_the_filter_before_the_editor_comes(
    page: Page, plan: SitePlan, bob: Person
) -> None:
    release = hold(page, "editors")
    open_grid(page, bob)
    page.evaluate(FILTER, "Status")
    go_to(page, plan, DIG, "Notes")
    page.keyboard.type("Rock")
    plan.write(DIG, Status="Complete")
    hear(page)
    release()
    editor = page.get_by_role("textbox", name=f"Notes, {DIG}")
    expect(editor).to_be_focused()
    expect(editor).to_have_value("Rock")
    page.keyboard.press("Enter")
    saved(page)
    assert plan.value(DIG, "Notes") == "Rock"


def test_nothing_is_pasted_into_the_next_row_if_the_row_is_deleted_first(
    page: Page, plan: SitePlan, bob: Person
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    before = plan.value(NEXT, "Notes")
    release = hold(page, "copying")
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.evaluate("navigator.clipboard.writeText('Rock')")
    page.keyboard.press("Control+v")
    plan.delete(DIG)
    hear(page)
    release()
    expect(line(page)).to_contain_text("1 cell needs you")
    assert plan.value(NEXT, "Notes") == before


@pytest.mark.parametrize("arrives", [True, False])
def test_a_refused_change_is_not_reported_as_made(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person, *, arrives: bool
) -> None:
    """Smartsheet refuses a change while the browser is still loading the script that writes messages about changes.
    Afterwards, the script arrives, or loading it fails.
    """
    release = hold(page, "report")
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    sandbox.fault(method="PUT", path="/rows", status=400, errorCode=1042, message="No such thing.")
    cells = [(plan.columns["Notes"], "Rock"), (plan.columns["Remaining"], "1")]  # a formula calculates Remaining
    changes = [{"do": "update", "row": str(plan.rows[DIG]), "column": str(one), "text": text} for one, text in cells]
    page.evaluate("changes => document.querySelector('[data-grid]').grid.apply(changes, 'paste')", changes)
    expect(line(page)).to_contain_text("1 cell needs you")
    release(arrives=arrives)
    refused = "1 cell refused" if arrives else "0 changes made. 1 refused"
    expect(note(page)).to_contain_text(f"{refused}: A formula calculates this cell")
    expect(note(page)).not_to_contain_text("1 cell pasted")


def test_a_refused_change_is_withdrawn_from_the_short_report(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person
) -> None:
    page.route(script("report"), lambda route: route.abort())
    open_grid(page, bob)
    sandbox.fault(method="PUT", path="/rows", status=400, errorCode=1042, message="No such thing.")
    go_to(page, plan, DIG, "Notes")
    page.keyboard.type("Rock")
    page.keyboard.press("Enter")
    expect(line(page)).to_contain_text("1 cell needs you")
    expect(note(page)).to_have_text("")


def test_a_late_report_does_not_replace_a_question(page: Page, plan: SitePlan, bob: Person) -> None:
    release = hold(page, "report")
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.type("Rock")
    page.keyboard.press("Enter")
    saved(page)
    go_to(page, plan, DIG, "Budget")
    page.keyboard.type("forty")
    page.keyboard.press("Enter")
    expect(note(page)).to_contain_text("It would be text")
    release()
    reaches(page, lambda: page.evaluate(IS_LOADED, "report"), True)
    expect(note(page)).to_contain_text("It would be text")
    page.get_by_role("button", name="Keep it").click()
    saved(page)
    assert (plan.value(DIG, "Notes"), plan.value(DIG, "Budget")) == ("Rock", "forty")


def test_texts_of_an_input_method_wait_for_the_editor(page: Page, bob: Person) -> None:
    release = hold(page, "editors")
    open_grid(page, bob)
    cell(page, 7, "Task").click()
    keyboard = page.context.new_cdp_session(page)
    for text in ("引き", "渡し"):
        keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "h", "windowsVirtualKeyCode": 229})
        keyboard.send("Input.imeSetComposition", {"text": text, "selectionStart": 2, "selectionEnd": 2})
        keyboard.send("Input.insertText", {"text": text})
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    keyboard.send("Input.insertText", {"text": "水"})  # for example from a list of symbols
    page.keyboard.press("Enter")
    release()
    expect(cell(page, 7, "Task")).to_have_text("引き渡し12")
    expect(cell(page, 8, "Task")).to_have_text("水")


@pytest.mark.parametrize("name", ["editors", "find"])
def test_leaving_asks_before_typed_text_is_lost(page: Page, plan: SitePlan, bob: Person, name: str) -> None:
    release = hold(page, name)
    open_grid(page, bob)
    cell(page, 7, "Task").click()
    if name == "find":
        reaches(page, lambda: page.evaluate(IS_LOADED, "editors"), True)
        page.keyboard.press("Control+f")
    page.keyboard.type("Rock")
    asked = answer_dialogs(page, accept=False)
    page.close(run_before_unload=True)
    reaches(page, lambda: asked, ["beforeunload"])
    release()
    if name == "find":
        expect(page.get_by_role("searchbox")).to_have_value("Rock")
    else:
        page.keyboard.press("Enter")
        expect(cell(page, 7, "Task")).to_have_text("Rock")


def test_a_paste_comes_after_the_keys_before_it(page: Page, bob: Person) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    release = hold(page, "copying")
    open_grid(page, bob)
    cell(page, 7, "Task").click()
    for key in ("Control+c", "ArrowDown", "Control+v"):
        page.keyboard.press(key)
    release()
    expect(cell(page, 8, "Task")).to_have_text(DIG)


def test_a_copy_comes_after_the_keys_before_it(page: Page, bob: Person) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    release = hold(page, "editors")
    open_grid(page, bob)
    cell(page, 7, "Task").click()
    page.keyboard.type("Rock")
    for key in ("Control+x", "Enter", "Control+c"):
        page.keyboard.press(key)
    release()
    expect(note(page)).to_have_text("1 cell copied.")
    assert page.evaluate("navigator.clipboard.readText()") == NEXT
    expect(cell(page, 7, "Task")).to_have_text("Rock")


def test_text_is_pasted_into_the_editor_that_earlier_keys_open(page: Page, bob: Person) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    release = hold(page, "editors")
    open_grid(page, bob)
    page.evaluate("navigator.clipboard.writeText('ck')")
    cell(page, 7, "Task").click()
    page.keyboard.type("Ro")
    page.keyboard.press("Control+v")
    page.keyboard.type("s")
    page.keyboard.press("Enter")
    release()
    expect(cell(page, 7, "Task")).to_have_text("Rocks")


@pytest.mark.parametrize("way", ["button", "menu", "double click"])
def test_a_click_comes_after_the_keys_before_it(page: Page, bob: Person, way: str) -> None:
    release = hold(page, "editors")
    open_grid(page, bob)
    cell(page, 7, "Task").click()
    page.keyboard.type("Rock")
    page.keyboard.press("Enter")
    if way == "button":
        page.get_by_role("button", name="Add rows below").click()
    elif way == "menu":
        cell(page, 9, "Task").click(button="right")
    else:
        cell(page, 9, "Task").dblclick()
    release()
    expect(cell(page, 7, "Task")).to_have_text("Rock")
    if way == "button":
        expect(cell(page, 9, "Task")).to_be_focused()
        expect(cell(page, 9, "Task")).to_have_text("")
    elif way == "menu":
        expect(page.get_by_role("menuitem", name="Copy")).to_be_visible()
    else:
        expect(cell(page, 9, "Task").get_by_role("textbox")).to_be_focused()


@pytest.mark.parametrize("name", ["editors", "find"])
def test_keys_after_one_that_failed_have_no_effect(page: Page, plan: SitePlan, bob: Person, name: str) -> None:
    """The script for the first key can't be loaded. The later keys must not change the cell: the letters after Ctrl+F
    were meant for the search, and a text without its first letter isn't what the person typed.
    """
    held: list[Route] = []
    page.route(script(name), lambda route: route.continue_() if held else held.append(route))  # fails only once
    open_grid(page, bob)
    cell(page, 7, "Task").click()
    if name == "find":
        page.keyboard.press("Control+f")
    page.keyboard.type("Rock")
    page.keyboard.press("Enter")
    cell(page, 9, "Task").click()
    reaches(page, lambda: len(held), 1)
    held[0].abort()
    expect(cell(page, 9, "Task")).to_be_focused()
    expect(note(page)).to_have_text(PART_FAILED)
    assert value(page, plan, DIG, "Task") == DIG
    page.keyboard.type("Rock")
    page.keyboard.press("Enter")
    expect(cell(page, 9, "Task")).to_have_text("Rock")


def test_a_paste_has_the_clipboard_of_its_time_after_a_copy_that_failed(
    page: Page, plan: SitePlan, bob: Person
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    release = hold(page, "find")
    open_grid(page, bob)
    cell(page, 7, "Task").click()
    reaches(page, lambda: page.evaluate(IS_LOADED, "copying"), True)
    page.keyboard.press("Control+c")
    cell(page, 8, "Task").click()
    page.keyboard.press("Control+f")
    page.keyboard.press("Control+c")
    release(arrives=False)
    expect(note(page)).to_have_text(PART_FAILED)
    page.evaluate("navigator.clipboard.writeText('From elsewhere')")
    page.keyboard.press("Control+v")
    expect(cell(page, 8, "Task")).to_have_text("From elsewhere")


@pytest.mark.parametrize("way", ["scrolls", "adds a row"])
@pytest.mark.parametrize("button", ["left", "right"])
def test_a_click_means_the_cell_that_the_person_saw(page: Page, bob: Person, way: str, button: str) -> None:
    release = hold(page, "rows" if way == "adds a row" else "editors")
    open_grid(page, bob)
    page.set_viewport_size({"width": 3600, "height": 420})
    if way == "adds a row":
        cell(page, 7, "Task").click()
        page.keyboard.press("Control+Enter")
        clicked = cell(page, 9, "Task")
    else:
        seen = "({ painter }) => Math.floor((painter.height - painter.headHeight) / 32) - 1"
        page.evaluate(f"(({{ grid }}) => grid.go(({seen})(grid), 2))(document.querySelector('[data-grid]'))")
        page.keyboard.type("Rock")
        for key in ("Enter", "ArrowDown", "ArrowDown"):
            page.keyboard.press(key)
        clicked = cell(page, 4, "Task")
    text = clicked.inner_text()
    if button == "left":
        clicked.click()
    else:
        clicked.click(button="right")
    release()
    if button == "right":
        page.get_by_role("menuitem", name="Copy").wait_for()
    reaches(page, lambda: page.evaluate(FOCUSED), text)


def test_a_click_on_a_check_box_comes_after_the_keys_before_it(page: Page, plan: SitePlan, bob: Person) -> None:
    release = hold(page, "editors")
    open_grid(page, bob)
    cell(page, 7, "Task").click()
    page.keyboard.type("Rock")
    page.keyboard.press("Enter")
    for _ in range(2):  # the first click goes to the cell
        cell(page, 7, "Done").click()
    release()
    expect(cell(page, 7, "Task")).to_have_text("Rock")
    reaches(page, lambda: value(page, plan, DIG, "Done"), True)


@pytest.mark.parametrize("keys", [["F2", "ArrowRight", "?"], ["F2", "?"]])
def test_a_question_mark_comes_after_the_keys_before_it(
    page: Page, plan: SitePlan, bob: Person, keys: list[str]
) -> None:
    """A question mark is typed as text into a cell that the person can change. In other cells, it opens the help."""
    release = hold(page, "editors")
    open_grid(page, bob)
    go_to(page, plan, DIG, "No.")  # Smartsheet fills in this column
    for key in keys:
        page.keyboard.press(key)
    release()
    if "ArrowRight" in keys:
        expect(page.locator(".grid-editor .grid-input")).to_have_value("?")
    expect(page.get_by_role("dialog")).to_have_count(0 if "ArrowRight" in keys else 1)
