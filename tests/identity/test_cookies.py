"""The session's cookies have safe attributes, and browsers don't cache pages."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.identity.provider import Provider
from tests.test_settings import SECRETS

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("NAME", "SECURE", "HTTPONLY", "SAMESITE", "PATH", "DOMAIN")
PRINT = f"""
import json
from django.conf import settings
print(json.dumps({{f"{{kind}}_{{name}}": getattr(settings, f"{{kind}}_COOKIE_{{name}}")
    for kind in ("SESSION", "CSRF") for name in {NAMES}}}))
"""


def cookie_settings(**environment: str) -> dict[str, Any]:
    environment = dict(os.environ) | {"DJANGO_SETTINGS_MODULE": "config.settings"} | SECRETS | environment
    command = [sys.executable, "-c", PRINT]
    result = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True, timeout=60)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize(
    "environment",
    [{"DEBUG": "false", "BASE_URL": "https://byline.example.com"}, {"BASE_URL": "https://byline.example.com"}],
    ids=["production", "https"],
)
def test_cookies_are_sent_only_over_https_and_to_this_host(environment: dict[str, str]) -> None:
    found = cookie_settings(**environment)
    for kind, name in (("SESSION", "__Host-sessionid"), ("CSRF", "__Host-csrftoken")):
        shape = [found[f"{kind}_{setting}"] for setting in NAMES]
        assert shape == [name, True, True, "Lax", "/", None]


def test_the_demo_works_over_http() -> None:
    found = cookie_settings()
    assert (found["SESSION_NAME"], found["SESSION_SECURE"], found["CSRF_SECURE"]) == ("sessionid", False, False)
    assert (found["SESSION_HTTPONLY"], found["SESSION_SAMESITE"]) == (True, "Lax")


def test_no_script_can_read_the_session(client: Client, provider: Provider, settings: Settings) -> None:
    provider.come_back(client)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["domain"]) == (True, "Lax", "")
    client.get("/")
    assert client.cookies[settings.CSRF_COOKIE_NAME]["httponly"]


def test_a_cookie_bound_to_its_host_signs_people_in(client: Client, provider: Provider, settings: Settings) -> None:
    settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE = "__Host-sessionid", True
    provider.come_back(client)
    cookie = client.cookies["__Host-sessionid"]
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
    assert client.get("/identity/me").json()["user"]


PAGES = ["/", "/?next=/audit/", "/identity/profile/", "/identity/me", "/sheets/", "/audit/", "/no/such/page", "/admin/"]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_cached(client: Client, provider: Provider, path: str) -> None:
    before = client.get(path)["Cache-Control"]
    provider.come_back(client)
    after = client.get(path)["Cache-Control"]
    assert "no-store" in after
    assert "private" in after
    assert "no-store" in before


def test_no_error_page_is_cached(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    answers = [
        client.post("/sheets/1/rows/2/edit/", {"col-1": "typed"}),
        strict.post("/sheets/1/rows/2/edit/", {"col-1": "typed"}),
    ]
    assert [answer.status_code >= 400 for answer in answers] == [True, True]
    assert all("no-store" in answer["Cache-Control"] for answer in answers)
