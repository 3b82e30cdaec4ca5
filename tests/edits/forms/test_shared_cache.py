"""With a cache that all processes share, the list of a person's rows is read once a minute, and fresh after a save."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from shutil import rmtree

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django import Settings

from config import caching
from tests.audit.test_killed_process import ROOT, database_url
from tests.crowd import App
from tests.edits.browser import Page
from tests.edits.forms.progress_form import MINE, ProgressForm
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)


def cache_url(kind: str, folder: Path) -> str:
    """Return the address of a new cache. For a cache in the database, Django's own command makes the table."""
    if kind == "filecache":
        return f"filecache://{folder}"
    url = "dbcache://byline_test_cache"
    environment = os.environ | {"DATABASE_URL": database_url(), "CACHE_URL": url}
    subprocess.run([sys.executable, "manage.py", "createcachetable"], cwd=ROOT, env=environment, check=True)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM byline_test_cache")
    return url


def reads(plan: SitePlan) -> int:
    """Return how often the sheet's rows were read since this was last called."""
    found = [one for one in plan.sandbox.requests(method="GET") if one["path"].endswith(f"/sheets/{plan.id}")]
    plan.sandbox.forget_requests()
    return len(found)


@pytest.mark.parametrize("kind", ["filecache", "dbcache"])
def test_two_processes_read_the_list_once_a_minute_and_again_after_a_save(
    browser: Client,
    plan: SitePlan,
    sandbox: Sandbox,
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    form = ProgressForm(plan)
    url, session = cache_url(kind, tmp_path), browser.cookies["sessionid"].value
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
    """A file is in the place of the cache's folder, or nothing listens at the address of the cache server."""
    form, folder = ProgressForm(plan), tmp_path / "cache"
    monkeypatch.setattr(caching, "find_spec", lambda _name: True)  # the client of Redis isn't installed for tests
    monkeypatch.setenv("CACHE_URL", "redis://127.0.0.1:1/0" if kind == "redis" else f"filecache://{folder}")
    settings.CACHES = caching.caches(settings.SECRET_KEY)
    cache.set("before", "it failed")
    if kind == "filecache":
        rmtree(folder)
        folder.write_text("in the way")
    assert MINE in Page.open(browser, form.path).text
    Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "4711"}).send()
    assert "4711" in Page.open(browser, form.path).text
    assert browser.get("/audit/").status_code == 200
    assert cache.delete("before") is False  # this happens when someone has lost access to a sheet


def test_two_installations_on_one_server_share_no_answers(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another installation, the same user id can belong to another person."""
    monkeypatch.setenv("CACHE_URL", f"filecache://{tmp_path}")
    settings.CACHES = caching.caches("the key of one")
    cache.set("openable_sheets:1", "theirs")
    settings.CACHES = caching.caches("the key of another")
    assert cache.get("openable_sheets:1") is None
