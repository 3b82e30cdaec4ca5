"""Editing cells in the grid: by typing, with an editor for each column type, and in the person's own name."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from audit.models import Entry
from tests.browser.conftest import answer_dialogs
from tests.browser.grids import DIG, cell, comes_to_hold, go_to, note, open_grid, saved, stored
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROW = 7  # Dig foundations


@pytest.mark.parametrize(
    ("title", "keys", "shown", "held"),
    [
        ("Task", ["Dig deeper", "Enter"], "Dig deeper", "Dig deeper"),
        ("Task", ["First", "Alt+Enter", "second", "Enter"], "First second", "First\nsecond"),
        ("Task", ["F2", " again", "Tab"], "Dig foundations again", "Dig foundations again"),
        ("Task", ["<b>bold</b>", "Enter"], "<b>bold</b>", "<b>bold</b>"),
        ("Status", ["Comp", "Enter"], "Complete", "Complete"),
        ("Status", ["F2", "ArrowDown", "Enter"], "Blocked", "Blocked"),
        ("Start", ["28/02/2026", "Enter"], "28/02/2026", "2026-02-28"),
        ("Start", ["2026-03-01", "Enter"], "01/03/2026", "2026-03-01"),
        ("Start", ["Delete"], "", None),
        ("Done", [" "], "checked", True),
        ("Done", ["Enter"], "checked", True),
        ("Responsible", ["Ali", "Enter"], "Alice Archer", "alice@example.com"),
        ("Responsible", ["new@example.org", "Enter"], "new@example.org", "new@example.org"),
        ("Budget", ["41500.5", "Enter"], "41500.5", 41500.5),
    ],
)
def test_a_cell_is_typed(
    page: Page, sandbox: RunningSandbox, bob: Person, title: str, keys: list[str], shown: str, held: Any
) -> None:
    open_grid(page, bob)
    cell(page, ROW, title).click()
    for key in keys:
        (page.keyboard.press if is_key(key) else page.keyboard.type)(key)
    if title == "Done":
        expect(cell(page, ROW, title)).to_have_accessible_name(re.compile(shown))
    else:
        expect(cell(page, ROW, title)).to_contain_text(shown)
    saved(page)
    assert stored(sandbox, bob, "Dig foundations", title) == held
    entry = Entry.objects.intents().get()
    assert (entry.actor_name, json.loads(entry.new or "null")) == (bob.name, held)


def is_key(key: str) -> bool:
    return key in {"Enter", "Alt+Enter", "Tab", "F2", "ArrowDown", "Delete", "Escape", " "}


def test_several_options_are_chosen(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, ROW, "Equipment").click()
    page.keyboard.press("F2")
    editor = page.get_by_role("combobox", name="Equipment, Dig foundations")
    expect(editor).to_be_focused()
    expect(page.get_by_role("option", name="Lorry")).to_have_attribute("aria-selected", "true")
    page.keyboard.type("Cran")
    page.keyboard.press("Enter")
    saved(page)
    assert set(stored(sandbox, bob, "Dig foundations", "Equipment")) == {"Crane", "Excavator", "Lorry"}


def test_escape_leaves_the_cell_as_it_was(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, ROW, "Task").click()
    page.keyboard.type("Something else")
    page.keyboard.press("Escape")
    expect(cell(page, ROW, "Task")).to_have_text("Dig foundations")
    expect(cell(page, ROW, "Task")).to_be_focused()
    assert not Entry.objects.intents().exists()


def test_a_cell_that_cannot_be_changed_says_why(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    number = cell(page, ROW, "No.")
    number.click()
    expect(number).to_have_accessible_description("Smartsheet fills in this column.")
    page.keyboard.type("5")
    expect(note(page)).to_have_text("Smartsheet fills in this column.")
    expect(number).to_have_text("SP-007")


def test_undo_and_redo_are_edits_of_their_own(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, ROW, "Task").click()
    page.keyboard.type("Once")
    page.keyboard.press("Enter")
    saved(page)
    page.keyboard.press("Control+z")
    expect(cell(page, ROW, "Task")).to_have_text("Dig foundations")
    saved(page)
    assert stored(sandbox, bob, "Dig foundations", "Task") == "Dig foundations"
    page.keyboard.press("Control+y")
    expect(cell(page, ROW, "Task")).to_have_text("Once")
    saved(page)
    assert stored(sandbox, bob, "Dig foundations", "Task") == "Once"
    assert [json.loads(entry.new or "") for entry in Entry.objects.intents().order_by("id")] == [
        "Once",
        "Dig foundations",
        "Once",
    ]


def test_an_input_method_starts_with_the_first_key(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, ROW, "Task").click()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "ひ", "selectionStart": 1, "selectionEnd": 1})
    keyboard.send("Input.imeSetComposition", {"text": "引き", "selectionStart": 2, "selectionEnd": 2})
    keyboard.send("Input.insertText", {"text": "引き渡し"})
    page.keyboard.press("Enter")
    expect(cell(page, ROW, "Task")).to_have_text("引き渡し")


@pytest.mark.parametrize(("address", "is_safe"), [("/healthz", True), ("javascript:alert(1)", False)])
def test_a_link_is_opened_where_that_is_safe(
    page: Page, sandbox: RunningSandbox, site: str, bob: Person, address: str, is_safe: bool
) -> None:
    sheet = sandbox.sheet(bob, "Site plan")
    notes = next(column["id"] for column in sheet["columns"] if column["title"] == "Notes")
    link = {"url": site + address if is_safe else address}
    cells = [{"columnId": notes, "value": "See here", "hyperlink": link}]
    sandbox.call(bob, "PUT", f"/sheets/{sheet['id']}/rows", [{"id": sheet["rows"][ROW - 1]["id"], "cells": cells}])
    open_grid(page, bob)
    cell(page, ROW, "Notes").click()
    page.keyboard.press("Shift+F10")
    item = page.get_by_role("menuitem", name="Open the link in a new tab")
    if not is_safe:
        expect(item).to_have_count(0)
        return
    with page.context.expect_page() as opened:
        item.click()
    expect(opened.value).to_have_url(site + address)


def test_what_a_column_refuses_stays_in_the_editor(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, ROW, "Status").click()
    page.keyboard.type("Nonsense")
    page.keyboard.press("Enter")
    editor = page.get_by_role("combobox", name="Status, Dig foundations")
    expect(editor).to_be_focused()
    expect(editor).to_have_value("Nonsense")
    expect(editor).to_have_attribute("aria-invalid", "true")
    expect(note(page)).to_contain_text("“Nonsense” is not among the options of this column.")
    page.keyboard.press("Escape")
    expect(cell(page, ROW, "Status")).to_have_text("In progress")
    assert not Entry.objects.intents().exists()


OPTION_LIST = """async ([options, held, typed]) => {
  const { OptionList } = await import("/static/byline/js/grid/option-list.js");
  const input = document.body.appendChild(document.createElement("input"));
  input.value = held;
  const list = new OptionList(input, { host: document.body, options, takesOther: true, onChoose() {} });
  if (typed !== null) {
    input.value = typed;
    list.narrow();
  }
  return list.current?.value ?? null;
}"""
JANE = {"label": "Jane", "value": "jane@example.com", "note": "jane@example.com"}
MARY = {"label": "Mary", "value": "mary-jane@example.com", "note": "mary-jane@example.com"}
NAMELESS = {"label": "Jane", "value": "Jane", "note": ""}


@pytest.mark.parametrize(
    ("options", "held", "typed", "chosen"),
    [
        (["High risk", "High"], "", "High", "High"),
        (["High risk", "High"], "", "high", "High"),
        (["10", "1"], "", "1", "1"),
        ([f"1{number}" for number in range(300)] + ["1"], "", "1", "1"),
        (["Not started", "Started"], "", "sta", "Not started"),
        ([MARY, JANE], "", "jane@example.com", "jane@example.com"),
        ([JANE, NAMELESS], "Jane", None, None),  # nothing was typed, so nothing is chosen
        (["(empty)"], "(empty)", None, None),
    ],
)
def test_enter_chooses_what_was_typed(
    page: Page, site: str, options: list[Any], held: str, typed: str | None, chosen: str | None
) -> None:
    page.goto("/")
    listed = [one if isinstance(one, dict) else {"label": one, "value": one} for one in options]
    assert page.evaluate(OPTION_LIST, [listed, held, typed]) == chosen


@pytest.mark.parametrize("leave", ["Enter", "Tab"])
def test_an_editor_that_is_only_opened_changes_nothing(
    page: Page, sandbox: RunningSandbox, bob: Person, leave: str
) -> None:
    columns = [
        {"title": "Task", "type": "TEXT_NUMBER", "primary": True},
        {"title": "Phase", "type": "PICKLIST", "options": ["One", "Two"]},
        {"title": "Day", "type": "DATE"},
    ]
    sheet = sandbox.call(bob, "POST", "/sheets", {"name": "Held", "columns": columns})["result"]
    texts = ["007", "One\nTwo", "after\nEaster"]
    cells = [
        {"columnId": column["id"], "value": text, "strict": column["title"] == "Task"}
        for column, text in zip(sheet["columns"], texts, strict=True)
    ]
    sandbox.call(bob, "POST", f"/sheets/{sheet['id']}/rows", [{"toBottom": True, "cells": cells}])
    open_grid(page, bob, "Held")
    for title in ("Task", "Phase", "Day"):
        cell(page, 1, title).click()
        page.keyboard.press("F2")
        page.locator(".grid-input").wait_for()
        page.keyboard.press(leave)
    saved(page)
    assert not Entry.objects.intents().exists()
    found = sandbox.sheet(bob, "Held")["rows"][0]["cells"]
    assert [one["value"] for one in found] == texts


def test_an_option_that_was_typed_counts_without_enter(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, ROW, "Equipment").click()
    page.keyboard.type("Cra")
    cell(page, ROW, "Task").click()
    expect(note(page)).to_contain_text("“Cra” is not among the options of this column.")
    page.keyboard.type("ne")
    cell(page, ROW, "Task").click()
    saved(page)
    assert set(stored(sandbox, bob, "Dig foundations", "Equipment")) == {"Crane", "Excavator", "Lorry"}


def test_leaving_the_page_while_typing_asks(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    asked = answer_dialogs(page, accept=True)
    cell(page, ROW, "Task").click()
    page.keyboard.type("Half a sent")
    expect(page.get_by_role("textbox", name="Task, Dig foundations")).to_have_value("Half a sent")
    page.reload()
    assert asked == ["beforeunload"]


def test_a_tick_in_a_box_that_was_never_set_is_redone(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, alice: Person, bob: Person
) -> None:
    made = sandbox.call(
        alice, "POST", f"/sheets/{plan.id}/columns", [{"title": "Ready", "type": "CHECKBOX", "index": 3}]
    )
    plan.columns["Ready"] = made["result"][0]["id"]
    open_grid(page, bob)
    go_to(page, plan, DIG, "Ready")
    for key, wanted in (("Space", True), ("Control+z", False), ("Control+y", True), ("Control+z", False)):
        page.keyboard.press(key)
        saved(page)
        comes_to_hold(page, plan, DIG, "Ready", wanted)
        assert bool(plan.value(DIG, "Ready")) is wanted
