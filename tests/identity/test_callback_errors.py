"""If a sign-in fails after Smartsheet's consent page, a page for this failure is shown, and no session begins."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from identity.models import SmartsheetUser, Token
from tests.identity.provider import ALICE, Answer, Provider
from tests.running_sandbox import Person, RunningSandbox
from tests.signing_in import begin, come_back, decide

pytestmark = pytest.mark.django_db


def assert_page(client: Client, page: Any, status: int, code: str) -> None:
    text = page.content.decode()
    assert page.status_code == status
    assert f"<code>{code}</code>" in text
    assert "You are not signed in." in text
    assert '<form method="post" action="/identity/login/">' in text
    assert "csrfmiddlewaretoken" in text
    assert "no-store" in page["Cache-Control"]
    assert client.get("/identity/me").json() == {"user": None}
    assert not Token.objects.exists()
    assert not SmartsheetUser.objects.exists()


def test_it_handles_denial(client: Client, sandbox: RunningSandbox, alice: Person) -> None:
    page = come_back(client, decide(sandbox, begin(client), alice, "deny"))
    assert_page(client, page, 403, "denied")
    assert sandbox.requests(path="/2.0/") == []


def test_a_denial_leaves_the_person_signed_in(
    client: Client, sandbox: RunningSandbox, alice: Person, bob: Person
) -> None:
    assert come_back(client, decide(sandbox, begin(client), alice)).status_code == 302
    page = come_back(client, decide(sandbox, begin(client), bob, "deny"))
    assert f"You are still signed in as {alice.name}." in page.content.decode()
    assert client.get("/identity/me").json()["user"]["id"] == alice.id


def test_it_handles_a_refused_request(client: Client, sandbox: RunningSandbox, settings: Settings) -> None:
    region = settings.SMARTSHEET_REGIONS["sandbox"] | {"scopes": ("NO_SUCH_SCOPE",)}
    settings.SMARTSHEET_REGIONS = {"sandbox": region}
    sent_back = sandbox.http.get(begin(client), allow_redirects=False, timeout=10).headers["Location"]
    assert "error=invalid_scope" in sent_back
    assert_page(client, come_back(client, sent_back), 502, "request_refused")


def test_it_handles_a_missing_code(client: Client, provider: Provider) -> None:
    assert_page(client, provider.come_back(client, code=""), 400, "missing_code")
    assert provider.arrivals == []


def test_it_handles_a_code_that_smartsheet_does_not_know(client: Client, sandbox: RunningSandbox) -> None:
    state = begin(client).split("state=")[1].split("&")[0]
    page = client.get("/identity/callback/", {"state": state, "code": "made-up"})
    assert_page(client, page, 400, "code_refused")
    assert len(sandbox.requests(path="/2.0/")) == 1
    assert "made-up" not in page.content.decode()


@pytest.mark.parametrize("code", ["a b&c=d", "ünïcode", "\x00", "%", "x" * 8000])
def test_it_sends_any_code_as_it_came(client: Client, provider: Provider, code: str) -> None:
    assert provider.come_back(client, code=code).status_code == 302
    assert provider.arrived("POST", "/2.0/token")[0].form["code"] == code


ENDLESS = {"hung", "dripping"}
SILENT = ENDLESS | {"broken off", "dropped", "dropped before", "dropped after"}
TOKEN_FAULTS: dict[str, tuple[dict[str, Any], int, str]] = {
    "expired code": ({"errorCode": 1069}, 400, "code_refused"),
    "revoked": ({"errorCode": 1132}, 400, "code_refused"),
    "unknown client": ({"errorCode": 1067}, 502, "app_refused"),
    "wrong hash": ({"errorCode": 1072}, 502, "app_refused"),
    "forbidden": ({"status": 403, "errorCode": 1004}, 502, "app_refused"),
    "rate limited": ({"status": 429}, 503, "token_unavailable"),
    "500": ({"status": 500}, 503, "token_unavailable"),
    "timeout of its own": ({"errorCode": 4002}, 503, "token_unavailable"),
    "maintenance": ({"status": 503}, 503, "token_unavailable"),
    "HTML": ({"body": "html"}, 503, "token_unavailable"),
    "HTML as if all were well": ({"body": "html", "status": 200}, 502, "token_unreadable"),
    "empty": ({"body": "empty"}, 502, "token_unreadable"),
    "truncated": ({"body": "truncated"}, 502, "token_unreadable"),
    "broken off": ({"drop": "during"}, 503, "token_unavailable"),
    "dropped before": ({"drop": "before"}, 503, "token_unavailable"),
    "dropped after": ({"drop": "after"}, 503, "token_unavailable"),
    "hung": ({"delay": 10}, 503, "token_unavailable"),
    "dripping": ({"body": "drip"}, 503, "token_unavailable"),
}


def assert_says_what_smartsheet_did(page: Any, fault: str) -> None:
    """Assert that the page says whether Smartsheet answered with an error or didn't answer at all."""
    text = page.content.decode()
    is_away = "_unavailable" in text
    assert ("answered with an error when this app asked" in text) == (is_away and fault not in SILENT)
    assert ("did not answer" in text or "did not send your profile" in text) == (is_away and fault in SILENT)


@pytest.mark.parametrize("fault", TOKEN_FAULTS)
def test_it_handles_a_failing_token_endpoint(
    client: Client, sandbox: RunningSandbox, settings: Settings, alice: Person, fault: str
) -> None:
    ordered, status, code = TOKEN_FAULTS[fault]
    settings.SMARTSHEET_DEADLINE = 2.0 if fault in ENDLESS else 15.0
    sandbox.fault(method="POST", path="/token", times=0, **ordered)
    callback_url = decide(sandbox, begin(client), alice)
    page = come_back(client, callback_url)
    assert_page(client, page, status, code)
    assert_says_what_smartsheet_did(page, fault)
    assert len(sandbox.requests(path="/2.0/")) == 1


PROFILE_FAULTS: dict[str, tuple[dict[str, Any], int, str]] = {
    "401": ({"status": 401}, 502, "profile_refused"),
    "403": ({"status": 403}, 502, "profile_refused"),
    "404": ({"status": 404}, 502, "profile_refused"),
    "503": ({"status": 503}, 503, "profile_unavailable"),
    "HTML": ({"body": "html"}, 503, "profile_unavailable"),
    "HTML as if all were well": ({"body": "html", "status": 200}, 502, "profile_unreadable"),
    "empty": ({"body": "empty"}, 502, "profile_unreadable"),
    "truncated": ({"body": "truncated"}, 502, "profile_unreadable"),
    "broken off": ({"drop": "during"}, 503, "profile_unavailable"),
    "dropped": ({"drop": "after"}, 503, "profile_unavailable"),
    "hung": ({"delay": 10}, 503, "profile_unavailable"),
    "dripping": ({"body": "drip"}, 503, "profile_unavailable"),
}


@pytest.mark.parametrize("fault", PROFILE_FAULTS)
def test_it_handles_a_failing_profile(
    client: Client, sandbox: RunningSandbox, settings: Settings, alice: Person, fault: str
) -> None:
    ordered, status, code = PROFILE_FAULTS[fault]
    settings.SMARTSHEET_DEADLINE = 2.0 if fault in ENDLESS else 15.0
    sandbox.fault(method="GET", path="/users/me", times=0, **ordered)
    callback_url = decide(sandbox, begin(client), alice)
    page = come_back(client, callback_url)
    assert_page(client, page, status, code)
    assert_says_what_smartsheet_did(page, fault)
    assert len(sandbox.requests(method="POST", path="/2.0/token")) == 1
    assert len(sandbox.requests(method="GET", path="/2.0/users/me")) == 1


@pytest.mark.parametrize("profile", [[], {}, {"id": "1"}, {"id": True}, {"id": 0}, {"id": 2**63}, {"id": 1.5}])
def test_it_handles_a_profile_without_a_person(client: Client, provider: Provider, profile: Any) -> None:
    provider.profile = Answer(profile)
    assert_page(client, provider.come_back(client), 502, "profile_unreadable")


def test_it_revokes_a_token_that_it_cannot_use(client: Client, provider: Provider) -> None:
    provider.profile = Answer(ALICE, status=500)
    provider.come_back(client)
    (revocation,) = provider.arrived("DELETE", "/2.0/token")
    assert revocation.authorization == "Bearer first-access"


def test_it_handles_a_server_that_does_not_answer(client: Client, provider: Provider, settings: Settings) -> None:
    region = settings.SMARTSHEET_REGIONS["sandbox"] | {"api_base": "http://127.0.0.1:9/2.0"}
    settings.SMARTSHEET_REGIONS = {"sandbox": region}
    assert_page(client, provider.come_back(client), 503, "token_unavailable")
