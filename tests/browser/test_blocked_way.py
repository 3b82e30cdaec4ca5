"""If the form-action of the Content-Security-Policy doesn't allow Smartsheet, browsers block the redirect to
Smartsheet, and the page says so.
"""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django import Settings

from tests.browser.conftest import problems
from tests.running_sandbox import RunningSandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab. Errors in its console don't fail the test, because Chromium writes an error whenever it blocks
    something.
    """
    return context.new_page()


def block(route: Route) -> None:
    """Replace the policy in the site's answer, as a proxy in front of the site can do."""
    answer = route.fetch()
    policy = "default-src 'self'; form-action 'self'"
    route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": policy})


def test_a_policy_that_the_app_does_not_know(page: Page, site: str, sandbox: RunningSandbox) -> None:
    page.route(f"{site}/", block)
    page.goto("/")
    note = page.get_by_role("alert")
    expect(note).to_be_hidden()
    page.get_by_role("button", name="Sign in with Smartsheet").click()
    expect(note).to_contain_text("Your browser blocked the redirect to Smartsheet")
    expect(note).to_contain_text(f"has to add {sandbox.url} to form-action")
    assert urlsplit(page.url).path == "/"
    assert problems(page) == []


def test_a_policy_of_the_settings_is_shown_before_anyone_presses(
    context: BrowserContext, sandbox: RunningSandbox, settings: Settings
) -> None:
    """If the site's policy blocks the redirect to Smartsheet, the front page shows a warning, even if no script is
    loaded.
    """
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"default-src": ["'self'"], "form-action": ["'self'"]}}
    page = context.new_page()
    page.route("**/*.js", lambda route: route.abort())
    page.goto("/")
    expect(page.get_by_role("alert")).to_contain_text("The button doesn't work here yet")
    expect(page.get_by_role("alert")).to_contain_text(f"has to add {sandbox.url} to form-action")


def test_other_blocked_things_show_no_note(page: Page) -> None:
    page.goto("/")
    with page.expect_console_message(lambda message: "img-src" in message.text):
        page.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://pictures.example/'}))")
    expect(page.get_by_role("alert")).to_be_hidden()
