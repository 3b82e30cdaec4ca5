"""Scripts of the grid that can't be loaded: the page says so, and works as soon as they can be loaded."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.grids import DIG
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PART_FAILED = "This part of the page could not be loaded. Check the connection, or reload the page."


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    return context


def script(name: str) -> re.Pattern[str]:
    """Return a pattern of a script's address, which can contain a hash."""
    return re.compile(rf"/grid/{name}(\.[0-9a-f]+)?\.js")


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
