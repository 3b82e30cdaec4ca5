"""Fixtures: an OAuth provider that replaces the sandbox and gives the answers that a test chooses, and a list of the
signals that are sent.
"""

from collections.abc import Callable, Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from tests import signing_in
from tests.identity.heard import Heard
from tests.identity.provider import Provider
from tests.running_sandbox import Person, RunningSandbox


@pytest.fixture
def provider(settings: Settings, db: None) -> Iterator[Provider]:
    with Provider() as provider:
        urls = {"api_base": f"{provider.url}/2.0", "authorize_url": f"{provider.url}/b/authorize"}
        settings.SMARTSHEET_REGIONS = {"sandbox": settings.SMARTSHEET_REGIONS["sandbox"] | urls}
        yield provider


@pytest.fixture
def heard() -> Iterator[Heard]:
    """A list of the signals that are sent during the test."""
    with Heard() as heard:
        yield heard


@pytest.fixture
def sign_in(sandbox: RunningSandbox) -> Callable[[Client, Person], HttpResponse]:
    """Return sign_in(), which signs a person in, with Smartsheet's consent page: sign_in(client, alice)."""

    def sign_in_as(client: Client, person: Person) -> HttpResponse:
        return signing_in.sign_in(client, sandbox, person)

    return sign_in_as
