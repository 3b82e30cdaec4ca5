"""Tests of signing in with the sandbox, from the button to the session."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from identity.models import SmartsheetUser, Token
from identity.sessions.models import BrowserSession
from identity.tokens.access_tokens import token_for
from tests.running_sandbox import Person, RunningSandbox
from tests.signing_in import begin
from tests.waiting import until

SignIn = Callable[[Client, Person], HttpResponse]
pytestmark = pytest.mark.django_db


def test_it_asks_smartsheet_for_consent(client: Client, sandbox: RunningSandbox) -> None:
    url = urlsplit(begin(client))
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{sandbox.url}/b/authorize"
    query = parse_qs(url.query)
    assert query.pop("state")[0]
    assert query == {"client_id": ["byline-demo"], "response_type": ["code"], "scope": ["READ_SHEETS WRITE_SHEETS"]}


def test_it_signs_the_person_in(client: Client, alice: Person, sign_in: SignIn) -> None:
    answer = sign_in(client, alice)
    assert answer["Location"] == "/"
    assert client.get("/identity/me").json()["user"]["id"] == alice.id
    assert alice.name in client.get("/").content.decode()


def test_it_makes_one_token_request_and_one_profile_request(
    client: Client, sandbox: RunningSandbox, alice: Person, sign_in: SignIn
) -> None:
    sign_in(client, alice)
    asked = [(entry["method"], entry["path"]) for entry in sandbox.requests(path="/2.0/")]
    assert asked == [("POST", "/2.0/token"), ("GET", "/2.0/users/me")]


def test_it_asks_smartsheet_nothing_for_later_pages(
    client: Client, sandbox: RunningSandbox, alice: Person, sign_in: SignIn
) -> None:
    """When the front page is opened, a thread asks Smartsheet which sheets the person can open. The answer is cached
    for a minute, so later pages ask nothing.
    """
    sign_in(client, alice)
    client.get("/")
    until(lambda: sandbox.requests(path="/sheets"), "Smartsheet is asked which sheets the person can open")
    sandbox.forget_requests()
    client.get("/")
    client.get("/identity/me")
    assert sandbox.requests() == []


def test_it_makes_a_user_without_a_password(client: Client, alice: Person, sign_in: SignIn) -> None:
    sign_in(client, alice)
    user = User.objects.get()
    assert user.username == f"sandbox-{alice.id}"
    assert not user.has_usable_password()
    user.full_clean(exclude=["password"])  # the admin's form must be able to save the user


def test_it_recognises_the_person(client: Client, alice: Person, sign_in: SignIn) -> None:
    sign_in(client, alice)
    first = token_for(User.objects.get())
    sign_in(client, alice)
    assert SmartsheetUser.objects.count() == Token.objects.count() == 1
    assert token_for(User.objects.get()) != first


def test_it_keeps_two_people_apart(alice: Person, bob: Person, sign_in: SignIn) -> None:
    alices, bobs = Client(), Client()
    sign_in(alices, alice)
    sign_in(bobs, bob)
    assert alices.get("/identity/me").json()["user"]["id"] == alice.id
    assert bobs.get("/identity/me").json()["user"]["id"] == bob.id


def test_it_rotates_the_session_key(client: Client, alice: Person, sign_in: SignIn) -> None:
    begin(client)
    before = client.session.session_key
    sign_in(client, alice)
    signed_in = client.session.session_key
    sign_in(client, alice)
    again = client.session.session_key
    assert len({before, signed_in, again}) == 3
    assert not BrowserSession.objects.filter(pk__in=[before, signed_in]).exists()


def test_it_ends_the_session_of_another_person(client: Client, alice: Person, bob: Person, sign_in: SignIn) -> None:
    sign_in(client, alice)
    session = client.session
    session["draft"] = "what Alice typed"
    session.save()
    sign_in(client, bob)
    assert client.get("/identity/me").json()["user"]["id"] == bob.id
    assert "draft" not in client.session
    assert not BrowserSession.objects.filter(pk=session.session_key).exists()


def test_it_keeps_the_session_data_of_the_same_person(client: Client, alice: Person, sign_in: SignIn) -> None:
    sign_in(client, alice)
    session = client.session
    session["draft"] = "what Alice typed"
    session.save()
    sign_in(client, alice)
    assert client.session["draft"] == "what Alice typed"


def test_it_refuses_deactivated_people(client: Client, sandbox: RunningSandbox, alice: Person, sign_in: SignIn) -> None:
    sign_in(client, alice)
    User.objects.update(is_active=False)
    assert client.get("/identity/me").json() == {"user": None}
    with pytest.raises(AssertionError, match="deactivated"):
        sign_in(Client(), alice)


def test_signing_in_must_be_posted(client: Client) -> None:
    assert client.get("/identity/login/").status_code == 405


def test_signing_in_needs_the_csrf_token(sandbox: RunningSandbox) -> None:
    assert Client(enforce_csrf_checks=True).post("/identity/login/").status_code == 403


def test_the_callback_must_be_a_get_request(client: Client) -> None:
    assert client.post("/identity/callback/").status_code == 405
    assert client.head("/identity/callback/").status_code == 405
