"""The API's documentation in a real browser: the policy refuses nothing of it, and requests can be tried out."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import picture, sign_in
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_page_shows_all_operations_and_tries_one_out(page: Page, sandbox: RunningSandbox, bob: Person) -> None:
    sign_in(page, bob)
    page.goto("/api/v1/docs")
    expect(page.locator(".opblock-summary-path", has_text="/api/v1/sheets/{sheet_id}/edits")).to_be_visible()
    page.get_by_role("button", name="/api/v1/me").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table")).to_contain_text(bob.email)
    picture(page, "api")
    page.set_viewport_size({"width": 320, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
