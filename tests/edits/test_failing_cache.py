"""A site can use any of Django's caches. If the cache fails, people can still open pages and save rows."""

from __future__ import annotations

from time import sleep
from typing import Any, ClassVar

import pytest
from django.core.cache.backends.base import BaseCache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from edits.sheets import optional_cache
from tests.api.caller import Caller
from tests.edits.browser import Page
from tests.edits.forms.progress_form import MINE, ProgressForm
from tests.edits.site_plan import SitePlan

ROW = "Dig foundations"


class FailingCache(BaseCache):
    """A cache whose server doesn't answer."""

    def __init__(self, _location: str, parameters: dict[str, Any]) -> None:
        super().__init__(parameters)

    def get(self, *_args: Any, **_more: Any) -> Any:
        raise ConnectionResetError

    set = add = delete = get

    def clear(self) -> None:
        """Do nothing. Each test clears the cache at its start, and this must not fail."""


class HungCache(FailingCache):
    """A cache whose server doesn't answer in time."""

    asked: ClassVar[list[str]] = []

    def get(self, key: str, *_args: Any, **_more: Any) -> Any:
        self.asked.append(key)
        sleep(0.1)
        raise TimeoutError

    set = add = delete = get


@pytest.fixture(autouse=True)
def failing_cache(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.FailingCache"}}


def test_a_row_form_saves(browser: Client, plan: SitePlan) -> None:
    page = Page.open(browser, plan.edit_path(ROW)).type({plan.columns["Responsible"]: "Charlie Carter"})
    assert page.save().status == 200
    assert plan.value(ROW, "Responsible") == "charlie@example.com"
    assert browser.get(f"{plan.path}people/").status_code == 200


def test_the_api_reads_and_saves(browser: Client, plan: SitePlan) -> None:
    caller = Caller(browser)
    row_id = str(plan.rows[ROW])
    assert caller.get(f"/sheets/{plan.id}/rows", id=row_id)["rows"]
    cell = {"column_id": str(plan.columns["Notes"]), "shown": None, "value": "Rock"}
    (row,) = caller.save(plan.id, {"do": "update", "row_id": row_id, "cells": [cell]})["results"]
    assert row["status"] == "saved"


def test_a_form_that_somebody_designed_saves(browser: Client, plan: SitePlan) -> None:
    form = ProgressForm(plan)
    assert MINE in Page.open(browser, form.path).text
    page = Page.open(browser, form.row_path(MINE)).type({form.column("Spent"): "4711"}).save()
    assert page.status == 200
    assert "4711" in Page.open(browser, form.path).text


@pytest.mark.parametrize("path", ["/", "/sheets/", "/audit/", "/forms/design/"])
def test_pages_open(browser: Client, plan: SitePlan, path: str) -> None:
    assert browser.get(path).status_code == 200


def test_a_page_waits_only_once_for_a_hung_cache(
    browser: Client, plan: SitePlan, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optional_cache, "SLOW", 0.05, raising=False)
    monkeypatch.setattr(optional_cache.cache, "asked_again_at", 0.0, raising=False)
    monkeypatch.setattr(HungCache, "asked", [])
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.HungCache"}}
    assert MINE in Page.open(browser, ProgressForm(plan).path).text
    assert len(HungCache.asked) == 1


def test_a_wrong_setting_is_not_taken_for_a_failure(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCash"}}
    with pytest.raises(ImproperlyConfigured, match="RedisCash"):
        optional_cache.cache.get("any")
