"""The grid shows a formula's error as an error, leaves the cell out of sums, and doesn't copy the error as a text."""

import pytest
from playwright.sync_api import Page, expect

from audit.models import Entry
from tests.browser.grids import cell, note, open_grid
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROW = 7  # Dig foundations
MEANING = "The formula divides by zero."


def test_an_error_is_marked_explained_and_not_copied(
    page: Page, sandbox: RunningSandbox, alice: Person, bob: Person
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    plan = SitePlan(sandbox, alice)
    plan.write("Dig foundations", Spent={"formula": "=1 / 0"})
    open_grid(page, bob)
    wrong = cell(page, ROW, "Spent")
    expect(wrong).to_have_text("#DIVIDE BY ZERO")
    expect(wrong).to_have_attribute("data-kind", "error")
    wrong.click()
    expect(wrong).to_have_accessible_description(f"{MEANING} A formula calculates this cell: =1 / 0")

    page.keyboard.press("Control+c")
    expect(note(page)).to_have_text("1 cell copied.")
    cell(page, ROW, "Notes").click()
    page.keyboard.press("Control+v")
    why = "The copied cell has an error instead of a value, so nothing was written."
    expect(note(page)).to_contain_text(f"{why} {MEANING}")
    expect(cell(page, ROW, "Notes")).to_have_text("")
    assert not Entry.objects.intents().exists()

    cell(page, ROW, "Budget").click()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.get_by_text("2 rows × 2 columns · sum 55500")).to_be_visible()
