"""A real Chromium, with the app and the sandbox over HTTP."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from edits.sheets.openable_sheets import openable_sheets
from identity.regions import default_region
from tests import signing_in
from tests.browser.chromium import FLAGS, NAMES
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox, Sandbox
from tests.waiting import PATIENCE

PICTURES = Path(__file__).resolve().parent.parent.parent / "docs" / "pictures"

# Playwright's synchronous client keeps an event loop in the test's thread, which Django would treat as async code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="package")
def browser(django_db_setup: None) -> Iterator[Browser]:
    """Start Chromium only while these tests run, because Playwright's event loop would disturb other tests in the same
    process.

    Django uses one database connection inside an event loop, and another one outside. The test database is dropped
    outside the loop, when the loop has ended. Before that, Django closes only the connection that made the database. So
    the database must also be made outside the loop. For this, the argument `django_db_setup` makes it before the loop
    starts.
    """
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        hint = "no Chromium on this machine (set CHROMIUM to its path, or apt install chromium-headless-shell)"
        if "CI" in os.environ:
            pytest.fail(hint)
        pytest.skip(hint)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def site(live_server: LiveServer, sandbox: RunningSandbox, settings: Settings) -> str:
    """The app's address. After a sign-in, the sandbox sends people back to this address."""
    url: str = live_server.url
    settings.BASE_URL = url
    sandbox.register_app(redirect_url=f"{url}/identity/callback/")
    return url


@pytest.fixture(scope="package")
def kept_tab(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A tab of a browser session that all tests share, because starting a session takes longer than a test. While this
    tab is open, Chromium keeps the process that has compiled the scripts.
    """
    context = _new_session(browser, live_server.url)
    tab = context.new_page()
    tab.goto("/healthz")
    yield tab
    context.close()


@pytest.fixture
def clocked_page(browser: Browser, site: str) -> Iterator[Page]:
    """A tab whose clock the test can move. The tab has its own session, because all tabs of a session share one
    clock.
    """
    context = _new_session(browser, site)
    page = context.new_page()
    page.clock.install()
    yield page
    context.close()


def _new_session(browser: Browser, address: str) -> BrowserContext:
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE * 1000)
    return context


@pytest.fixture
def context(kept_tab: Page, site: str) -> Iterator[BrowserContext]:
    """The shared browser session, without cookies or other data from an earlier test."""
    context = kept_tab.context
    yield context
    for tab in context.pages:
        if tab is not kept_tab:
            tab.close()
    context.clear_cookies()
    context.clear_permissions()
    context.set_offline(False)
    protocol = context.new_cdp_session(kept_tab)
    protocol.send("Storage.clearDataForOrigin", {"origin": site, "storageTypes": "all"})
    protocol.detach()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab. The test fails if its console has errors, such as a script or style that the browser refused."""
    errors: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    # Statuses and lost connections that tests cause.
    expected = ("status of 4", "status of 5", "net::ERR_", "Failed to fetch dynamically imported module")
    complaints = [error for error in errors if not any(map(error.__contains__, expected))]
    assert not complaints, complaints


@pytest.fixture
def plan(sandbox: RunningSandbox, alice: Person) -> SitePlan:
    """The site plan, which Alice reads and changes without the app."""
    return SitePlan(sandbox, alice)


def sign_in(page: Page, person: Person) -> None:
    """Sign the person in without the sign-in pages. This takes a tenth of the time that the pages take. The tab stays
    on its page.

    This function waits until the app has read the list of the person's sheets from Smartsheet. Otherwise, the home page
    and the log's pages would reload themselves a second later, in the middle of a test on a busy machine.
    """
    client = Client()
    openable_sheets(signing_in.restore(client, sandbox_in_use(), person), is_waiting=True)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": settings.BASE_URL}])


def sandbox_in_use() -> Sandbox:
    """Return the sandbox whose address is in the settings."""
    return Sandbox(default_region().authorize_url.removesuffix("/b/authorize"))


def sign_in_by_hand(page: Page, person: Person) -> None:
    """Sign in from the front page, through the consent page."""
    page.goto("/")
    page.get_by_role("button", name="Sign in with Smartsheet").click()
    allow(page, person)
    page.get_by_role("button", name=person.name).wait_for()


def allow(page: Page, person: Person) -> None:
    """Choose the person on the consent page, and press Allow."""
    page.get_by_role("radio", name=person.name or person.email).check()
    page.get_by_role("button", name="Allow").click()


def answer_dialogs(page: Page, *, accept: bool) -> list[str]:
    """Answer each dialog of the browser in this tab, for example the question whether to leave the page. The types of
    the dialogs are added to the returned list, as in ["beforeunload"].
    """
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        (dialog.accept if accept else dialog.dismiss)()

    page.on("dialog", answer)
    return asked


def problems(page: Page, impacts: frozenset[str] = frozenset({"serious", "critical"})) -> list[str]:
    """Return the problems that axe finds on the page and that have one of these impacts."""
    page.wait_for_load_state()
    violations = Axe().run(page).response["violations"]
    return [
        f"{page.url} {violation['id']} ({violation['impact']}): {node['html'][:150]}"
        for violation in violations
        if violation["impact"] in impacts
        for node in violation["nodes"][:3]
    ]


def all_problems(page: Page) -> list[str]:
    """Return all problems that axe finds on the page, including moderate and minor ones."""
    return problems(page, frozenset({"minor", "moderate", "serious", "critical"}))


def picture(page: Page, name: str, *, is_whole: bool = True) -> None:
    """Save a screenshot for the documentation, if BYLINE_PICTURES is set. If `is_whole` is true, the screenshot shows
    the whole page. If not, it shows only the part in the window.
    """
    if "BYLINE_PICTURES" in os.environ:
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", full_page=is_whole)
