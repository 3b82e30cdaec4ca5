"""Tests of all forms of the token endpoint's answers, and of the requests that this app sends."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from identity.models import Token
from tests.identity.provider import TOKEN, Answer, Provider


def test_it_takes_a_flat_answer(client: Client, provider: Provider) -> None:
    assert provider.come_back(client).status_code == 302
    token = Token.objects.get()
    assert (token.access_token, token.refresh_token) == ("first-access", "first-refresh")
    assert timedelta(days=6) < (token.expires_at or timezone.now()) - timezone.now() < timedelta(days=7)
    assert token.scope == "READ_SHEETS WRITE_SHEETS"


def test_it_takes_a_nested_answer(client: Client, provider: Provider) -> None:
    provider.token = Answer({"token": TOKEN})
    assert provider.come_back(client).status_code == 302
    assert Token.objects.get().access_token == "first-access"


def test_it_keeps_the_scope_that_was_granted(client: Client, provider: Provider) -> None:
    provider.token = Answer(TOKEN | {"scope": "READ_SHEETS"})
    assert provider.come_back(client).status_code == 302
    assert Token.objects.get().scope == "READ_SHEETS"


@pytest.mark.parametrize("seconds", [None, "soon", 0, -5, 1e300, float("nan"), [1]])
def test_without_an_expiry_from_smartsheet_there_is_none(client: Client, provider: Provider, seconds: Any) -> None:
    provider.token = Answer(TOKEN | {"expires_in": seconds, "expires_at": "never", "scope": 7})
    assert provider.come_back(client).status_code == 302
    assert Token.objects.get().expires_at is None


def test_it_proves_itself_with_the_hash(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    (request,) = provider.arrived("POST", "/2.0/token")
    assert request.form == {
        "grant_type": "authorization_code",
        "client_id": "byline-demo",
        "code": "a-code",
        "hash": hashlib.sha256(b"byline-demo-secret|a-code").hexdigest(),
    }
    assert request.authorization is None


def test_it_proves_itself_with_the_secret(client: Client, provider: Provider, settings: Settings) -> None:
    region = settings.SMARTSHEET_REGIONS["sandbox"] | {"client_auth": "secret"}
    settings.SMARTSHEET_REGIONS = {"sandbox": region}
    assert provider.come_back(client).status_code == 302
    (request,) = provider.arrived("POST", "/2.0/token")
    assert request.form["client_secret"] == "byline-demo-secret"
    assert "hash" not in request.form
    assert request.authorization is None


def test_it_ignores_proxies_and_netrc(
    client: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The app's requests use no proxy and no .netrc file. A proxy would see the client's secret, and a password from
    .netrc would be sent instead of the secret.
    """
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert provider.come_back(client).status_code == 302
    assert [arrival.authorization for arrival in provider.arrivals] == [None, "Bearer first-access"]


INVALID_GRANT = {"errorCode": 1071, "message": "Invalid Grant.", "error": "invalid_grant", "refId": "abc123"}
WRONG_HASH = {"errorCode": 1072, "message": "Invalid hash value.", "error": "invalid_grant", "refId": "abc123"}
ANSWERS = {
    "nothing": (Answer(b""), 502, "token_unreadable"),
    "HTML": (Answer(b"<html>hello</html>"), 502, "token_unreadable"),
    "a list": (Answer([TOKEN]), 502, "token_unreadable"),
    "a number": (Answer(7), 502, "token_unreadable"),
    "a text": (Answer("access_token=x"), 502, "token_unreadable"),
    "no token in it": (Answer({"token_type": "bearer"}), 502, "token_unreadable"),
    "an empty token": (Answer(TOKEN | {"access_token": ""}), 502, "token_unreadable"),
    "a token that is a number": (Answer(TOKEN | {"access_token": 7}), 502, "token_unreadable"),
    "deep nesting": (Answer(b"[" * 100_000), 502, "token_unreadable"),
    "broken text": (Answer(b'{"access_token": "\xff"}'), 502, "token_unreadable"),
    "an error with status 200": (Answer(INVALID_GRANT), 400, "code_refused"),
    "a spent code": (Answer(INVALID_GRANT, status=400), 400, "code_refused"),
    "a wrong hash": (Answer(WRONG_HASH, status=400), 502, "app_refused"),
    "an unknown client": (Answer({"errorCode": 1067, "error": "invalid_client"}, status=401), 502, "app_refused"),
    "forbidden": (Answer({"errorCode": 1004}, status=403), 502, "app_refused"),
    "an error code that is none": (Answer({"errorCode": [1], "refId": "<b>"}, status=400), 502, "app_refused"),
    "too many requests": (Answer({"errorCode": 4003}, status=429), 503, "token_unavailable"),
    "an error in HTML": (Answer(b"<html>bad gateway</html>", status=502), 503, "token_unavailable"),
    "too large an answer": (Answer(b'"' + b"x" * 2**21 + b'"'), 503, "token_unavailable"),
    "half an answer": (Answer(b"{", headers={"Content-Length": "9"}), 503, "token_unavailable"),
    "a redirect": (Answer(b"", status=307, headers={"Location": "/elsewhere"}), 503, "token_unavailable"),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_it_says_what_failed_and_does_not_retry(client: Client, provider: Provider, answer: str) -> None:
    provider.token, status, code = ANSWERS[answer]
    page = provider.come_back(client, next_url="/sheets/")
    assert page.status_code == status
    assert code in page.content.decode()
    assert 'value="/sheets/"' in page.content.decode()
    assert len(provider.arrivals) == 1
    assert client.get("/identity/me").json() == {"user": None}
    assert not Token.objects.exists()


def test_it_shows_smartsheets_own_reference(client: Client, provider: Provider) -> None:
    provider.token = Answer(INVALID_GRANT, status=400)
    assert "HTTP 400, error 1071, refId abc123" in provider.come_back(client).content.decode()


@pytest.mark.parametrize("spoilt", ["\0", "\ud83d", "a\nb"])
def test_invalid_tokens_and_scopes_are_not_stored(client: Client, provider: Provider, spoilt: str) -> None:
    provider.token = Answer(TOKEN | {"refresh_token": spoilt, "scope": spoilt})
    assert provider.come_back(client).status_code == 302
    token = Token.objects.get()
    assert (token.refresh_token, token.scope) == ("", "READ_SHEETS WRITE_SHEETS")
