"""Every answer has security headers."""

import json

import pytest
from django.test import Client

from tests.identity.provider import Provider
from tests.test_settings import SECRETS, settings_of

PUBLIC = SECRETS | {"DEBUG": "false", "BASE_URL": "https://byline.example.com", "SMARTSHEET_REGION": "eu"}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/identity/me", "/healthz", "/nowhere", "/identity/callback/?state=x&code=y"])
def test_every_answer_has_the_security_headers(client: Client, path: str) -> None:
    answer = client.get(path)
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    for directive in ("default-src", "frame-ancestors", "base-uri", "object-src"):
        assert policy[directive] == "'none'"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


def test_the_page_after_the_callback_loads_nothing_from_other_hosts(client: Client, provider: Provider) -> None:
    provider.token.status = 500
    page = provider.come_back(client, code="a-code")
    assert page.status_code == 503
    assert "no-store" in page["Cache-Control"]
    text = page.content.decode()
    assert "a-code" not in text
    assert not [part for part in ('src="http', 'href="http', 'src="//', 'href="//') if part in text]


def test_a_real_deployment_requires_https() -> None:
    names = ["SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_SSL_REDIRECT"]
    found = settings_of(f"__import__('json').dumps([getattr(settings, name) for name in {names}])", **PUBLIC)
    assert json.loads(found) == [31_536_000, True, True]
