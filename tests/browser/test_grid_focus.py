"""The keyboard focus isn't lost if the focused element disappears from the page."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.grids import DIG, EDITS, KEPT, SAVED, edit, go_to, line, open_grid
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GRID = "document.querySelector('[data-grid]').grid"


def test_the_focus_is_in_the_grid_after_a_dialog_that_changed_columns(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.press("Shift+F10")
    page.get_by_role("menuitem", name="Column Notes…").press("Enter")
    page.get_by_role("menuitem", name="Choose columns…").press("Enter")
    page.get_by_role("dialog", name="Columns").get_by_role("checkbox", name="No.", exact=True).uncheck()
    page.keyboard.press("Escape")
    expect(page.get_by_role("columnheader", name="No.", exact=True)).to_have_count(0)
    expect(page.locator('.grid-body [tabindex="0"]')).to_be_focused()


def test_the_focus_is_in_the_grid_after_all_rows_are_shown_again(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.evaluate(
        f"column => {GRID}.view.set({{ filters: [{{ column, has: 'In progress' }}] }})", str(plan.columns["Status"])
    )
    page.get_by_role("button", name="show all rows in the sheet's order").press("Enter")
    expect(page.locator('.grid-body [tabindex="0"]')).to_be_focused()


def test_the_focus_is_kept_when_trying_now_has_saved_everything(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    page.route(EDITS, lambda route: route.abort())
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text(KEPT)
    page.unroute(EDITS)
    line(page).get_by_role("button", name="Try now").press("Enter")
    expect(line(page)).to_have_text(SAVED)
    expect(line(page)).to_be_focused()
