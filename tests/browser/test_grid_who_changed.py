"""The grid shows who changed a cell. A panel beside the grid shows the log of a row."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import picture, problems
from tests.browser.grids import DIG, cell, go_to, look, open_grid, saved, stored
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROW = 7  # Dig foundations
NONE = {"value": ""}


def test_who_changed_this(page: Page, sandbox: RunningSandbox, alice: Person, bob: Person) -> None:
    SitePlan(sandbox, alice).write("Dig foundations", Spent=1)
    open_grid(page, bob)
    cell(page, ROW, "Spent").click()
    page.keyboard.type("22000")
    page.keyboard.press("Enter")
    saved(page)
    cell(page, ROW, "Spent").click()
    page.keyboard.press("F4")
    dialog = page.get_by_role("dialog", name="Who changed Spent, Dig foundations?")
    item = dialog.get_by_role("listitem")
    expect(item).to_have_count(1)
    expect(item).to_contain_text(bob.name)
    expect(item.locator("del")).to_have_text("1")
    expect(item.locator("ins")).to_have_text("22000")
    dialog.get_by_role("button", name="Ask Smartsheet too").click()
    expect(dialog.get_by_role("heading", name="Smartsheet's own history")).to_be_visible()
    expect(dialog.get_by_role("listitem").nth(2)).to_contain_text(alice.name)
    page.set_viewport_size({"width": 1280, "height": 800})
    assert problems(page) == []
    picture(page, "grid-who-changed")
    dialog.get_by_role("link", name="Timeline of this cell").click()
    expect(page.get_by_role("main")).to_contain_text("22000")


def test_who_added_the_value_of_a_cell_with_its_row(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob, width=1280)
    page.goto(page.url.rstrip("/") + "/rows/add/")
    page.get_by_role("textbox", name="Task", exact=True).fill("Row by form")
    page.get_by_role("button", name="Add row").first.click()
    expect(page.get_by_role("gridcell").first).to_be_visible()
    cell(page, ROW, "Task").click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Home")
    page.keyboard.press("F4")
    dialog = page.get_by_role("dialog", name="Who changed Task, Row by form?")
    expect(dialog.get_by_role("listitem")).to_contain_text(f"{bob.name}")
    expect(dialog.get_by_role("listitem")).to_contain_text("added the row: empty → Row by form")
    page.keyboard.press("Escape")
    page.keyboard.press("End")
    page.keyboard.press("F4")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem")).to_contain_text("added the row")
    expect(dialog.locator("ins")).to_have_count(0)


def test_the_row_beside_the_grid_is_a_form_and_follows_the_arrow_keys(
    page: Page, sandbox: RunningSandbox, bob: Person
) -> None:
    open_grid(page, bob, width=1280)
    cell(page, ROW, "Task").click()
    page.keyboard.press("Control+Shift+E")
    panel = page.get_by_role("complementary", name="The row")
    expect(panel.get_by_role("heading", name="Dig foundations")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(panel.get_by_role("heading", name="Drainage runs")).to_be_visible()
    assert Axe().run(page, context=".row-panel").violations_count == 0
    picture(page, "grid-row-panel")
    panel.get_by_label("Notes").fill("Wet")
    panel.get_by_label("Status").select_option("Blocked")
    panel.get_by_label("Budget").fill("lots")
    panel.get_by_label("Done").check()
    expect(panel.get_by_text("It would be text, which sums leave out.")).to_be_visible()
    panel.get_by_label("Budget").fill("7000")
    panel.get_by_label("Responsible").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(panel.get_by_role("heading", name="Dig foundations")).to_be_visible()
    expect(panel.get_by_label("Responsible")).to_be_focused()
    saved(page)
    held = [stored(sandbox, bob, "Drainage runs", title) for title in ("Notes", "Status", "Budget", "Done")]
    assert held == ["Wet", "Blocked", 7000, True]
    panel.get_by_role("button", name="Row after").click()
    expect(panel.get_by_label("Notes")).to_have_value("Wet")
    expect(panel.get_by_role("listitem").filter(has=page.locator("ins")).first).to_contain_text(f"{bob.name}")
    expect(panel.get_by_role("link", name="Timeline of this row")).to_be_visible()
    cell(page, ROW, "Task").click()
    page.keyboard.press("Control+Shift+E")
    expect(panel).to_be_hidden()


def test_several_choices_are_a_field_of_the_row_panel(page: Page, plan: SitePlan, bob: Person) -> None:
    plan.write(DIG, Equipment=NONE)
    open_grid(page, bob)
    go_to(page, plan, DIG, "Task")
    page.keyboard.press("Control+Shift+E")
    panel = page.get_by_role("complementary", name="The row")
    equipment = panel.get_by_role("group", name="Equipment")
    equipment.get_by_label("Crane").check()
    equipment.get_by_label("Lorry").check()
    equipment.get_by_label("Crane").uncheck()
    expect(equipment.get_by_label("Crane")).to_be_focused()
    saved(page)
    assert plan.value(DIG, "Equipment") == ["Lorry"]
    team = panel.get_by_role("group", name="Team")
    team.get_by_label("Add to Team").fill("alice@example.com")
    team.get_by_label("Add to Team").press("Tab")
    expect(
        team.get_by_role("checkbox", name="Alice Archer").or_(team.get_by_label("alice@example.com"))
    ).to_be_checked()
    saved(page)
    assert "alice@example.com" in plan.value(DIG, "Team")
    team.get_by_label("Add to Team").fill("nobody@")
    team.get_by_label("Add to Team").press("Tab")
    expect(panel.get_by_text("“nobody@” is not an e-mail address.")).to_be_visible()
    team.get_by_label("Add to Team").press("Escape")
    expect(team.get_by_label("Add to Team")).to_have_value("")
    assert Axe().run(page, context=".row-panel").violations_count == 0
    team.get_by_role("checkbox").first.focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(panel.get_by_role("heading", name="Drainage runs")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('[role=group]').getAttribute('aria-labelledby')")
    plan.write(
        "Drainage runs", Equipment={"objectValue": {"objectType": "MULTI_PICKLIST", "values": ["Crane", "Lorry"]}}
    )
    look(page)
    expect(panel.get_by_role("group", name="Equipment").get_by_label("Lorry")).to_be_checked()
