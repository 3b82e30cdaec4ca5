"""A real Chromium, with the app and the sandbox over HTTP."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.running_sandbox import Person, RunningSandbox
from tests.waiting import PATIENCE

NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PICTURES = Path(__file__).resolve().parent.parent.parent / "docs" / "pictures"

# Playwright's synchronous client keeps an event loop in the test's thread; Django would take that for async code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, only while these tests run, because its event loop would disturb other tests in the same process."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        hint = "no Chromium on this machine (set CHROMIUM to its path, or apt install chromium)"
        if "CI" in os.environ:
            pytest.fail(hint)
        pytest.skip(hint)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def site(live_server: LiveServer, sandbox: RunningSandbox, settings: Settings) -> str:
    """The app's address; the sandbox sends people back to it."""
    url: str = live_server.url
    settings.BASE_URL = url
    sandbox.register_app(redirect_url=f"{url}/identity/callback/")
    return url


@pytest.fixture
def context(browser: Browser, site: str) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=site, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE * 1000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab. The test fails if its console has errors, such as a script or style that the browser refused."""
    errors: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    complaints = [error for error in errors if "status of 4" not in error and "status of 5" not in error]
    assert not complaints, complaints


def sign_in(page: Page, person: Person) -> None:
    """Sign in from the front page, through the consent page."""
    page.goto("/")
    page.get_by_role("button", name="Sign in with Smartsheet").click()
    page.get_by_label(person.name or person.email).check()
    page.get_by_role("button", name="Allow").click()
    page.get_by_role("button", name=person.name).wait_for()


def picture(page: Page, name: str) -> None:
    """Save a screenshot for the documentation, if BYLINE_PICTURES is set."""
    if "BYLINE_PICTURES" in os.environ:
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
