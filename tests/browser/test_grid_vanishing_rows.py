"""What the person types, chooses and drags reaches only the cells that they saw, even if rows appear, move or disappear
in the meantime.
"""

import pytest
from playwright.sync_api import Page, expect

from audit.models import Entry
from tests.browser.conftest import answer_dialogs
from tests.browser.grids import (
    DIG,
    EDITS,
    FILTER,
    cell,
    comes_to_hold,
    go_to,
    kind,
    line,
    look,
    note,
    open_grid,
    reaches,
    saved,
    value,
)
from tests.browser.test_grid_shapes import open_empty, rows
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DRAINAGE = "Drainage runs"
NO_MATCH = FILTER.replace("In progress", "Nothing has this status")
FOCUS = "document.querySelector('[data-grid]').grid.painter.focus()"


def write_and_look(page: Page, plan: SitePlan, row: str, title: str, text: str) -> None:
    """Change a cell as another person, and wait until the grid shows the change."""
    plan.write(row, **{title: text})
    look(page)
    comes_to_hold(page, plan, row, title, text)


def is_gone(page: Page, row: str) -> None:
    expect(page.get_by_role("gridcell", name=row, exact=True)).to_have_count(0)


def test_an_editor_keeps_the_focus_when_a_sheet_that_was_empty_gets_another_row(
    page: Page, sandbox: RunningSandbox, alice: Person
) -> None:
    sheet_id = open_empty(page, alice)
    page.locator(".sheet-grid").get_by_role("button", name="Add row").press("Enter")
    saved(page)
    page.keyboard.type("Hello")
    sandbox.call(alice, "POST", f"/sheets/{sheet_id}/rows", [{"toBottom": True, "cells": []}])
    look(page)
    expect(page.get_by_role("treegrid")).to_have_attribute("aria-rowcount", "3")
    page.keyboard.type(" world")
    page.keyboard.press("Enter")
    saved(page)
    assert rows(sandbox, alice, sheet_id)[0][0] == "Hello world"


def test_the_first_row_of_others_is_not_told_as_a_lost_cell(page: Page, sandbox: RunningSandbox, alice: Person) -> None:
    sheet_id = open_empty(page, alice)
    page.locator(".sheet-grid").get_by_role("button", name="Add row").focus()
    sandbox.call(alice, "POST", f"/sheets/{sheet_id}/rows", [{"toBottom": True, "cells": []}])
    look(page)
    expect(cell(page, 1, "Task")).to_be_focused()
    expect(note(page)).to_have_text("")


def test_keys_reach_no_row_while_the_filters_hide_all_rows(page: Page, plan: SitePlan, bob: Person) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.evaluate(NO_MATCH, "Status")
    button = page.get_by_role("button", name="Show all rows", exact=True)
    for key in ["a", "F2", "Control+c", "Control+x", "Control+k", "Control+d", "F4", "Alt+ArrowUp", "Delete"]:
        button.focus()
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_have_count(0)
    button.click()
    cell(page, 2, "Notes").click()
    expect(cell(page, 2, "Notes")).to_be_focused()
    saved(page)
    assert value(page, plan, DIG, "Notes") is None
    assert not Entry.objects.intents().exists()


def test_a_filter_hides_the_focused_row_only_after_the_focus_has_left_it(
    page: Page, plan: SitePlan, bob: Person
) -> None:
    open_grid(page, bob)
    plan.write(DRAINAGE, Status="In progress")
    look(page)
    comes_to_hold(page, plan, DRAINAGE, "Status", "In progress")
    page.evaluate(FILTER, "Status")
    go_to(page, plan, DIG, "Notes")
    write_and_look(page, plan, DIG, "Status", "Complete")
    page.keyboard.type("For dig")
    page.keyboard.press("Enter")
    saved(page)
    assert plan.value(DIG, "Notes") == "For dig"
    go_to(page, plan, DRAINAGE, "Notes")
    write_and_look(page, plan, DRAINAGE, "Notes", "Wet")
    is_gone(page, DIG)


def test_the_person_is_told_that_the_focused_row_was_deleted(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    expect(cell(page, 7, "Notes")).to_be_focused()
    plan.delete(DIG)
    look(page)
    expect(note(page)).to_have_text("The cell where you were no longer exists. You are in another cell now.")
    expect(cell(page, 7, "Notes")).to_be_focused()


def test_a_command_of_the_menu_does_nothing_if_its_row_is_gone(page: Page, plan: SitePlan, bob: Person) -> None:
    plan.write(DRAINAGE, Notes="Keep me")
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.press("Shift+F10")
    command = page.get_by_role("menuitem", name="Clear the cells")
    expect(command).to_be_visible()
    plan.delete(DIG)
    look(page)
    is_gone(page, DIG)
    command.click()
    expect(note(page)).to_have_text("Nothing was done, because this cell no longer exists in your view.")
    assert value(page, plan, DRAINAGE, "Notes") == "Keep me"
    assert not Entry.objects.intents().exists()


def test_rows_do_not_move_while_the_fill_handle_is_dragged(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, alice: Person, bob: Person
) -> None:
    plan.write(DIG, Notes="Mine")
    open_grid(page, bob)
    saved(page)
    go_to(page, plan, DIG, "Notes")
    page.locator(".grid-handle").hover()
    page.mouse.down()
    cell(page, 8, "Notes").hover()
    sandbox.call(alice, "POST", f"/sheets/{plan.id}/rows", [{"toTop": True, "cells": []}])
    with page.expect_response("**/changes"):
        look(page)
    page.wait_for_timeout(300)  # time in which the new row must not appear
    page.mouse.up()
    saved(page)
    expect(page.get_by_role("treegrid")).to_have_attribute("aria-rowcount", "26")
    assert [plan.value(row, "Notes") for row in (DIG, DRAINAGE)] == ["Mine", "Mine"]


def test_leaving_asks_before_the_text_of_a_lost_editor_is_lost(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.type("Rock")
    plan.delete(DIG)
    look(page)
    expect(page.get_by_role("textbox", name="The text of the cell that no longer exists")).to_be_focused()
    asked = answer_dialogs(page, accept=False)
    page.close(run_before_unload=True)
    reaches(page, lambda: asked, ["beforeunload"])


def test_a_value_written_during_a_question_about_a_paste_is_a_conflict(page: Page, plan: SitePlan, bob: Person) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_grid(page, bob)
    go_to(page, plan, DIG, "Budget")
    page.evaluate("navigator.clipboard.writeText('n/a\\t7')")
    page.keyboard.press("Control+v")
    question = page.get_by_role("dialog", name="1 value may not be what you mean")
    expect(question).to_be_visible()
    plan.write(DIG, Spent=555)
    look(page)
    comes_to_hold(page, plan, DIG, "Spent", 555)
    question.get_by_role("button", name="Write it as shown").click()
    expect(line(page)).to_contain_text("1 cell needs you")
    assert kind(page, plan, DIG, "Spent") == "conflict"
    assert (plan.value(DIG, "Budget"), plan.value(DIG, "Spent")) == ("n/a", 555)


def test_undoing_shows_what_others_wrote_before_the_change(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    go_to(page, plan, DIG, "Spent")
    page.evaluate(FOCUS)
    page.keyboard.press("F2")
    editor = page.get_by_role("textbox", name=f"Spent, {DIG}")
    expect(editor).to_be_focused()
    plan.write(DIG, Spent=555)
    look(page)
    comes_to_hold(page, plan, DIG, "Spent", 555)
    page.route(EDITS, lambda route: route.abort())
    editor.fill("7")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+z")  # before the change is sent
    page.unroute(EDITS)
    saved(page)
    assert (value(page, plan, DIG, "Spent"), plan.value(DIG, "Spent")) == (555, 555)


def test_typing_the_value_that_was_seen_does_not_hide_a_newer_one(page: Page, plan: SitePlan, bob: Person) -> None:
    plan.write(DIG, Spent=1.5)
    open_grid(page, bob)
    go_to(page, plan, DIG, "Spent")
    page.evaluate(FOCUS)
    page.keyboard.press("F2")
    editor = page.get_by_role("textbox", name=f"Spent, {DIG}")
    expect(editor).to_be_focused()
    plan.write(DIG, Spent=2)
    look(page)
    comes_to_hold(page, plan, DIG, "Spent", 2)
    editor.fill("1.50")
    page.keyboard.press("Enter")
    expect(editor).to_have_count(0)
    saved(page)
    assert value(page, plan, DIG, "Spent") == 2
