"""Fixtures: two sites in which Byline's wheel is installed, and the sandbox and the browser that both sites use."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page

from tests.browser.conftest import browser as browser  # makes the fixture available in this package
from tests.hosts import inside
from tests.hosts.installed_site import InstalledSite
from tests.running_sandbox import RunningSandbox
from tests.waiting import PATIENCE

PROJECTS = {"auth_user_site": "site1", "member_site": "club"}
collect_ignore = list(PROJECTS)  # their own tests run in an environment with the wheel
if sys.platform == "win32":
    collect_ignore_glob = ["test_*.py"]  # the paths in a virtual environment are different there


@contextmanager
def empty_database(name: str, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the settings of an empty database. The database has the same engine as the tests' own database."""
    ours = settings.DATABASES["default"]
    if ours["ENGINE"].endswith("sqlite3"):
        yield {"ENGINE": ours["ENGINE"], "NAME": str(folder / f"{name}.sqlite3")}
        return
    name = f"byline_{name}_{os.getpid()}"
    where = {"host": ours["HOST"], "port": ours["PORT"], "user": ours["USER"], "password": ours["PASSWORD"] or None}
    with psycopg.connect(**where, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield {key: ours[key] for key in ("ENGINE", "HOST", "PORT", "USER", "PASSWORD")} | {"NAME": name}
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def installed(name: str, folder: Path, sandbox: RunningSandbox, **environment: str) -> Iterator[InstalledSite]:
    """Yield a copy of the site `name` with an empty database. At the end, stop the copy's processes."""
    with empty_database(name, folder) as database:
        site = InstalledSite(name, PROJECTS[name], folder, database, sandbox.url, environment)
        try:
            yield site
        finally:
            site.stop()


@pytest.fixture(scope="module", params=PROJECTS)
def served_site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, running_sandbox: RunningSandbox
) -> Iterator[InstalledSite]:
    """Yield a site that has its tables and serves its pages. Tests run with each of the two sites. All tests of a
    module use the same copy of a site.
    """
    with installed(request.param, tmp_path_factory.mktemp("site"), running_sandbox) as site:
        site.prepare()
        site.serve()
        yield site


@pytest.fixture
def site(served_site: InstalledSite, sandbox: RunningSandbox) -> Iterator[InstalledSite]:
    """Yield the served site, without users. The sandbox is in its initial state, and the site is registered there."""
    sandbox.register_app(redirect_url=f"{served_site.url}/smartsheet/identity/callback/", client_id=served_site.project)
    yield served_site
    served_site.ask(inside.delete_users)


@pytest.fixture
def pages(browser: Browser, site: InstalledSite) -> Iterator["Pages"]:
    found = Pages(browser, site)
    yield found
    found.close()


class Pages:
    """Browsers of people who visit the site. The test fails if a browser's console shows an error, such as a blocked
    style.
    """

    def __init__(self, browser: Browser, site: InstalledSite) -> None:
        self.browser, self.site = browser, site
        self.errors: list[str] = []
        self.opened: list[Page] = []

    def log_in(self, name: str) -> Page:
        """Create this user, log them in with a password in a new browser, and return the account page."""
        name = f"{name}@example.org"
        self.site.ask(inside.add_user, name, "correct horse")
        return self.log_in_again(name)

    def log_in_again(self, name: str) -> Page:
        page = self.browser.new_context(base_url=self.site.url, viewport={"width": 1280, "height": 900}).new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.opened.append(page)
        page.goto("/account/")
        page.locator("[name=username]").fill(name)
        page.locator("[name=password]").fill("correct horse")
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("heading", name=f"Account of {name}").wait_for()
        return page

    def close(self) -> None:
        for page in self.opened:
            page.context.close()
        complaints = [error for error in self.errors if "status of 4" not in error]
        assert not complaints, complaints
