"""Bob is signed in; nothing is on its way to Smartsheet for longer than a moment."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from audit.recording import Actor
from tests.running_sandbox import Person

SECONDS = 1.2


@pytest.fixture
def quick(settings: Settings) -> None:
    settings.SMARTSHEET_DEADLINE = 1.0
    settings.SETTLE_AFTER = SECONDS
    settings.SMARTSHEET_HISTORY_CALLS = 10_000


@pytest.fixture
def bob_user(browser: Client, bob: Person) -> User:
    return User.objects.get(smartsheet__smartsheet_id=bob.id)


@pytest.fixture
def bob_actor(bob: Person) -> Actor:
    return Actor(id=bob.id, region="sandbox", name=bob.name, email=bob.email)
