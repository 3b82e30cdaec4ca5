"""Tests of the access token with which a person's requests are sent."""

import pickle
from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpResponse
from django.test import Client

from identity.models import SmartsheetUser, Token
from identity.regions import default_region
from identity.signin.oauth import Grant
from identity.tokens.access_tokens import SignInAgain, token_for
from tests.identity.provider import TOKEN, Answer, Provider
from tests.running_sandbox import Person, RunningSandbox


@pytest.mark.django_db
def test_smartsheet_accepts_it_for_the_person(
    client: Client, sandbox: RunningSandbox, alice: Person, sign_in: Callable[[Client, Person], HttpResponse]
) -> None:
    sign_in(client, alice)
    headers = {"Authorization": f"Bearer {token_for(User.objects.get())}"}
    answer = sandbox.http.get(f"{sandbox.api}/users/me", headers=headers, timeout=10)
    assert answer.json()["id"] == alice.id


def test_without_a_person_there_is_no_token(db: None) -> None:
    with pytest.raises(SignInAgain):
        token_for(AnonymousUser())


def test_an_admin_user_without_smartsheet_has_no_token(db: None) -> None:
    with pytest.raises(SignInAgain):
        token_for(User.objects.create_superuser("root"))


def test_signing_in_again_replaces_it(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    provider.token = Answer(TOKEN | {"access_token": "second-access"})
    provider.come_back(client)
    assert token_for(User.objects.get()) == "second-access"


def test_signing_out_keeps_it_for_other_browsers(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    client.post("/identity/logout/")
    assert token_for(User.objects.get()) == "first-access"


def test_it_is_never_shown(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    token = Token.objects.get()
    grant = Grant(access_token="first-access", refresh_token="first-refresh", expires_at=None, scope="")
    shown = [repr(token), str(token), f"{token}", repr(Token.objects.all()), repr(grant), str(grant)]
    shown += [repr(default_region()), str(default_region()), repr(token.person), str(token.person)]
    for text in shown:
        assert "first-" not in text
        assert "byline-demo-secret" not in text


def test_a_pickle_does_not_contain_it(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    person = SmartsheetUser.objects.select_related("token").get()
    pickled = pickle.dumps([person, person.token, Token.objects.all()])
    assert b"first-" not in pickled
    again, token, _queryset = pickle.loads(pickled)  # noqa: S301 # pickled one line above
    assert again == person
    assert token.access_token == "first-access"  # the token was read from the database again


@pytest.mark.parametrize("change", ["deactivated", "blocked"])
def test_a_user_who_is_no_longer_allowed_in_has_none(client: Client, provider: Provider, change: str) -> None:
    """QuerySet.update() sends no signal, so the token stays stored until the worker asks Smartsheet to revoke it. But
    token_for() doesn't return this token, and asks the person to sign in again.
    """
    provider.come_back(client)
    user = User.objects.get()
    assert token_for(user)
    if change == "deactivated":
        User.objects.update(is_active=False)
    else:
        SmartsheetUser.objects.update(is_blocked=True)
    assert Token.objects.exists()
    with pytest.raises(SignInAgain):
        token_for(user)
