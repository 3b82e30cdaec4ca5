"""Disconnecting ends the app's access at Smartsheet, deletes the token here, and ends sessions in every browser. The
log stays.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from audit.models import Entry
from audit.recording import Actor, Change, intend
from audit.vocabulary import Action, Origin
from identity.models import SmartsheetUser, Token
from tests.identity.provider import ALICE, TOKEN, Answer, Provider
from tests.running_sandbox import Person, RunningSandbox
from tests.signing_in import is_signed_in

SignIn = Callable[[Client, Person], HttpResponse]
URL = "/identity/disconnect/"
EVERYWHERE = "/identity/logout/everywhere/"


@pytest.mark.django_db
def test_smartsheet_revokes_all_tokens_of_this_person_only(
    client: Client, sandbox: RunningSandbox, alice: Person, bob: Person, sign_in: SignIn
) -> None:
    phone, bobs = Client(), Client()
    sign_in(phone, alice)
    given = [Token.objects.get().access_token]
    sign_in(client, alice)
    sign_in(bobs, bob)
    given += [token.access_token for token in Token.objects.order_by("issued_at")]
    assert len(set(given)) == 3

    page = client.post(URL, follow=True).content.decode()
    assert "Smartsheet has ended this app&#x27;s access to your account" in page
    assert "You are signed out" in page
    statuses = []
    for access in given:
        headers = {"Authorization": f"Bearer {access}"}
        statuses.append(sandbox.http.get(f"{sandbox.api}/users/me", headers=headers, timeout=10).status_code)
    assert statuses == [401, 401, 200]
    assert [token.person.smartsheet_id for token in Token.objects.all()] == [bob.id]
    assert [is_signed_in(browser) for browser in (client, phone, bobs)] == [False, False, True]


@pytest.mark.django_db(transaction=True)
def test_the_log_and_the_person_stay(client: Client, sandbox: RunningSandbox, alice: Person, sign_in: SignIn) -> None:
    sign_in(client, alice)
    actor = Actor(id=alice.id, region="sandbox", name=alice.name, email=alice.email)
    change = Change(row_id=1, row_label="1", column_id=2, column_title="Status", old=None, new="Done")
    intend(actor=actor, action=Action.CHANGE, sheet_id=3, sheet_name="Plan", changes=[change], origin=Origin.FORM)
    client.post(URL)
    assert Entry.objects.get(action=Action.CHANGE).actor_name == alice.name
    assert SmartsheetUser.objects.get().history.exists()
    sign_in(client, alice)
    assert (User.objects.count(), is_signed_in(client)) == (1, True)


@pytest.mark.parametrize(
    "answer",
    [Answer(b"<html>", 503), Answer({"errorCode": 1002, "message": "invalid"}, 401), Answer(b"", 200)],
    ids=["503", "401", "empty"],
)
def test_it_ends_here_even_if_smartsheet_does_not_confirm(client: Client, provider: Provider, answer: Answer) -> None:
    provider.come_back(client)
    provider.revocation = answer
    page = client.post(URL, follow=True).content.decode()
    assert "Smartsheet has not confirmed that" in page
    assert not Token.objects.exists()
    assert not is_signed_in(client)


def test_it_waits_for_a_hanging_smartsheet_no_longer_than_the_deadline(
    client: Client, provider: Provider, settings: Settings
) -> None:
    provider.come_back(client)
    settings.SMARTSHEET_DEADLINE = 0.6
    provider.revocation = Answer({"resultCode": 0}, delay=10)
    assert "has not confirmed that" in client.post(URL, follow=True).content.decode()
    assert not Token.objects.exists()


def test_an_expired_token_is_refreshed_to_be_revoked(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    Token.objects.update(expires_at=timezone.now() - timedelta(days=1))
    provider.token = Answer(TOKEN | {"access_token": "next-access"})
    assert "Smartsheet has ended this app&#x27;s access" in client.post(URL, follow=True).content.decode()
    (arrival,) = provider.arrived("DELETE", "/2.0/token?deleteAllForApiClient=true")
    assert arrival.authorization == "Bearer next-access"


def test_a_person_whose_token_cannot_be_decrypted_can_disconnect(
    client: Client, provider: Provider, settings: Settings
) -> None:
    provider.come_back(client)
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    assert "has not confirmed that" in client.post(URL, follow=True).content.decode()
    assert not Token.objects.exists()
    assert not is_signed_in(client)


def test_a_person_without_a_token_is_signed_out(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    Token.objects.all().delete()
    assert client.post(URL)["Location"] == "/?next=/identity/profile/"
    assert "Smartsheet has ended this app&#x27;s access to your account" in client.get("/").content.decode()


def test_a_get_request_does_not_disconnect(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    assert [client.get(url).status_code for url in (URL, EVERYWHERE)] == [405, 405]
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = client.cookies
    assert [forged.post(url).status_code for url in (URL, EVERYWHERE)] == [403, 403]
    assert is_signed_in(client)


def test_a_signed_out_person_is_sent_to_sign_in(client: Client, provider: Provider) -> None:
    locations = {client.post(url)["Location"] for url in (URL, EVERYWHERE, "/identity/profile/refresh/")}
    assert locations == {"/?next=/identity/profile/"}


def test_signing_out_everywhere_keeps_the_token_and_other_people(client: Client, provider: Provider) -> None:
    phone, bobs = Client(), Client()
    provider.come_back(client)
    provider.come_back(phone)
    provider.profile = Answer(ALICE | {"id": 2})
    provider.come_back(bobs)
    page = client.post(EVERYWHERE, follow=True).content.decode()
    assert "You are signed out of this app in every browser." in page
    assert [is_signed_in(browser) for browser in (client, phone, bobs)] == [False, False, True]
    assert Token.objects.count() == 2
    assert not provider.arrived("DELETE", "/2.0/token")
