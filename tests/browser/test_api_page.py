"""The API's documentation page in a real browser: the CSP blocks nothing, and requests can be tried out."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import picture, sign_in
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_page_shows_all_operations_and_tries_one_out(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    sign_in(page, bob)
    page.goto("/api/v1/docs")
    expect(page.locator(".opblock-summary-path", has_text="/api/v1/sheets/{sheet_id}/edits")).to_be_visible()
    picture(page, "api", is_whole=False)
    page.get_by_role("button", name="/api/v1/me").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table")).to_contain_text(bob.email)
    page.set_viewport_size({"width": 320, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_the_page_has_the_chosen_theme(page: Page, bob: Person) -> None:
    page.add_init_script("localStorage.setItem('theme', 'dark')")
    sign_in(page, bob)
    page.goto("/api/v1/docs")
    operation = page.locator(".opblock-summary-path").first
    expect(operation).to_be_visible()
    shade = "element => getComputedStyle(element).color.match(/[0-9.]+/g).slice(0, 3).map(Number)"
    assert min(operation.evaluate(shade)) > 150  # light text
    assert max(page.locator("body").evaluate(shade.replace(".color", ".backgroundColor"))) < 80
    page.get_by_role("button", name="Use the light theme").click()
    assert max(operation.evaluate(shade)) < 120
