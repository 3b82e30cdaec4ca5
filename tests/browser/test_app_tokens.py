"""App tokens on the profile page work in a real browser: by keyboard, on a narrow screen, and in both themes."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import picture, sign_in
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def require_accessible(page: Page) -> None:
    """Assert that the page has no accessibility problems, and doesn't scroll sideways at a width of 320 px."""
    page.wait_for_load_state()
    assert [(one["id"], one["nodes"]) for one in Axe().run(page).response["violations"]] == []
    page.set_viewport_size({"width": 320, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_token_is_made_shown_and_ended(page: Page, sandbox: RunningSandbox, bob: Person, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    sign_in(page, bob)
    page.goto("/identity/profile/")
    page.get_by_text("Create a token").click()
    page.get_by_role("button", name="Create the token").click()
    expect(page.get_by_text("This field is required.")).to_be_in_viewport()
    require_accessible(page)
    page.get_by_label("What it is for").fill("Nightly import")
    page.get_by_label("Change sheets").check()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Token", exact=True)).to_be_focused()
    require_accessible(page)
    page.get_by_role("link", name="Back to your profile").click()
    expect(page.get_by_role("button", name="End the token Nightly import")).to_be_visible()
    if theme == "light":
        picture(page, "app-tokens")
    require_accessible(page)
    page.get_by_role("button", name="End the token Nightly import").press("Enter")
    expect(page.get_by_text("The token “Nightly import” has ended.")).to_be_visible()
