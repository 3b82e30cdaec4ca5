"""The grid in unusual circumstances: in a hidden tab, at a rate limit, zoomed to 200 %, and in forced colours."""

import json

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.conftest import problems
from tests.browser.grids import (
    DIG,
    EDITS,
    KEPT,
    POUR,
    SAVED,
    apply,
    cell,
    comes_to_hold,
    edit,
    go_to,
    kind,
    line,
    look,
    open_grid,
    reaches,
    saved,
)
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HIDE = """isHidden => {
  Object.defineProperty(document, "hidden", { configurable: true, value: isHidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_hidden_tab_makes_no_calls(clocked_page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person) -> None:
    page = clocked_page
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    page.clock.fast_forward("00:11")
    reaches(page, lambda: len(sandbox.requests(path="/version")) > 0, True)  # a visible tab checks for changes
    page.evaluate(HIDE, True)
    sandbox.forget_requests()
    plan.write(DIG, Notes="Clay")
    for _ in range(5):
        page.clock.fast_forward("01:00")
        page.wait_for_timeout(200)
    assert [one for one in sandbox.requests() if one["personId"] == bob.id] == []
    page.evaluate(HIDE, False)
    comes_to_hold(page, plan, DIG, "Notes", "Clay")


def test_at_smartsheets_rate_limit_it_waits(page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    sandbox.fault(method="PUT", path="/rows", status=429, errorCode=4003, times=0)
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text(f"1 cell {KEPT}.")
    assert kind(page, plan, DIG, "Notes") == "saving"
    sandbox.control("DELETE", "faults")
    line(page).get_by_role("button", name="Try now").click()
    expect(line(page)).to_have_text(SAVED)
    assert plan.value(DIG, "Notes") == "Rock"
    assert len({entry["path"] for entry in plan.writes(bob)}) == 1


def test_at_this_apps_rate_limit_it_waits_as_long_as_it_says(page: Page, plan: SitePlan, bob: Person) -> None:
    open_grid(page, bob)
    keys: list[str] = []

    def limit(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            route.continue_()
            return
        body = {"type": "urn:byline:problem:too-many-calls", "title": "Too many calls.", "status": 429, "detail": ""}
        headers = {"Retry-After": "2", "Content-Type": "application/problem+json"}
        route.fulfill(status=429, headers=headers, body=json.dumps(body))

    page.route(EDITS, limit)
    edit(page, plan, DIG, Notes="Rock")
    expect(line(page)).to_contain_text(f"1 cell {KEPT}. Too many calls.")
    edit(page, plan, POUR, Notes="Wet")
    page.wait_for_timeout(1_000)
    assert len(keys) == 1
    expect(line(page)).to_have_text(SAVED)
    assert keys[0] == keys[1]
    assert [plan.value(DIG, "Notes"), plan.value(POUR, "Notes")] == ["Rock", "Wet"]


def test_while_rows_cannot_be_moved_it_asks_for_no_changes(
    page: Page, sandbox: RunningSandbox, plan: SitePlan, bob: Person
) -> None:
    open_grid(page, bob)
    expect(line(page)).to_have_text(SAVED)
    page.route(EDITS, lambda route: route.abort())
    apply(page, {"do": "move", "row": str(plan.rows[POUR]), "place": {"where": "bottom"}})
    expect(line(page)).to_contain_text(KEPT)
    plan.write(DIG, Notes="Clay")
    sandbox.forget_requests()
    look(page)
    page.wait_for_timeout(2_000)
    assert sandbox.requests(path="/version") == []
    page.unroute(EDITS)
    line(page).get_by_role("button", name="Try now").click()
    expect(line(page)).to_have_text(SAVED)
    comes_to_hold(page, plan, DIG, "Notes", "Clay")


@pytest.fixture
def zoomed(browser: Browser, site: str) -> BrowserContext:
    """A window of 1280 × 900 pixels in which the browser zooms to 200 %."""
    return browser.new_context(base_url=site, viewport={"width": 640, "height": 450}, device_scale_factor=2)


def test_at_200_percent_everything_is_within_reach(zoomed: BrowserContext, plan: SitePlan, bob: Person) -> None:
    page = zoomed.new_page()
    open_grid(page, bob, width=640)
    page.set_viewport_size({"width": 640, "height": 450})
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    cell(page, 7, "Task").click()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    focused = page.locator('.grid-body [tabindex="0"]')
    expect(focused).to_be_in_viewport(ratio=1)
    frozen = page.locator(".grid-body.grid-frozen").bounding_box()
    box = focused.bounding_box()
    assert frozen
    assert box
    assert box["x"] >= frozen["x"] + frozen["width"]  # frozen columns don't cover the focused cell
    go_to(page, plan, DIG, "Notes")
    page.keyboard.type("Rock")
    page.keyboard.press("Enter")
    saved(page)
    assert plan.value(DIG, "Notes") == "Rock"
    assert problems(page) == []
    zoomed.close()


def test_in_forced_colours_states_and_selection_are_seen(
    browser: Browser, site: str, plan: SitePlan, bob: Person
) -> None:
    context = browser.new_context(base_url=site, forced_colors="active", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    open_grid(page, bob)
    page.route(EDITS, lambda route: route.abort())
    edit(page, plan, DIG, Notes="Rock")
    go_to(page, plan, DIG, "Task")
    page.keyboard.press("Shift+ArrowDown")
    style = "(cell, [pseudo, name]) => getComputedStyle(cell, pseudo)[name]"
    selected = cell(page, 8, "Task").evaluate(style, [None, "backgroundColor"])
    assert selected != cell(page, 9, "Task").evaluate(style, [None, "backgroundColor"])
    surface = cell(page, 9, "Task").evaluate(style, [None, "backgroundColor"])
    focused = page.locator('.grid-body [tabindex="0"]')
    assert focused.evaluate(style, [None, "outlineColor"]) != surface
    marked = cell(page, 7, "Notes")
    assert marked.evaluate(style, ["::after", "borderTopColor"]) != surface
    assert marked.evaluate(style, ["::after", "borderBottomColor"]) == "rgba(0, 0, 0, 0)"  # a corner, not a box
    # axe checks the colours of the page's own style sheets, but forced colours replace them.
    assert [problem for problem in problems(page) if "color-contrast" not in problem] == []
    context.close()
