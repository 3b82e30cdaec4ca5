"""From a signed-in Django user to a gateway with their region and token."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from edits.errors import SignInAgain
from edits.gateway import gateway_for
from identity.models import SmartsheetUser, Token
from tests.running_sandbox import Person

pytestmark = pytest.mark.django_db(transaction=True)

SignIn = Callable[[Client, Person], HttpResponse]


def user_of(person: Person) -> AbstractBaseUser:
    return SmartsheetUser.objects.get(smartsheet_id=person.id).user


def test_everybody_gets_their_own(client: Client, sign_in: SignIn, alice: Person, bob: Person) -> None:
    sign_in(client, alice)
    sign_in(Client(), bob)
    access = [
        {sheet["name"]: sheet["accessLevel"] for sheet in gateway_for(user_of(person)).sheets()}
        for person in (alice, bob)
    ]
    assert [listed["Site plan"] for listed in access] == ["OWNER", "EDITOR"]


def test_nobody_gets_none() -> None:
    with pytest.raises(SignInAgain):
        gateway_for(AnonymousUser())


def test_an_expired_token_asks_to_sign_in(client: Client, sign_in: SignIn, alice: Person) -> None:
    sign_in(client, alice)
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(SignInAgain):
        gateway_for(user_of(alice))


def test_a_region_no_longer_served_asks_to_sign_in(
    client: Client, sign_in: SignIn, alice: Person, settings: Settings
) -> None:
    sign_in(client, alice)
    settings.SMARTSHEET_REGIONS = {}
    with pytest.raises(SignInAgain):
        gateway_for(user_of(alice))
