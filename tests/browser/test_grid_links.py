"""People add, change, remove and copy links in cells of the grid, and undo these changes."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import problems
from tests.browser.grids import DIG, POUR, go_to, note, open_grid, reaches, saved
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

A, B = "https://example.com/a", "https://example.com/b"


def link(plan: SitePlan, row: str = DIG) -> tuple[Any, Any]:
    """Return the text of a row's Notes cell in Smartsheet, and the address to which the cell links."""
    cell = plan.cell(row, "Notes")
    return cell.get("value"), (cell.get("hyperlink") or {}).get("url")


def test_a_link_is_added_changed_removed_and_undone(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob, width=1280)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name=f"Link in Notes, {DIG}")
    assert problems(page) == []
    dialog.get_by_label("Text").fill("Drawing")
    dialog.get_by_label("Address").fill("javascript:alert(1)")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label("Address")).to_be_focused()  # the browser says why the address is invalid
    dialog.get_by_label("Address").fill(A)
    dialog.get_by_role("button", name="Save").click()
    saved(page)
    assert link(plan) == ("Drawing", A)
    page.keyboard.press("Control+k")
    dialog.get_by_label("Address").fill(B)
    page.keyboard.press("Enter")
    saved(page)
    assert link(plan) == ("Drawing", B)
    page.keyboard.press("Control+k")
    dialog.get_by_role("button", name="Remove the link").click()
    saved(page)
    assert link(plan) == ("Drawing", None)
    for expected in [("Drawing", B), ("Drawing", A), (None, None)]:
        page.keyboard.press("Control+z")
        saved(page)
        assert link(plan) == expected


def test_changing_the_address_keeps_line_breaks_in_the_text(page: Page, plan: SitePlan, bob: Person) -> None:
    plan.write(DIG, Notes={"value": "Drawing\nof the pit", "hyperlink": {"url": A}})
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_label("Address").fill(B)
    page.keyboard.press("Enter")
    saved(page)
    assert link(plan) == ("Drawing\nof the pit", B)


def test_a_cleared_link_comes_back_with_undo(page: Page, plan: SitePlan, bob: Person) -> None:
    plan.write(DIG, Notes={"value": "Drawing", "hyperlink": {"url": A}})
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.press("Delete")
    saved(page)
    assert link(plan) == (None, None)
    page.keyboard.press("Control+z")
    saved(page)
    assert link(plan) == ("Drawing", A)


def test_a_link_is_copied_with_its_text(page: Page, plan: SitePlan, bob: Person) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    plan.write(DIG, Notes={"value": "Drawing", "hyperlink": {"url": A}})
    plan.write(POUR, Notes={"value": "Other", "hyperlink": {"url": B}})
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.press("Control+c")
    expect(note(page)).to_contain_text("copied")
    go_to(page, plan, POUR, "Notes")
    page.keyboard.press("Control+v")
    saved(page)
    assert link(plan, POUR) == ("Drawing", A)


def test_a_link_is_copied_to_another_tab(page: Page, plan: SitePlan, bob: Person) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    url = "https://example.com/plan"
    plan.write(DIG, Notes={"value": "The plan", "hyperlink": {"url": url}})
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    # Browsers take more than text only during the key's own event, so the grid must have loaded the script.
    reaches(page, lambda: page.evaluate("document.querySelector('[data-grid]').grid.parts.loaded.has('copying')"), True)
    page.keyboard.press("Control+c")
    expect(note(page)).to_have_text("1 cell copied.")
    other = page.context.new_page()
    other.set_viewport_size({"width": 3600, "height": 900})
    other.goto(page.url)
    other.get_by_role("gridcell").first.wait_for()
    go_to(other, plan, POUR, "Notes")
    other.keyboard.press("Control+v")
    expect(note(other)).to_have_text("1 cell pasted.")
    saved(other)
    assert plan.cell(POUR, "Notes")["hyperlink"] == {"url": url}
    other.close()


def test_the_menu_says_that_other_tabs_do_not_get_links(page: Page, plan: SitePlan, bob: Person) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    plan.write(DIG, Notes={"value": "The plan", "hyperlink": {"url": "https://example.com/plan"}})
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.press("Shift+F10")
    page.get_by_role("menuitem", name="Copy").click()
    told = "1 cell copied. Links of cells aren't pasted into other tabs. To copy the links too, press Ctrl+C."
    expect(note(page)).to_have_text(told)
