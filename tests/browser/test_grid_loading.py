"""Loading the grid. The browser requests the first rows and all scripts at the same time. If a script can't be loaded,
the page says so, and works as soon as the script can be loaded.
"""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from edits.grid.modules import modules
from tests.browser.conftest import sign_in
from tests.browser.grids import DIG, go_to, note, open_grid, reaches, saved, script
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PART_FAILED = "This part of the page could not be loaded. Check the connection, or reload the page."


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    return context


def requested(page: Page, pattern: str) -> list[tuple[str, str]]:
    """Return what the page has requested: addresses that match the pattern, and what made the browser request them."""
    entries = "performance.getEntriesByType('resource').map(({ name, initiatorType }) => [name, initiatorType])"
    return [(name, initiator) for name, initiator in page.evaluate(entries) if re.search(pattern, name)]


def test_the_first_rows_are_requested_once_before_the_scripts_run(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    assert [initiator for _, initiator in requested(page, r"/api/v1/sheets/")] == ["link"]


def test_all_scripts_are_requested_at_once(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    names = {re.sub(r".*/static/|\.[0-9a-f]{12}(?=\.js)", "", name) for name, _ in requested(page, r"/js/grid/.*\.js$")}
    later = {
        "signing-out",
        "types/multi-contact",
        "types/multi-picklist",
    }  # for the top bar, and for this sheet's columns
    assert names - {f"byline/js/grid/{one}.js" for one in later} == set(modules())
    assert page.locator("head link[rel=modulepreload]").count() == len(modules())


@pytest.mark.parametrize("name", ["main", "grid", "painting", "types/text-number", "types/multi-contact"])
def test_the_page_offers_the_table_if_a_script_is_missing(page: Page, plan: SitePlan, bob: Person, name: str) -> None:
    page.route(script(name), lambda route: route.abort())
    sign_in(page, bob)
    page.goto(plan.path)
    failed = page.get_by_role("alert").filter(has_text="A part of this page could not be loaded. Check the connection")
    expect(failed).to_be_visible()
    expect(page.get_by_text("Reading the sheet…")).to_have_count(0)
    page.get_by_role("link", name="Show the rows as a table").click()
    expect(page.get_by_role("table").get_by_text(DIG)).to_be_visible()


def test_the_page_offers_the_table_later_if_all_scripts_are_missing(page: Page, plan: SitePlan, bob: Person) -> None:
    page.route("**/*.js", lambda route: route.abort())
    sign_in(page, bob)
    page.goto(plan.path)
    offer = page.get_by_role("link", name="Show the rows as a table")
    expect(page.get_by_text("Reading the sheet…")).to_be_visible()
    expect(offer).to_have_count(0)
    assert page.evaluate("document.getAnimations().map((one) => (one.finish(), one.animationName))") == ["grid-late"]
    offer.click()
    expect(page.get_by_role("table").get_by_text(DIG)).to_be_visible()


def copy_in_vain(page: Page, plan: SitePlan, bob: Person) -> None:
    """Open the grid, and try to copy a cell while the script for copying can't be loaded. Afterwards, the script can be
    loaded.
    """
    page.route(script("copying"), lambda route: route.abort())
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.press("Control+c")
    expect(note(page)).to_have_text(PART_FAILED)
    page.unroute(script("copying"))


def test_pasting_works_after_a_copy_that_failed(page: Page, plan: SitePlan, bob: Person) -> None:
    copy_in_vain(page, plan, bob)
    page.evaluate("navigator.clipboard.writeText('From elsewhere')")
    page.keyboard.press("Control+v")
    expect(note(page)).to_have_text("1 cell pasted.")
    saved(page)
    assert plan.value(DIG, "Notes") == "From elsewhere"


@pytest.mark.parametrize(
    ("name", "key", "opens"),
    [("find", "Control+f", ".grid-find input"), ("editors", "F2", ".grid-editor"), ("dialogs", "Control+/", "dialog")],
)
def test_the_message_goes_when_the_part_has_loaded(
    page: Page, plan: SitePlan, bob: Person, name: str, key: str, opens: str
) -> None:
    page.route(script(name), lambda route: route.abort())
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.press(key)
    expect(note(page)).to_have_text(PART_FAILED)
    page.unroute(script(name))
    page.keyboard.press(key)
    expect(page.locator(opens).first).to_be_visible()
    expect(note(page)).to_have_text("")


def test_a_change_is_reported_without_the_script_of_reports(page: Page, plan: SitePlan, bob: Person) -> None:
    page.route(script("report"), lambda route: route.abort())
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.type("Rock")
    page.keyboard.press("Enter")
    expect(note(page)).to_have_text("1 change made.")
    saved(page)
    assert plan.value(DIG, "Notes") == "Rock"
    go_to(page, plan, DIG, "No.")
    page.evaluate("document.querySelector('[data-grid]').grid.clear('clear')")
    expect(note(page)).to_have_text("0 changes made. 1 refused: Smartsheet fills in this column.")


def test_nothing_is_pasted_if_the_question_about_rows_cannot_be_shown(page: Page, plan: SitePlan, bob: Person) -> None:
    """The grid wants to ask whether to add rows, but the script that shows dialogs can't be loaded. A moment later, it
    can be loaded.
    """
    page.route(script("dialogs"), lambda route: route.abort())
    open_grid(page, bob)
    go_to(page, plan, DIG, "Task")
    page.keyboard.press("Control+End")
    page.keyboard.press("Home")
    reaches(page, lambda: page.evaluate("document.querySelector('[data-grid]').grid.parts.loaded.has('copying')"), True)
    page.evaluate("navigator.clipboard.writeText('Last\\nNew')")
    page.unroute(script("dialogs"))
    failed: list[Route] = []

    def fail_once(route: Route) -> None:
        failed.append(route)
        if len(failed) == 1:
            route.abort()
        else:
            route.continue_()

    page.route(script("dialogs"), fail_once)
    page.keyboard.press("Control+v")
    expect(note(page)).to_have_text(PART_FAILED)
    page.keyboard.press("Control+v")
    page.get_by_role("dialog", name="Add 1 row?").get_by_role("button", name="Add 1 row").click()
    expect(note(page)).to_have_text("1 cell pasted. 1 row added.")
    saved(page)


def test_cutting_clears_what_was_selected_then(page: Page, plan: SitePlan, bob: Person) -> None:
    """The person goes on to another cell while the script of copying is being loaded."""
    plan.write(DIG, Notes="Rock")
    plan.write("Drainage runs", Notes="Wet")
    held: list[Route] = []
    page.route(script("copying"), lambda route: held.append(route))
    open_grid(page, bob)
    go_to(page, plan, DIG, "Notes")
    page.keyboard.press("Control+x")
    page.keyboard.press("ArrowDown")
    reaches(page, lambda: len(held), 1)
    held[0].continue_()
    expect(note(page)).to_have_text("1 cell cut.")
    saved(page)
    assert (plan.value(DIG, "Notes"), plan.value("Drainage runs", "Notes")) == (None, "Wet")
    assert page.evaluate("navigator.clipboard.readText()") == "Rock"


def test_what_other_programs_copied_is_pasted_after_a_copy_that_failed(page: Page, plan: SitePlan, bob: Person) -> None:
    copy_in_vain(page, plan, bob)
    go_to(page, plan, DIG, "Task")
    page.keyboard.press("Shift+F10")
    page.get_by_role("menuitem", name="Copy").click()
    expect(note(page)).to_have_text("1 cell copied.")
    page.evaluate("navigator.clipboard.writeText('From elsewhere')")
    go_to(page, plan, DIG, "Notes")
    page.keyboard.press("Control+v")
    saved(page)
    assert plan.value(DIG, "Notes") == "From elsewhere"
