"""Byline has none of the five faults of Smartsheet's Node.js sample (docs/from-node.md)."""

import logging
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from identity.models import SmartsheetUser, Token
from identity.tokens.access_tokens import token_for
from tests.running_sandbox import Person, RunningSandbox
from tests.signing_in import begin, come_back, decide

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[[Client, Person], HttpResponse]


def code_of(callback_url: str) -> str:
    return parse_qs(urlsplit(callback_url).query)["code"][0]


def secrets_of(person: Person) -> tuple[str, str]:
    token = Token.objects.get(person__smartsheet_id=person.id)
    return token.access_token, token.refresh_token


@pytest.mark.parametrize("state", ["", "&state=", "&state=made-up"])
def test_a_code_without_its_state_signs_no_one_in(
    client: Client, sandbox: RunningSandbox, alice: Person, state: str
) -> None:
    code = code_of(decide(sandbox, begin(client), alice))
    sandbox.forget_requests()
    answer = client.get(f"/identity/callback/?code={code}{state}")
    assert answer.status_code == 400
    assert sandbox.requests(path="/token") == []
    assert not SmartsheetUser.objects.exists()


def test_a_code_is_useless_in_another_browser(sandbox: RunningSandbox, alice: Person, bob: Person) -> None:
    mallorys, bobs = Client(), Client()
    slipped = decide(sandbox, begin(mallorys), alice)
    begin(bobs)
    assert come_back(bobs, slipped).status_code == 400
    assert bobs.get("/identity/me").json() == {"user": None}


def test_the_last_sign_in_does_not_change_other_people(
    sandbox: RunningSandbox, alice: Person, bob: Person, sign_in: SignIn
) -> None:
    browsers = {person.id: Client() for person in (alice, bob)}
    for person in (alice, bob):
        sign_in(browsers[person.id], person)
    for person in (alice, bob):
        assert browsers[person.id].get("/identity/me").json()["user"]["id"] == person.id
        token = token_for(User.objects.get(smartsheet__smartsheet_id=person.id))
        asked = sandbox.http.get(f"{sandbox.api}/users/me", headers={"Authorization": f"Bearer {token}"}, timeout=10)
        assert asked.json()["id"] == person.id


def test_nothing_secret_is_printed(
    client: Client,
    sandbox: RunningSandbox,
    alice: Person,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.DEBUG):
        callback_url = decide(sandbox, begin(client), alice)
        come_back(client, callback_url)
        client.get("/sheets/")
    printed = "".join([caplog.text, *capfd.readouterr()])
    assert "POST" in printed or "GET" in printed
    assert [secret for secret in (code_of(callback_url), *secrets_of(alice)) if secret in printed] == []


def test_no_token_reaches_the_browser(client: Client, alice: Person, sign_in: SignIn) -> None:
    answers = [sign_in(client, alice)]
    answers += [client.get(path) for path in ("/", "/sheets/", "/identity/me", "/identity/profile/", "/audit/")]  # type: ignore[misc] # the test client's response class
    sent = "".join(f"{answer.headers}{answer.cookies}{answer.content.decode()}" for answer in answers)
    assert alice.email in sent
    assert [secret for secret in secrets_of(alice) if secret in sent + str(dict(client.session))] == []
    assert client.cookies["sessionid"]["httponly"]


def test_each_sign_in_reads_the_profile(
    client: Client, sandbox: RunningSandbox, alice: Person, sign_in: SignIn
) -> None:
    sandbox.forget_requests()
    sign_in(client, alice)
    asked = [(entry["method"], entry["path"].split("?")[0]) for entry in sandbox.requests(path="/2.0/")]
    assert asked == [("POST", "/2.0/token"), ("GET", "/2.0/users/me")]
    me = client.get("/identity/me").json()["user"]
    assert (me["id"], me["email"], me["firstName"], me["lastName"]) == (
        alice.id,
        alice.email,
        *alice.name.split(" ", 1),
    )
