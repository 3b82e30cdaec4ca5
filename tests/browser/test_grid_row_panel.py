"""What is typed into the panel of a row isn't lost if rows or columns change, or if the page is left."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import answer_dialogs
from tests.browser.grids import DIG, comes_to_hold, go_to, line, look, note, open_grid, reaches, saved
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GRID = "document.querySelector('[data-grid]').grid"
NEW_ROW = f"{GRID}.use('rows', ({{ addRows }}) => addRows({GRID}, 'below'))"


def open_panel(page: Page, plan: SitePlan, bob: Person) -> Locator:
    """Show the row Dig foundations beside the grid, and return the panel."""
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.press("Control+Shift+E")
    panel = page.get_by_role("complementary", name="The row")
    expect(panel.get_by_role("heading", name=DIG)).to_be_visible()
    return panel


def test_a_new_row_can_be_filled_in_after_it_was_saved(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person
) -> None:
    panel = open_panel(page, plan, bob)
    saved(page)
    page.evaluate(NEW_ROW)
    panel.get_by_label("Notes").fill("Typed early")
    saved(page)
    expect(panel.get_by_label("Notes")).to_have_value("Typed early")
    panel.get_by_label("Task", exact=True).fill("New")
    panel.get_by_label("Task", exact=True).press("Tab")
    saved(page)
    expect(panel.get_by_role("heading", name="New")).to_be_visible()
    panel.get_by_label("Budget").fill("$5")
    panel.get_by_label("Budget").press("Tab")
    expect(panel.get_by_text("“$5” would be text, which sums leave out.")).to_be_visible()
    panel.get_by_label("Budget").press("Escape")
    added = next(row for row in sandbox.sheet(bob, "Site plan")["rows"] if row["id"] not in plan.rows.values())
    assert [cell["value"] for cell in added["cells"] if cell.get("value") in ("New", "Typed early")] == [
        "New",
        "Typed early",
    ]
    expect(panel.get_by_role("link", name="Row form")).to_have_attribute("href", re.compile(f"/rows/{added['id']}/"))


def test_leaving_the_page_while_typing_beside_the_grid_asks(page: Page, plan: SitePlan, bob: Person) -> None:
    panel = open_panel(page, plan, bob)
    panel.get_by_label("Notes").press_sequentially("Rock at 2 m")
    asked = answer_dialogs(page, accept=False)
    page.close(run_before_unload=True)
    reaches(page, lambda: asked, ["beforeunload"])
    page.keyboard.press("Tab")
    saved(page)
    assert plan.value(DIG, "Notes") == "Rock at 2 m"
    page.close(run_before_unload=True)
    page.context.pages[0].wait_for_timeout(500)
    assert asked == ["beforeunload"]


def test_what_was_typed_into_the_form_of_a_deleted_row_is_shown(page: Page, plan: SitePlan, bob: Person) -> None:
    panel = open_panel(page, plan, bob)
    panel.get_by_label("Notes").press_sequentially("Rock at 2 m")
    plan.delete(DIG)
    look(page)
    expect(panel.get_by_role("heading", name="Drainage runs")).to_be_visible()
    expect(note(page)).to_contain_text("Notes was not changed to “Rock at 2 m”.")
    page.wait_for_timeout(1_000)
    saved(page)
    assert plan.value("Drainage runs", "Notes") == "Waiting for the pipe delivery"


def test_what_is_being_typed_stays_when_columns_change(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, alice: Person, bob: Person
) -> None:
    panel = open_panel(page, plan, bob)
    panel.get_by_label("Notes").press_sequentially("Rock m")
    page.keyboard.press("ArrowLeft")
    sandbox.call(alice, "PUT", f"/sheets/{plan.id}/columns/{plan.columns['Notes']}", {"index": 0})
    plan.write(DIG, Spent=1)
    look(page)
    comes_to_hold(page, plan, DIG, "Spent", 1)
    expect(panel.get_by_label("Notes")).to_be_focused()
    page.keyboard.type("at 2 ")
    page.keyboard.press("Tab")
    saved(page)
    assert plan.value(DIG, "Notes") == "Rock at 2 m"


def test_a_choice_of_someone_else_is_not_overwritten(page: Page, plan: SitePlan, bob: Person) -> None:
    people = [{"objectType": "CONTACT", "email": email} for email in (bob.email, "dave@example.com")]
    plan.write(DIG, Team={"objectValue": {"objectType": "MULTI_CONTACT", "values": people[:1]}})
    panel = open_panel(page, plan, bob)
    team = panel.get_by_role("group", name="Team")
    team.get_by_label("Add to Team").press_sequentially("carol@example.com")
    plan.write(DIG, Team={"objectValue": {"objectType": "MULTI_CONTACT", "values": people}})
    look(page)
    comes_to_hold(page, plan, DIG, "Team", [bob.email, "dave@example.com"])
    page.keyboard.press("Tab")
    expect(line(page)).to_contain_text("1 cell needs you")
    assert plan.value(DIG, "Team") == [bob.email, "dave@example.com"]
