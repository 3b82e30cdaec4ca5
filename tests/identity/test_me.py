"""GET /identity/me tells a front end who is signed in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from tests.identity.provider import ALICE, Answer, Provider
from tests.running_sandbox import Person, RunningSandbox

pytestmark = pytest.mark.django_db


def test_it_is_null_before_sign_in(client: Client) -> None:
    answer = client.get("/identity/me")
    assert answer.json() == {"user": None}
    assert answer["Content-Type"] == "application/json"


def test_it_is_the_whole_profile_after(
    client: Client, sandbox: RunningSandbox, alice: Person, sign_in: Callable[[Client, Person], HttpResponse]
) -> None:
    sign_in(client, alice)
    user = client.get("/identity/me").json()["user"]
    whole: dict[str, Any] = sandbox.call(alice, "GET", "/users/me")
    assert {key: user[key] for key in ("email", "firstName", "timeZone", "locale", "admin")} == {
        key: whole[key] for key in ("email", "firstName", "timeZone", "locale", "admin")
    }
    assert whole.keys() <= user.keys()
    assert user["name"] == alice.name
    assert user["region"] == "sandbox"
    assert user["id_str"] == str(alice.id)
    assert user["account"] == whole["account"] | {"id_str": str(whole["account"]["id"])}
    assert [one["id_str"] for one in user["alternateEmails"]] == [str(one["id"]) for one in whole["alternateEmails"]]


def test_every_integer_id_is_text_too(client: Client, provider: Provider) -> None:
    provider.profile = Answer(ALICE | {"planId": 48569348493401217, "groups": [[{"id": 2**53 + 1}]], "imageId": "u!1"})
    provider.come_back(client)
    user = client.get("/identity/me").json()["user"]
    assert (user["planId"], user["planId_str"]) == (48569348493401217, "48569348493401217")
    assert user["groups"] == [[{"id": 2**53 + 1, "id_str": "9007199254740993"}]]
    assert "imageId_str" not in user


def test_unknown_fields_from_smartsheet_are_included(client: Client, provider: Provider) -> None:
    provider.profile = Answer(ALICE | {"favouriteColour": {"name": "green"}})
    provider.come_back(client)
    assert client.get("/identity/me").json()["user"]["favouriteColour"] == {"name": "green"}


def test_the_answer_is_not_cached(client: Client) -> None:
    control = client.get("/identity/me")["Cache-Control"]
    assert "no-store" in control
    assert "private" in control


def test_it_changes_nothing() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/identity/me").status_code == 405
    assert client.head("/identity/me").status_code == 200


FRIEND = "https://app.example.com"


@pytest.fixture
def friend(settings: Settings) -> str:
    """An origin whose pages can read the answer. It is the only origin in CORS_ALLOWED_ORIGINS."""
    settings.CORS_ALLOWED_ORIGINS = [FRIEND]
    return FRIEND


def cors(answer: Any) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("Access-Control-")}


def test_other_origins_may_not_read_it_unless_they_are_listed(client: Client) -> None:
    answer = client.get("/identity/me", headers={"Origin": FRIEND})
    assert cors(answer) == {}
    assert "Origin" in answer["Vary"]


def test_a_listed_origin_may_read_it_with_cookies(client: Client, friend: str) -> None:
    answer = client.get("/identity/me", headers={"Origin": friend})
    assert cors(answer) == {"Access-Control-Allow-Origin": friend, "Access-Control-Allow-Credentials": "true"}
    assert "Origin" in answer["Vary"]


def test_a_listed_origin_may_ask_beforehand(client: Client, friend: str) -> None:
    headers = {"Origin": friend, "Access-Control-Request-Method": "GET"}
    answer = client.options("/identity/me", headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert cors(answer) == {
        "Access-Control-Allow-Origin": friend,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Methods": "GET, HEAD",
        "Access-Control-Max-Age": "600",
    }


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "*",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://app.example.com.evil.example",
        "https://evil-app.example.com",
        "https://app.example.com/",
        "https://APP.example.com",
        "",
    ],
)
@pytest.mark.parametrize("method", ["get", "options"])
def test_other_origins_get_no_cors_headers(client: Client, friend: str, origin: str, method: str) -> None:
    assert cors(getattr(client, method)("/identity/me", headers={"Origin": origin})) == {}


def test_no_other_url_can_be_read_from_another_origin(client: Client, friend: str) -> None:
    for path in ("/", "/identity/profile/", "/audit/", "/healthz"):
        assert cors(client.get(path, headers={"Origin": friend})) == {}
