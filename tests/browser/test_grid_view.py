"""The grid shows a sheet as a person has arranged it, and describes the sheet to screen readers."""

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import picture, problems, sign_in
from tests.browser.grids import DIG, EDITS, POUR, cell, edit, go_to, note, open_grid, reaches
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def tasks(page: Page) -> list[str]:
    """The visible tasks, from top to bottom."""
    cells = page.locator('.grid-body [aria-colindex="2"]').filter(visible=True)
    return [text for _, text in sorted((one.bounding_box()["y"], one.inner_text()) for one in cells.all())]  # type: ignore[index] # each visible cell has a box


def test_it_shows_the_rows_of_the_sheet(page: Page, bob: Person) -> None:
    grid = open_grid(page, bob)
    expect(grid).to_have_accessible_name("Site plan")
    expect(grid).to_have_attribute("aria-rowcount", "25")
    expect(page.get_by_role("row", name="Dig foundations")).to_have_attribute("aria-level", "3")
    expect(page.get_by_role("row", name="Excavation")).to_have_attribute("aria-expanded", "true")
    expect(cell(page, 1, "No.")).to_have_attribute("aria-readonly", "true")
    expect(page.get_by_role("table")).to_be_hidden()
    page.set_viewport_size({"width": 1280, "height": 900})
    cell(page, 7, "Status").click()
    page.keyboard.press("Shift+ArrowDown")
    picture(page, "grid")


def test_one_cell_has_the_focus_and_stays_when_it_is_scrolled_away(page: Page, bob: Person) -> None:
    open_grid(page, bob, width=1000)
    cell(page, 3, "Task").click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    focused = page.locator('.grid-body [tabindex="0"]')
    expect(focused).to_have_count(1)
    page.locator(".sheet-grid").evaluate("grid => grid.scrollTo(1600, 2000)")
    page.wait_for_timeout(400)
    expect(focused).to_be_focused()
    expect(focused).to_have_text("Complete")
    page.keyboard.press("ArrowDown")
    expect(focused).to_be_in_viewport()


RENDERED = "document.querySelectorAll('.grid-body.grid-frozen [role=row]:not([hidden])').length"
FAR = f"""async () => {{
  const grid = document.querySelector(".sheet-grid");
  grid.scrollTop = grid.scrollHeight;
  await new Promise(requestAnimationFrame);
  return {RENDERED};
}}"""


def test_a_far_jump_renders_first_what_is_visible(page: Page, bob: Person) -> None:
    open_grid(page, bob, width=1000)
    page.locator("[data-grid-place]").evaluate("place => { place.style.height = '200px'; }")
    page.wait_for_timeout(400)
    at_once = page.evaluate(FAR)
    expect(page.locator('.grid-body [aria-rowindex="25"] [aria-colindex="2"]')).to_be_visible()
    reaches(page, lambda: page.evaluate(RENDERED), at_once + 3)


def test_rows_collapse_and_expand(page: Page, bob: Person) -> None:
    grid = open_grid(page, bob)
    cell(page, 1, "Task").click()
    page.keyboard.press("Alt+ArrowLeft")
    expect(grid).to_have_attribute("aria-rowcount", "18")
    expect(page.get_by_role("row", name="Groundworks")).to_have_attribute("aria-expanded", "false")
    page.reload()
    expect(grid).to_have_attribute("aria-rowcount", "18")
    cell(page, 1, "Task").click(position={"x": 14, "y": 16})
    expect(grid).to_have_attribute("aria-rowcount", "25")


def test_find_goes_from_cell_to_cell(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, 1, "Task").click()
    page.keyboard.press("Alt+ArrowLeft")
    page.keyboard.press("Control+f")
    page.keyboard.type("drainage")
    expect(page.locator(".grid-find")).to_contain_text("1 of 1 cell")
    page.keyboard.press("Escape")
    expect(page.get_by_role("gridcell", name="Drainage runs")).to_be_focused()


def test_a_filter_and_a_sort_change_only_the_view(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    open_grid(page, bob)
    before = sandbox.sheet(bob, "Site plan")["version"]
    cell(page, 3, "Status").click()
    page.keyboard.press("Control+Shift+l")
    filters = page.get_by_role("dialog", name="Filter Status")
    filters.get_by_label("Complete").check()
    filters.get_by_role("button", name="Filter", exact=True).click()
    expect(page.get_by_role("treegrid")).to_have_attribute("aria-rowcount", "4")
    page.get_by_role("columnheader", name="Task").click(button="right")
    page.get_by_role("menuitem", name="Sort Z to A").click()
    expect(page.get_by_role("columnheader", name="Task")).to_have_attribute("aria-sort", "descending")
    assert tasks(page) == ["Temporary power", "Survey and set out", "Site fence and cabins"]
    page.get_by_role("button", name="show all rows in the sheet's order").click()
    expect(page.get_by_role("treegrid")).to_have_attribute("aria-rowcount", "25")
    assert sandbox.sheet(bob, "Site plan")["version"] == before


def test_parts_are_loaded_when_the_person_begins_to_work(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    expect(page.locator("[data-grid-saved]")).to_have_text("All changes saved")
    parts = {"attention.js", "columns.js", "copying.js", "editors.js", "find.js", "menu.js", "row-panel.js"}
    assert loaded(page) & parts == set()
    cell(page, 3, "Task").click()
    reaches(page, lambda: loaded(page) & parts, parts)
    assert "project.js" not in loaded(page), "no sheet but a project plan needs it"
    page.context.set_offline(True)
    page.keyboard.press("Control+f")
    expect(page.get_by_role("searchbox", name="Find in the sheet")).to_be_focused()
    page.context.set_offline(False)


def test_what_is_pressed_before_a_part_has_loaded_waits_for_it(page: Page, bob: Person) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    held: list[Route] = []
    page.route(re.compile(r"/(copying|editors)[^/]*\.js"), lambda route: held.append(route))
    open_grid(page, bob)
    cell(page, 3, "Task").click()
    page.keyboard.press("Control+c")
    page.keyboard.type("Levelss")
    for key in ("Backspace", "Home", "ArrowRight", "Delete", "e", "End", "Enter"):
        page.keyboard.press(key)
    reaches(page, lambda: len(held), 2)
    assert cell(page, 3, "Task").inner_text() == "Survey and set out"
    for route in held:
        route.continue_()
    expect(cell(page, 3, "Task")).to_have_text("Levels")
    reaches(page, lambda: page.evaluate("navigator.clipboard.readText()"), "Survey and set out")


def test_what_is_typed_before_the_search_has_loaded_is_searched(page: Page, bob: Person) -> None:
    held: list[Route] = []
    page.route(re.compile(r"/find[^/]*\.js"), lambda route: held.append(route))
    open_grid(page, bob)
    cell(page, 1, "Task").click()
    page.keyboard.press("Control+f")
    page.keyboard.type("drainage")
    reaches(page, lambda: len(held), 1)
    held[0].continue_()
    expect(page.locator(".grid-find")).to_contain_text("1 of 1 cell")
    expect(page.get_by_role("searchbox", name="Find in the sheet")).to_have_value("drainage")


def test_a_browser_that_allows_no_copying_is_named(page: Page, bob: Person) -> None:
    """A page needs a permission to write to the clipboard, except shortly after someone has pressed a key.

    Here, the script for copying arrives late, so the browser doesn't allow the page to copy. The grid then tells the
    person to press Ctrl+C.
    """
    page.context.clear_permissions()
    held: list[Route] = []
    page.route(re.compile(r"/copying[^/]*\.js"), lambda route: held.append(route))
    open_grid(page, bob)
    cell(page, 3, "Task").click()
    page.keyboard.press("Control+x")
    reaches(page, lambda: len(held), 1)
    held[0].continue_()
    expect(note(page)).to_have_text("The browser didn't allow copying. Press Ctrl+C again.")
    expect(cell(page, 3, "Task")).to_have_text("Survey and set out")
    page.keyboard.press("Control+c")
    expect(note(page)).to_have_text("1 cell copied.")


def loaded(page: Page) -> set[str]:
    """The names of the scripts that the page has loaded."""
    names: list[str] = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    return {name.split("/")[-1] for name in names}


def test_enter_filters_by_the_typed_text(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, 3, "Task").click()
    page.keyboard.press("Control+Shift+l")
    page.get_by_role("dialog", name="Filter Task").get_by_label("Contains").fill("drainage")
    page.keyboard.press("Enter")
    expect(page.get_by_role("treegrid")).to_have_attribute("aria-rowcount", "2")


def test_columns_are_hidden_moved_and_kept(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    page.get_by_role("button", name="Choose columns").click()
    columns = page.get_by_role("dialog", name="Columns")
    columns.get_by_label("Health", exact=True).uncheck()
    columns.get_by_role("button", name="Move Status left").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("columnheader", name="Health")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("columnheader", name="Status")).to_have_attribute("aria-colindex", "3")
    expect(page.get_by_role("columnheader", name="Health")).to_have_count(0)
    page.get_by_role("button", name=bob.name).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("signed out").first).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('byline grid'))") == []


def test_a_column_is_made_wider_with_the_mouse(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    header = page.get_by_role("columnheader", name="Status")
    box = header.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 57, box["y"] + 10)
    page.mouse.up()
    wider = header.bounding_box()
    assert wider
    assert wider["width"] == box["width"] + 60


def test_the_keyboard_map_and_the_menu_are_reached_by_keyboard(page: Page, bob: Person) -> None:
    open_grid(page, bob)
    cell(page, 3, "No.").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_contain_text("Fill down")
    page.keyboard.press("Escape")
    expect(cell(page, 3, "No.")).to_be_focused()
    page.keyboard.press("Shift+F10")
    expect(page.get_by_role("menuitem", name="Edit the cell")).to_be_focused()
    page.keyboard.press("Escape")
    expect(cell(page, 3, "No.")).to_be_focused()


def test_an_open_menu_stays_in_the_window(page: Page, bob: Person) -> None:
    open_grid(page, bob, width=1280)
    cell(page, 7, "Status").click(button="right")
    menu = page.get_by_role("menu")
    expect(menu).to_be_visible()
    for width in (390, 320, 1280):  # as if a phone was turned
        page.set_viewport_size({"width": width, "height": 844})
        reaches(page, lambda: _is_inside(page), True)
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)


def _is_inside(page: Page) -> bool:
    """Whether the menu is inside of the window, with a margin at both sides."""
    is_it: bool = page.get_by_role("menu").evaluate(
        "menu => { const { left, right } = menu.getBoundingClientRect(); return left >= 4 && right <= innerWidth - 4; }"
    )
    return is_it


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_state_is_accessible(page: Page, bob: Person, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    open_grid(page, bob, width=1280)
    found = problems(page)
    cell(page, 7, "Task").click()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    found += problems(page)
    cell(page, 7, "Status").click()
    page.keyboard.press("F2")
    found += problems(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+F10")
    found += problems(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+/")
    found += problems(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Choose columns").click()
    found += problems(page)
    assert not found, found


def test_taps_select_and_edit(browser: Browser, site: str, bob: Person) -> None:
    context = browser.new_context(base_url=site, has_touch=True)
    page = context.new_page()
    open_grid(page, bob, width=1000)
    target = cell(page, 7, "Task")
    target.tap()
    expect(target).to_be_focused()
    target.tap()
    expect(page.get_by_role("textbox", name=re.compile("Task, Dig foundations"))).to_be_focused()
    context.close()


def test_on_a_phone_the_row_form_is_the_way_to_edit(browser: Browser, site: str, bob: Person) -> None:
    context = browser.new_context(base_url=site, has_touch=True)
    page = context.new_page()
    open_grid(page, bob, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    cell(page, 7, "Task").tap()
    cell(page, 7, "Task").tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dig foundations")
    context.close()


def test_the_table_replaces_the_grid_where_browsers_lack_what_it_needs(page: Page, bob: Person) -> None:
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    sign_in(page, bob)
    page.goto("/sheets/")
    page.get_by_role("link", name="Site plan").first.click()
    expect(page.get_by_role("table")).to_contain_text("Dig foundations")
    expect(page.get_by_role("treegrid")).to_have_count(0)


def test_only_cells_of_the_primary_column_show_the_tree_after_scrolling(page: Page, bob: Person) -> None:
    open_grid(page, bob, width=700)
    page.evaluate(
        "() => { const { sheet, view } = document.querySelector('[data-grid]').grid;"
        " const ids = sheet.columns.map(({ id }) => id); const [primary] = ids.splice(sheet.primary, 1);"
        " ids.splice(4, 0, primary); view.set({ order: ids }); }"
    )
    expect(page.get_by_role("columnheader", name="Task")).to_have_attribute("aria-colindex", "6")
    page.locator(".sheet-grid").evaluate("grid => { grid.scrollLeft = 3000; }")
    expect(page.locator('.grid-head [aria-colindex="21"]')).to_have_count(1)
    expect(page.locator('.grid-body [data-tree]:not([aria-colindex="6"])')).to_have_count(0)


def test_cells_that_are_being_saved_say_so_after_scrolling(page: Page, plan: SitePlan, bob: Person) -> None:
    """When a person scrolls, the grid uses the HTML element of one cell for another cell. The element must then have
    the right attribute for the state “saving”: `aria-label` in a check box, and `aria-description` in other cells.
    """
    open_grid(page, bob, width=700)
    page.route(EDITS, lambda route: route.abort())
    edit(page, plan, DIG, Done="true", Budget="1", Spent="2", Drawing="A", Notes="B")
    expect(cell(page, 7, "Done")).to_have_attribute("aria-label", "checked, saving")
    saving = '.grid-rest .grid-cell[data-state="saving"]'
    for title in ["Notes", "Done", "Spent", "Done"]:
        go_to(page, plan, POUR, title)
        expect(cell(page, 7, title)).to_have_attribute("data-state", "saving")
        expect(page.locator(f'{saving}[data-kind="check"][aria-description]')).to_have_count(0)
        expect(page.locator(f'{saving}:not([data-kind="check"], [aria-description="saving"])')).to_have_count(0)
