"""client_for() returns the SDK's client with the person's own valid token. The client has a time limit and never
repeats a request.
"""

import logging
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from smartsheet.exceptions import ApiError, UnexpectedRequestError

from edits.gateway.sdk_client import client_for
from identity.models import SmartsheetUser, Token
from identity.tokens.access_tokens import SignInAgain
from tests.edits.conftest import SignIn
from tests.running_sandbox import Person, RunningSandbox

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:ssl.OP_NO_SSL:DeprecationWarning"),  # the SDK's own TLS context
]


@pytest.fixture
def user(client: Client, alice: Person, sign_in: SignIn) -> User:
    sign_in(client, alice)
    return User.objects.get()


def test_everyone_gets_their_own_profile(user: User, alice: Person, bob: Person, sign_in: SignIn) -> None:
    sign_in(Client(), bob)
    bobs = client_for(SmartsheetUser.objects.get(smartsheet_id=bob.id).user)
    alices = client_for(user)
    assert [one.Users.get_current_user().id for one in (alices, bobs)] == [alice.id, bob.id]


def test_a_token_that_is_due_is_renewed_first(user: User, alice: Person) -> None:
    before = Token.objects.get().access_token
    Token.objects.update(issued_at=timezone.now() - timedelta(days=7), expires_at=timezone.now())
    assert client_for(user).Users.get_current_user().id == alice.id
    assert Token.objects.get().access_token != before


def test_it_waits_no_longer_than_the_app(user: User, sandbox: RunningSandbox, settings: Settings) -> None:
    settings.SMARTSHEET_DEADLINE = 0.5
    sandbox.fault(method="GET", path="/users/me", delay=10)
    with pytest.raises(UnexpectedRequestError):
        client_for(user).Users.get_current_user()


def test_it_repeats_nothing(user: User, sandbox: RunningSandbox) -> None:
    sandbox.forget_requests()
    sandbox.fault(method="GET", path="/users/me", status=503, times=0)
    with pytest.raises(ApiError):
        client_for(user).Users.get_current_user()
    assert len(sandbox.requests(path="/users/me")) == 1


def test_it_logs_neither_tokens_nor_answers(
    user: User, sandbox: RunningSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.fault(method="GET", path="/users/me", status=400, message="what somebody wrote")
    with caplog.at_level(logging.INFO), pytest.raises(ApiError):
        client_for(user).Users.get_current_user()
    assert "GET /users/me: 400" in caplog.text
    assert "what somebody wrote" not in caplog.text
    assert Token.objects.get().access_token not in caplog.text


def test_an_anonymous_user_has_none(db: None) -> None:
    with pytest.raises(SignInAgain):
        client_for(AnonymousUser())
    with pytest.raises(SignInAgain):
        client_for(User.objects.create_superuser("root"))
