"""Settings limit who can sign in. People who are refused see a contact, and nothing about them is stored."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from identity.models import SmartsheetUser, Token
from tests.identity.heard import Heard
from tests.identity.provider import ALICE, Answer, Provider
from tests.running_sandbox import Person, RunningSandbox
from tests.signing_in import begin, come_back, decide

ACCOUNT = {"id": 2, "name": "Northside"}
pytestmark = pytest.mark.django_db


def is_let_in(provider: Provider, **profile: Any) -> bool:
    provider.profile = Answer(ALICE | {"account": ACCOUNT} | profile)
    return provider.come_back(Client()).status_code == 302


def test_without_a_list_everyone_may_sign_in(provider: Provider) -> None:
    assert is_let_in(provider)


def test_people_by_id(provider: Provider, settings: Settings) -> None:
    settings.SIGN_IN_PEOPLE = {f"sandbox:{ALICE['id']}"}
    assert is_let_in(provider)
    assert not is_let_in(provider, id=5)


def test_an_id_belongs_to_one_region(provider: Provider, settings: Settings) -> None:
    settings.SIGN_IN_PEOPLE = {f"eu:{ALICE['id']}"}
    settings.SIGN_IN_ACCOUNTS = {"eu:2"}
    assert not is_let_in(provider)


def test_accounts(provider: Provider, settings: Settings) -> None:
    settings.SIGN_IN_ACCOUNTS = {"sandbox:2"}
    assert is_let_in(provider)
    assert not is_let_in(provider, account={"id": 22})
    assert not is_let_in(provider, account={})
    assert not is_let_in(provider, account=None)


def test_being_in_one_list_is_enough(provider: Provider, settings: Settings) -> None:
    settings.SIGN_IN_ACCOUNTS = {"sandbox:1"}
    settings.SIGN_IN_DOMAINS = {"example.net"}
    settings.SIGN_IN_PEOPLE = {"alice@example.org"}
    assert is_let_in(provider)
    assert is_let_in(provider, email="other@example.net")
    assert not is_let_in(provider, email="other@example.org")


@pytest.mark.parametrize("email", ["alice@example.org", "Alice@EXAMPLE.org", " bob@example.org "])
def test_domains(provider: Provider, settings: Settings, email: str) -> None:
    settings.SIGN_IN_DOMAINS = {"example.org"}
    assert is_let_in(provider, email=email)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "example.org",
        "@example.org",
        "alice@mail.example.org",
        "alice@notexample.org",
        "alice@example.org.evil.net",
        "alice@example.org.",
        "alice@evil.net@example.org",
        "alice@example.org@evil.net",
        '"alice@example.org"@evil.net',
        "alice@example.org\x00",
        "alice@example.or\N{LATIN SMALL LETTER LONG S}",
        "al\N{KELVIN SIGN}e@example.org",
        None,
        ["alice@example.org"],
    ],
    ids=ascii,
)
def test_similar_domains(provider: Provider, settings: Settings, email: Any) -> None:
    settings.SIGN_IN_DOMAINS = {"example.org"}
    assert not is_let_in(provider, email=email)


def test_a_refused_person_reads_what_to_do(
    client: Client, sandbox: RunningSandbox, settings: Settings, bob: Person, heard: Heard
) -> None:
    settings.SIGN_IN_DOMAINS = {"example.net"}
    settings.ADMIN_CONTACT = "it@example.net"
    page = come_back(client, decide(sandbox, begin(client), bob))
    text = page.content.decode()
    assert page.status_code == 403
    assert "<code>not_listed</code>" in text
    assert 'href="mailto:it@example.net"' in text
    assert "ask the administrator of this app to add you" in text
    assert (heard.of("sign_in_refused")["profile"].id, heard.of("token_revoked")["is_confirmed"]) == (bob.id, True)


def test_nothing_is_stored_and_the_token_is_revoked(
    client: Client, sandbox: RunningSandbox, settings: Settings, bob: Person
) -> None:
    settings.SIGN_IN_DOMAINS = {"example.net"}
    come_back(client, decide(sandbox, begin(client), bob))
    assert [model.objects.count() for model in (User, SmartsheetUser, Token)] == [0, 0, 0]
    assert SmartsheetUser.history.count() == 0
    assert client.get("/identity/me").json() == {"user": None}
    ways = [(entry["method"], entry["path"], entry["status"]) for entry in sandbox.requests(path="/2.0/")]
    assert ways[-1] == ("DELETE", "/2.0/token", 200)


def test_they_are_refused_even_if_revoking_fails(provider: Provider, settings: Settings, heard: Heard) -> None:
    settings.SIGN_IN_DOMAINS = {"example.net"}
    provider.revocation = Answer({}, status=500)
    assert not is_let_in(provider)
    assert heard.of("token_revoked")["is_confirmed"] is False


def test_a_person_removed_from_the_list_is_signed_out_at_once(
    client: Client, provider: Provider, settings: Settings
) -> None:
    provider.come_back(client)
    settings.SIGN_IN_DOMAINS = {"example.net"}
    assert client.get("/identity/me").json() == {"user": None}


def test_no_new_token_is_stored_for_deactivated_people(client: Client, provider: Provider, heard: Heard) -> None:
    provider.come_back(client)
    User.objects.update(is_active=False)
    kept = Token.objects.get().access_token
    provider.token = Answer(provider.token.body | {"access_token": "another"})
    page = provider.come_back(Client())
    assert (page.status_code, Token.objects.get().access_token) == (403, kept)
    assert "<code>deactivated</code>" in page.content.decode()
    assert [one.authorization for one in provider.arrived("DELETE", "/2.0/token")] == ["Bearer another"]
    assert heard.of("token_revoked")["profile"].id == ALICE["id"]


def test_a_password_user_needs_no_list(client: Client, db: None, settings: Settings) -> None:
    settings.SIGN_IN_DOMAINS = {"example.net"}
    User.objects.create_superuser("root", password="correct horse")
    answer = client.post("/admin/login/?next=/admin/", {"username": "root", "password": "correct horse"})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


def test_the_sandboxs_people_have_accounts(
    client: Client, settings: Settings, alice: Person, sign_in: Callable[[Client, Person], HttpResponse]
) -> None:
    sign_in(client, alice)
    account = SmartsheetUser.objects.get().profile["account"]["id"]
    settings.SIGN_IN_ACCOUNTS = {f"sandbox:{account}"}
    assert client.get("/identity/me").json()["user"]["id"] == alice.id
