"""A person who isn't allowed to use the app any more is signed out with their next request, in every browser and
process.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from identity.models import Token
from identity.sessions import browsers as browser_sessions
from identity.sessions.browsers import ENDED
from identity.sessions.models import BrowserSession, Ending
from identity.sessions.store import OUTLIVES, SessionStore
from identity.tokens import revocation
from tests.audit.test_killed_process import database_url
from tests.identity.provider import ALICE, Answer, Provider
from tests.running_sandbox import Person, RunningSandbox
from tests.signing_in import is_signed_in

SignIn = Callable[[Client, Person], HttpResponse]
ROOT = Path(__file__).resolve().parents[2]
BARRED = "because an administrator no longer lets you use this app. Ask its administrator."
REVOKED = "because Smartsheet has ended this app&#x27;s access to your account"


@pytest.fixture
def browsers(provider: Provider) -> list[Client]:
    browsers = [Client(), Client()]
    for browser in browsers:
        provider.come_back(browser)
    return browsers


def deactivate(user: User) -> None:
    user.is_active = False
    user.save()


def test_a_barred_person_is_signed_out_everywhere(browsers: list[Client], provider: Provider) -> None:
    other = Client()
    provider.profile = Answer(ALICE | {"id": 2})
    provider.come_back(other)
    deactivate(User.objects.get(smartsheet__smartsheet_id=ALICE["id"]))
    for browser in browsers:
        assert browser.get("/identity/profile/").status_code == 302
        assert BARRED in browser.get("/?next=/identity/profile/").content.decode()
    assert is_signed_in(other)


@pytest.mark.parametrize("path", ["/", "/?next=/audit/", "/no/such/page"])
def test_a_change_in_the_database_counts_too(browsers: list[Client], path: str) -> None:
    """An UPDATE in the database deactivates a user. Django sends no signal, but the next request notices the change."""
    User.objects.update(is_active=False)
    page = browsers[0].get(path).content.decode()
    assert BARRED in page
    assert not is_signed_in(browsers[0])


def test_admitting_a_person_again_restores_no_session(browsers: list[Client]) -> None:
    user = User.objects.get()
    deactivate(user)
    user.is_active = True
    user.save()
    assert [is_signed_in(browser) for browser in browsers] == [False, False]


@pytest.mark.django_db(transaction=True)
def test_another_process_can_do_it(browsers: list[Client]) -> None:
    code = "from django.contrib.auth.models import User; u = User.objects.get(); u.is_active = False; u.save()"
    environment = os.environ | {"DATABASE_URL": database_url()}
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=60)
    assert [is_signed_in(browser) for browser in browsers] == [False, False]


@pytest.mark.django_db
def test_a_revoked_token_ends_them_all(
    client: Client, sandbox: RunningSandbox, alice: Person, bob: Person, sign_in: SignIn
) -> None:
    phone, bobs = Client(), Client()
    sign_in(bobs, bob)
    sign_in(phone, alice)
    sign_in(client, alice)
    token = Token.objects.get(person__smartsheet_id=alice.id).access_token
    headers = {"Authorization": f"Bearer {token}"}
    params = {"deleteAllForApiClient": "true"}
    assert sandbox.http.delete(f"{sandbox.api}/token", headers=headers, params=params, timeout=10).ok
    assert client.get("/sheets/").status_code == 401
    for browser in (client, phone):
        assert browser.get("/sheets/").status_code == 302
        assert REVOKED in browser.get("/?next=/sheets/").content.decode()
    assert bobs.get("/sheets/").status_code == 200
    assert Token.objects.get().person.smartsheet_id == bob.id


@pytest.mark.django_db
def test_a_401_that_smartsheet_does_not_repeat_ends_no_session(
    client: Client, sandbox: RunningSandbox, alice: Person, sign_in: SignIn
) -> None:
    sign_in(client, alice)
    sandbox.fault(method="GET", path="/sheets", status=401, errorCode=1002)
    assert client.get("/sheets/").status_code == 401
    assert client.get("/sheets/").status_code == 200


def test_a_running_request_is_the_last(browsers: list[Client]) -> None:
    """A request is running when the session ends. The end of this request doesn't sign the person in again, but
    what the person typed is kept.
    """
    key = browsers[0].session.session_key
    under_way = SessionStore(key)
    under_way["cart"] = "of the person"
    under_way[f"{OUTLIVES}drafts"] = "typed"
    browser_sessions.end_all(User.objects.get(), because=Ending.REVOKED)
    under_way.save()
    assert under_way.session_key != key
    assert dict(SessionStore(under_way.session_key).items()) == {f"{OUTLIVES}drafts": "typed", ENDED: "revoked"}
    row = BrowserSession.objects.get(pk=key)
    assert (row.session_data, row.ended_because) == ("", "revoked")
    under_way.touch()
    assert dict(SessionStore(key).items()) == {ENDED: "revoked"}


def test_signing_out_leaves_nothing(browsers: list[Client]) -> None:
    key = browsers[0].session.session_key
    browsers[0].post("/identity/logout/")
    assert not BrowserSession.objects.filter(pk=key).exists()
    assert is_signed_in(browsers[1])


def test_an_unreadable_token_ends_no_session(browsers: list[Client], settings: Settings) -> None:
    """If the key that encrypted a token is lost, the app can't ask Smartsheet whether the token is still valid. So the
    session stays valid.
    """
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    assert revocation.follow_up(User.objects.get().pk) is False
    assert is_signed_in(browsers[0])


def test_a_sign_in_server_that_is_down_ends_no_session(browsers: list[Client], provider: Provider) -> None:
    provider.profile = Answer(b"<html>", 503)
    assert revocation.follow_up(User.objects.get().pk) is False
    assert is_signed_in(browsers[0])
