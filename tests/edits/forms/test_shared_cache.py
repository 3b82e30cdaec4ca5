"""With a cache that all processes share, the list of a person's rows is read at most once a minute. But after a save,
the next page that shows the list reads it again.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree, which

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django import Settings

from config import caching
from edits.sheets import optional_cache
from tests.audit.test_killed_process import ROOT, database_url
from tests.crowd import App
from tests.edits.browser import Page
from tests.edits.forms.progress_form import MINE, ProgressForm
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Sandbox
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Redis:
    """A real Redis server, which keeps nothing on disk."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = [
            "redis-server",
            "--bind",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--save",
            "",
            "--dir",
            str(self.folder),
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(self._answers, "Redis doesn't listen", by=self.process)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    def send(self, number: signal.Signals) -> None:
        assert self.process
        self.process.send_signal(number)

    def _answers(self) -> bool:
        with socket.socket() as tried:
            return tried.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    """A running Redis server. The tests that use it need the package redis, which isn't in the requirements."""
    if which("redis-server") is None or find_spec("redis") is None:
        pytest.skip("no redis-server on this machine, or no package redis in this environment")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = Redis(free.getsockname()[1], tmp_path)
    server.start()
    yield server
    server.kill()


def cache_url(kind: str, folder: Path) -> str:
    """Return the address of an empty cache. The kind "filecache" keeps it in the folder `folder`. The kind "dbcache"
    keeps it in a table that `createcachetable` makes.
    """
    if kind == "filecache":
        return f"filecache://{folder}"
    url = "dbcache://byline_test_cache"
    environment = os.environ | {"DATABASE_URL": database_url(), "CACHE_URL": url}
    subprocess.run([sys.executable, "manage.py", "createcachetable"], cwd=ROOT, env=environment, check=True)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM byline_test_cache")
    return url


def reads(plan: SitePlan) -> int:
    """Return how often the sheet's rows were read since the last use of this function."""
    found = [one for one in plan.sandbox.requests(method="GET") if one["path"].endswith(f"/sheets/{plan.id}")]
    plan.sandbox.forget_requests()
    return len(found)


@pytest.mark.parametrize("kind", ["filecache", "dbcache", "redis"])
def test_two_processes_read_the_list_once_a_minute_and_again_after_a_save(
    browser: Client,
    plan: SitePlan,
    sandbox: Sandbox,
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    kind: str,
) -> None:
    form, session = ProgressForm(plan), browser.cookies["sessionid"].value
    url = request.getfixturevalue("redis").url if kind == "redis" else cache_url(kind, tmp_path)
    monkeypatch.setenv("CACHE_URL", url)
    settings.CACHES = caching.caches(settings.SECRET_KEY)
    with App(sandbox, database_url=database_url(), CACHE_URL=url) as other:
        assert MINE.encode() in other.get(form.path, session=session).body
        assert MINE in Page.open(browser, form.path).text
        assert reads(plan) == 1
        Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "4711"}).send()
        reads(plan)
        assert b"4711" in other.get(form.path, session=session).body
        assert reads(plan) == 1
        assert "4711" in Page.open(browser, form.path).text
        assert reads(plan) == 0


@pytest.mark.parametrize("kind", ["filecache", "redis"])
def test_pages_open_and_save_while_the_cache_is_away(
    browser: Client, plan: SitePlan, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The cache fails, because there is a file in place of its folder, or because nothing listens at the address of its
    server. Pages still open, and a row is saved.
    """
    form, folder = ProgressForm(plan), tmp_path / "cache"
    monkeypatch.setattr(caching, "find_spec", lambda _name: True)  # the client of Redis isn't installed for tests
    monkeypatch.setenv("CACHE_URL", "redis://127.0.0.1:1/0" if kind == "redis" else f"filecache://{folder}")
    settings.CACHES = caching.caches(settings.SECRET_KEY)
    if kind == "filecache":
        cache.set("before", "it failed")
        rmtree(folder)
        folder.write_text("in the way")
    assert MINE in Page.open(browser, form.path).text
    Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "4711"}).send()
    assert "4711" in Page.open(browser, form.path).text
    assert browser.get("/audit/").status_code == 200
    optional_cache.cache.delete("before")  # this happens when someone has lost access to a sheet


def test_two_processes_go_on_while_redis_is_killed_and_started_again(
    browser: Client,
    plan: SitePlan,
    sandbox: Sandbox,
    redis: Redis,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    form, session = ProgressForm(plan), browser.cookies["sessionid"].value
    monkeypatch.setenv("CACHE_URL", redis.url)
    settings.CACHES = caching.caches(settings.SECRET_KEY)
    with App(sandbox, database_url=database_url(), CACHE_URL=redis.url) as other:
        page = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "4711"})
        assert MINE.encode() in other.get(form.path, session=session).body
        redis.kill()
        page.send()
        assert b"4711" in other.get(form.path, session=session).body
        assert "4711" in Page.open(browser, form.path).text
        redis.start()
        Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "4712"}).send()
        reads(plan)
        assert b"4712" in other.get(form.path, session=session).body
        assert "4712" in Page.open(browser, form.path).text
        assert reads(plan) == 1


def test_a_page_waits_once_for_a_hung_redis(
    browser: Client,
    plan: SitePlan,
    redis: Redis,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    form = ProgressForm(plan)
    monkeypatch.setenv("CACHE_URL", redis.url)
    monkeypatch.setattr(optional_cache.cache, "asked_again_at", 0.0)  # after the test, monkeypatch restores the value
    settings.CACHES = caching.caches(settings.SECRET_KEY)
    redis.send(signal.SIGSTOP)
    with caplog.at_level(logging.WARNING, "edits.sheets.optional_cache"):
        assert MINE in Page.open(browser, form.path).text
    assert [one.message for one in caplog.records if "cache" in one.message] == ["The cache doesn't work: TimeoutError"]


def test_two_installations_on_one_server_share_no_answers(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two installations use one cache. The keys in the cache have user ids, and an id can belong to different people in
    the two installations. So an installation must not get what the other has stored.
    """
    monkeypatch.setenv("CACHE_URL", f"filecache://{tmp_path}")
    settings.CACHES = caching.caches("the key of one")
    cache.set("openable_sheets:1", "theirs")
    settings.CACHES = caching.caches("the key of another")
    assert cache.get("openable_sheets:1") is None
