"""Signing out ends the session."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from identity.sessions.models import BrowserSession
from tests.identity.provider import Provider
from tests.running_sandbox import Person

pytestmark = pytest.mark.django_db


def test_it_ends_the_session(client: Client, alice: Person, sign_in: Callable[[Client, Person], HttpResponse]) -> None:
    sign_in(client, alice)
    key = client.session.session_key
    answer = client.post("/identity/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/identity/me").json() == {"user": None}
    assert not BrowserSession.objects.filter(pk=key).exists()


def test_a_script_gets_the_address_of_the_next_page(
    client: Client, alice: Person, sign_in: Callable[[Client, Person], HttpResponse]
) -> None:
    sign_in(client, alice)
    for path in ("/identity/logout/everywhere/", "/identity/logout/"):
        answer = client.post(path, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()) == (200, {"next": "/"})
        assert client.get("/identity/me").json() == {"user": None}


def test_it_must_be_posted(client: Client, alice: Person, sign_in: Callable[[Client, Person], HttpResponse]) -> None:
    sign_in(client, alice)
    assert client.get("/identity/logout/").status_code == 405
    assert client.get("/identity/me").json()["user"]["id"] == alice.id


def test_signing_out_twice_does_no_harm(client: Client) -> None:
    assert client.post("/identity/logout/").status_code == 302


@pytest.mark.parametrize("path", ["/", "/identity/profile/", "/audit/", "/no/such/page"])
def test_every_page_has_a_sign_out_button(client: Client, provider: Provider, path: str) -> None:
    provider.come_back(client)
    assert '<form method="post" action="/identity/logout/"' in client.get(path).content.decode()
