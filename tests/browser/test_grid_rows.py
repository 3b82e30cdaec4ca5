"""Adding, deleting, indenting and moving rows in the grid, by keyboard and with buttons."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from audit.models import Entry
from audit.vocabulary import Action, Origin
from tests.browser.grids import (
    DIG,
    EDITS,
    KEPT,
    POUR,
    SAVED,
    apply,
    cell,
    edit,
    line,
    note,
    open_grid,
    reaches,
    saved,
    stored,
)
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GRID = "document.querySelector('[data-grid]').grid"
IDS = f"{GRID}.sheet.rows.map(([id]) => id)"


def outline(sandbox: RunningSandbox, person: Person) -> list[tuple[str, str]]:
    """Return each row's task in Smartsheet, and the task of its parent row."""
    sheet = sandbox.sheet(person, "Site plan")
    primary = next(column["id"] for column in sheet["columns"] if column.get("primary"))
    rows: dict[Any, str] = {None: ""}
    for row in sheet["rows"]:
        rows[row["id"]] = next((one.get("value") or "" for one in row["cells"] if one["columnId"] == primary), "")
    return [(rows[row["id"]], rows[row.get("parentId")]) for row in sheet["rows"]]


@pytest.mark.parametrize(
    ("keys", "place", "parent"),
    [("Insert", 6, "Excavation"), ("Control+Enter", 7, "Excavation"), ("Control+Shift+Enter", 7, "Dig foundations")],
)
def test_a_row_is_added_and_typed_at_once(
    page: Page, sandbox: RunningSandbox, bob: Person, keys: str, place: int, parent: str
) -> None:
    open_grid(page, bob)
    cell(page, 7, "Task").click()
    page.keyboard.press(keys)
    page.keyboard.type("Pump the water out")
    page.keyboard.press("Enter")
    saved(page)
    assert outline(sandbox, bob)[place] == ("Pump the water out", parent)


def test_as_many_rows_are_added_as_are_selected(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, 7, "Task").click()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+Enter")
    saved(page)
    assert outline(sandbox, bob)[8:10] == [("", "Excavation")] * 2


def test_deleting_lists_the_rows_that_go_with_it(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, 6, "Task").click()
    page.keyboard.press("Control+Delete")
    question = page.get_by_role("dialog", name="Delete 3 rows?")
    expect(question).to_contain_text("This includes all child rows, at every level.")
    expect(question).to_contain_text("Row 8: Drainage runs")
    expect(question).to_contain_text("restores the rows without them")
    question.get_by_role("button", name="Keep them").click()
    expect(cell(page, 6, "Task")).to_have_text("Excavation")
    page.keyboard.press("Control+Delete")
    question.get_by_role("button", name="Delete 3 rows").click()
    expect(cell(page, 6, "Task")).to_have_text("Structure")
    saved(page)
    assert "Drainage runs" not in {task for task, _ in outline(sandbox, bob)}
    assert {entry.actor_name for entry in Entry.objects.intents()} == {bob.name}


def test_rows_are_indented_outdented_and_moved(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, 8, "Task").click()
    page.keyboard.press("Control+]")
    expect(page.get_by_role("row", name="Drainage runs")).to_have_attribute("aria-level", "4")
    saved(page)
    assert outline(sandbox, bob)[7] == ("Drainage runs", "Dig foundations")
    page.keyboard.press("Control+[")
    saved(page)
    assert outline(sandbox, bob)[7] == ("Drainage runs", "Excavation")
    page.keyboard.press("Alt+ArrowUp")
    saved(page)
    assert outline(sandbox, bob)[6:8] == [("Drainage runs", "Excavation"), ("Dig foundations", "Excavation")]
    page.keyboard.press("Control+z")
    saved(page)
    assert outline(sandbox, bob)[6:8] == [("Dig foundations", "Excavation"), ("Drainage runs", "Excavation")]


def test_the_first_row_cannot_be_indented(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, 1, "Task").click()
    page.keyboard.press("Control+]")
    expect(note(page)).to_have_text("There is no row above this row to indent it under.")


def test_only_the_rows_that_were_shown_are_deleted(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob)
    before = outline(sandbox, bob)
    cell(page, 7, "Task").click()
    page.keyboard.press("Control+Delete")
    question = page.get_by_role("dialog", name="Delete 1 row?")
    question.wait_for()
    expect(question).to_contain_text("restores the row without them")
    expect(question.get_by_role("button", name="Keep it")).to_be_visible()
    page.evaluate(MERGE_CHILD)  # a row by someone else arrives while the dialog is open
    question.get_by_role("button", name="Delete 1 row").click()
    expect(note(page)).to_contain_text("Nothing was deleted")
    saved(page)
    assert outline(sandbox, bob) == before


MERGE_CHILD = """() => {
  const { sheet, selection } = document.querySelector("[data-grid]").grid;
  const parent = selection.focus.row;
  const child = ["77", 0, parent, false, sheet.columns.map(() => null), true, null, null];
  const others = sheet.rows;
  sheet.merge([child], [], () => others.flatMap((row) => (row[0] === parent ? [row, child] : [row])));
}"""


def test_undo_keeps_a_new_row_that_someone_else_filled(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, 7, "Task").click()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("treegrid")).to_have_attribute("aria-rowcount", "26")
    saved(page)
    page.evaluate(MERGE_NOTES)
    page.keyboard.press("Control+z")
    expect(note(page)).to_have_text("1 change refused: The new row was changed since.")
    assert outline(sandbox, bob)[7] == ("", "Excavation")


MERGE_NOTES = """() => {
  const { sheet, selection } = document.querySelector("[data-grid]").grid;
  const place = sheet.columns.findIndex(({ title }) => title === "Notes");
  const row = structuredClone(sheet.row(selection.focus.row));
  row[4][place] = "Theirs";
  sheet.merge([row]);
}"""


def test_a_new_row_without_changes_by_others_is_undone(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob)
    before = outline(sandbox, bob)
    cell(page, 7, "Task").click()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("treegrid")).to_have_attribute("aria-rowcount", "26")
    saved(page)
    page.wait_for_timeout(1_500)  # meanwhile the row's formulas and automatic number arrive
    page.keyboard.press("Control+z")
    expect(note(page)).to_contain_text("1 row deleted.")
    saved(page)
    assert outline(sandbox, bob) == before


def test_a_deletion_is_undone_with_the_child_rows(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob)
    before = outline(sandbox, bob)
    cell(page, 7, "Notes").click()
    page.keyboard.type("Rock")
    page.keyboard.press("Enter")
    saved(page)
    cell(page, 6, "Task").click()
    page.keyboard.press("Control+Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete 3 rows").click()
    saved(page)
    page.keyboard.press("Control+z")
    expect(note(page)).to_contain_text("3 rows added.")
    saved(page)
    assert outline(sandbox, bob) == before
    assert stored(sandbox, bob, "Dig foundations", "Notes") == "Rock"
    assert stored(sandbox, bob, "Dig foundations", "Equipment") == ["Excavator", "Lorry"]
    page.keyboard.press("Control+y")
    expect(note(page)).to_contain_text("3 rows deleted.")
    saved(page)
    assert len(outline(sandbox, bob)) == len(before) - 3
    page.keyboard.press("Control+z")
    saved(page)
    page.keyboard.press("Control+z")  # undoes the edit before the deletion, in the row that replaced the deleted row
    saved(page)
    assert outline(sandbox, bob) == before
    assert stored(sandbox, bob, "Dig foundations", "Notes") is None


def test_an_undone_deletion_is_restored_from_the_log_with_its_formulas(
    page: Page, sandbox: RunningSandbox, bob: Person
) -> None:
    before = outline(sandbox, bob)
    sheet = sandbox.sheet(bob, "Site plan")
    notes = next(column["id"] for column in sheet["columns"] if column["title"] == "Notes")
    formula = [{"columnId": notes, "formula": '="Rock"'}]
    sandbox.call(bob, "PUT", f"/sheets/{sheet['id']}/rows", [{"id": sheet["rows"][6]["id"], "cells": formula}])
    open_grid(page, bob)
    cell(page, 6, "Task").click()
    page.keyboard.press("Control+Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete 3 rows").click()
    saved(page)
    page.keyboard.press("Control+z")
    expect(note(page)).to_contain_text("3 rows added.")
    cell(page, 8, "Notes").click()
    page.keyboard.type("Pipes")
    page.keyboard.press("Enter")
    saved(page)
    assert outline(sandbox, bob) == before
    assert stored(sandbox, bob, "Drainage runs", "Notes") == "Pipes"
    row = sandbox.sheet(bob, "Site plan")["rows"][6]
    assert [one["formula"] for one in row["cells"] if one["columnId"] == notes] == ['="Rock"']
    expect(cell(page, 7, "Notes")).to_have_text("Rock")
    deleted = Entry.objects.intents().filter(action=Action.DELETE)
    restored = Entry.objects.intents().filter(action=Action.ADD, origin=Origin.UNDO)
    assert {one.refers_to for one in restored} == {one.pk for one in deleted}
    page.goto(f"{page.url.split('/sheets/')[0]}/audit/{deleted[0].pk}/")
    expect(page.get_by_text("Undone by Bob Baker")).to_be_visible()
    expect(page.get_by_role("link", name="Undo…")).to_have_count(0)


def test_the_grid_says_what_a_restored_row_does_not_have(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    sheet = sandbox.sheet(bob, "Site plan")
    notes = next(column["id"] for column in sheet["columns"] if column["title"] == "Notes")
    formula = [{"columnId": notes, "formula": '=Task1 + "!"'}]
    sandbox.call(bob, "PUT", f"/sheets/{sheet['id']}/rows", [{"id": sheet["rows"][6]["id"], "cells": formula}])
    open_grid(page, bob)
    cell(page, 7, "Task").click()
    page.keyboard.press("Control+Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete 1 row").click()
    saved(page)
    page.keyboard.press("Control+z")
    expect(note(page)).to_contain_text("Formulas in Notes refer to rows by their numbers")


def test_a_row_that_was_never_saved_is_added_again_as_a_new_one(
    page: Page, sandbox: RunningSandbox, bob: Person
) -> None:
    open_grid(page, bob)
    cell(page, 7, "Task").click()
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete 1 row").click()
    page.keyboard.press("Control+z")
    page.keyboard.type("Pump")
    page.keyboard.press("Enter")
    expect(cell(page, 8, "Task")).to_contain_text("Pump")  # keys wait until the editor has loaded
    saved(page)
    assert outline(sandbox, bob)[7] == ("Pump", "Excavation")
    assert not Entry.objects.intents().filter(action=Action.DELETE, phase="refused").exists()


def test_a_deletion_that_is_undone_before_it_is_sent_is_not_made(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person
) -> None:
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    ids = page.evaluate(IDS)
    page.route(EDITS, lambda route: route.abort())
    edit(page, plan, POUR, Notes="Wet")
    expect(line(page)).to_contain_text(KEPT)  # so the deletion waits
    apply(page, {"do": "delete", "row": str(plan.rows["Excavation"])})  # it has two child rows
    page.evaluate(f"{GRID}.undo()")
    reaches(page, lambda: len(page.evaluate(IDS)), len(ids))
    dig = page.evaluate(IDS)[ids.index(str(plan.rows[DIG]))]
    apply(page, {"do": "update", "row": dig, "column": str(plan.columns["Notes"]), "text": "Pipes"})
    sandbox.forget_requests()
    page.unroute(EDITS)
    line(page).get_by_role("button", name="Try now").click()
    expect(line(page)).to_have_text(SAVED)
    assert [str(row["id"]) for row in sandbox.sheet(bob, "Site plan")["rows"]] == ids
    assert (sandbox.requests(method="DELETE"), plan.value(DIG, "Notes")) == ([], "Pipes")
    reaches(page, lambda: page.evaluate(IDS), ids)
    page.evaluate(f"{GRID}.undo()")
    reaches(page, lambda: plan.value(DIG, "Notes"), None)


@pytest.mark.parametrize("key", ["Control+k", "Control+Delete"])
def test_a_dialog_about_a_new_row_works_after_the_row_was_saved(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person, key: str
) -> None:
    open_grid(page, bob)
    saved(page)
    routes: list[Route] = []
    page.route(EDITS, lambda route: routes.append(route))
    cell(page, 7, "Notes").click()
    page.keyboard.press("Control+Enter")
    page.keyboard.type("Pipes")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press(key)
    page.get_by_role("dialog").wait_for()
    reaches(page, lambda: len(routes), 1)
    routes[0].continue_()
    page.unroute(EDITS)
    expect(line(page)).to_have_text(SAVED)
    dialog = page.get_by_role("dialog")
    if key == "Control+k":
        dialog.get_by_label("Address").fill("https://example.com/pipes")
    dialog.get_by_role("button", name="Save" if key == "Control+k" else "Delete 1 row").click()
    expect(dialog).to_have_count(0)
    saved(page)
    rows = sandbox.sheet(bob, "Site plan")["rows"]
    links = [one["hyperlink"]["url"] for row in rows for one in row["cells"] if one.get("value") == "Pipes"]
    assert links == (["https://example.com/pipes"] if key == "Control+k" else [])
