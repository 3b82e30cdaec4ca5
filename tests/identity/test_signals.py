"""Signals about people and tokens contain no secret. If a receiver fails, everything else works as usual."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.dispatch import Signal
from django.test import Client
from django.utils import timezone

from identity import signals
from identity.models import SmartsheetUser, Token
from identity.roles import Role
from identity.tokens.access_tokens import SignInAgain, token_for
from identity.tokens.returning import give_back
from tests.identity.heard import ALL, Heard
from tests.identity.provider import ALICE, TOKEN, Answer, Provider

NEXT = TOKEN | {"access_token": "next-access", "refresh_token": "next-refresh"}
SPENT = Answer({"errorCode": 1071, "message": "Invalid Grant.", "error": "invalid_grant", "refId": "abc"}, 400)

pytestmark = pytest.mark.django_db(transaction=True)  # the signal is sent after the commit


@contextmanager
def falling_over(*heard: Signal, error: Exception) -> Iterator[None]:
    """During the `with` block, each of these signals has a receiver that raises the error."""

    def fall(**_said: object) -> None:
        raise error

    for signal in heard:
        signal.connect(fall)
    try:
        yield
    finally:
        for signal in heard:
            signal.disconnect(fall)


@pytest.fixture
def deaf() -> Iterator[None]:
    """During the test, every signal except `signing_in` has a receiver that raises an error."""
    told = [signal for name, signal in ALL.items() if name != "signing_in"]
    with falling_over(*told, error=RuntimeError("a receiver's fault")):
        yield


def let_the_token_end() -> None:
    Token.objects.update(issued_at=timezone.now() - timedelta(days=7), expires_at=timezone.now())


def test_a_first_sign_in(client: Client, provider: Provider, heard: Heard) -> None:
    provider.come_back(client)
    person = SmartsheetUser.objects.get()
    assert heard.names() == ["signing_in", "profile_changed", "signed_in"]
    assert heard.of("signed_in") == {"person": person}
    assert heard.of("signed_in")["person"].user == User.objects.get()
    assert heard.of("profile_changed") == {"person": person, "before": None}


def test_a_second_sign_in_changes_nothing(client: Client, provider: Provider, heard: Heard) -> None:
    provider.come_back(client)
    heard.clear()
    provider.come_back(client)
    assert heard.names() == ["signing_in", "signed_in"]


def test_a_profile_that_changed(client: Client, provider: Provider, heard: Heard) -> None:
    provider.come_back(client)
    provider.profile = Answer(ALICE | {"lastName": "Bell"})
    heard.clear()
    client.post("/identity/profile/refresh/")
    said = heard.of("profile_changed")
    assert (said["person"].name, said["before"].name) == ("Alice Bell", "Alice Ashby")


def test_a_refusal(client: Client, provider: Provider, heard: Heard) -> None:
    provider.come_back(client, error="access_denied")
    said = heard.of("sign_in_refused")
    assert (said["failure"].code, said["region"], said["profile"]) == ("denied", "sandbox", None)


@pytest.mark.parametrize("address", ["/identity/logout/", "/admin/logout/"])
def test_signing_out(client: Client, provider: Provider, heard: Heard, address: str) -> None:
    provider.come_back(client)
    Role.objects.create(person=SmartsheetUser.objects.get(), name="administrator")
    heard.clear()
    client.post(address)
    client.post(address)
    assert heard == [("signed_out", {"person": SmartsheetUser.objects.get()})]


def test_another_person_in_the_same_browser(client: Client, provider: Provider, heard: Heard) -> None:
    provider.come_back(client)
    provider.profile = Answer(ALICE | {"id": 7, "firstName": "Bob"})
    provider.come_back(client)
    assert heard.of("session_ended")["person"].name == "Alice Ashby"


def test_a_token_that_is_refreshed(client: Client, provider: Provider, heard: Heard) -> None:
    provider.come_back(client)
    provider.token = Answer(NEXT)
    let_the_token_end()
    heard.clear()
    assert token_for(User.objects.get()) == "next-access"
    assert heard == [("token_refreshed", {"person": SmartsheetUser.objects.get()})]


def test_a_token_that_is_lost(client: Client, provider: Provider, heard: Heard) -> None:
    provider.come_back(client)
    provider.token = SPENT
    let_the_token_end()
    heard.clear()
    with pytest.raises(SignInAgain):
        token_for(User.objects.get())
    assert sorted(heard.names()) == ["session_ended", "token_lost"]
    assert "1071" in heard.of("token_lost")["why"]


def test_disconnecting(client: Client, provider: Provider, heard: Heard) -> None:
    provider.come_back(client)
    heard.clear()
    client.post("/identity/disconnect/")
    person = SmartsheetUser.objects.get()
    assert heard.of("disconnected") == {"person": person, "is_confirmed": True, "why": ""}
    assert (heard.of("token_revoked")["profile"].id, heard.of("token_revoked")["is_confirmed"]) == (ALICE["id"], True)
    assert heard.of("token_revoked")["user"] is None


def test_disconnecting_someone_before_smartsheet_is_asked(client: Client, provider: Provider, heard: Heard) -> None:
    provider.come_back(client)
    heard.clear()
    give_back(SmartsheetUser.objects.get(), why="Deactivated.")
    assert heard.of("disconnected")["is_confirmed"] is None
    assert heard.of("token_revoked")["is_confirmed"] is True
    assert [name for name in heard.names() if name in {"disconnected", "token_revoked"}] == [
        "disconnected",
        "token_revoked",
    ]


def test_no_signal_contains_a_secret(client: Client, provider: Provider, heard: Heard) -> None:
    provider.come_back(client, code="a-secret-code")
    provider.token = Answer(NEXT)
    let_the_token_end()
    token_for(User.objects.get())
    client.post("/identity/disconnect/")
    provider.token = SPENT
    provider.come_back(client, code="a-secret-code")
    assert {"signed_in", "token_refreshed", "disconnected", "sign_in_refused"} <= set(heard.names())
    for secret in ("a-secret-code", "first-access", "first-refresh", "next-access", "next-refresh"):
        assert secret not in repr(heard)


def test_a_failing_receiver_breaks_nothing(client: Client, provider: Provider, deaf: None) -> None:
    assert provider.come_back(client).status_code == 302
    provider.token = Answer(NEXT)
    let_the_token_end()
    assert token_for(User.objects.get()) == "next-access"
    assert client.post("/identity/profile/refresh/").status_code == 302
    provider.come_back(Client(), error="access_denied")
    assert client.post("/identity/disconnect/").status_code == 302
    assert not Token.objects.exists()


def test_only_signing_in_can_refuse_people(client: Client, provider: Provider) -> None:
    with falling_over(signals.signing_in, error=signals.CannotRecord()):
        page = provider.come_back(client)
    assert page.status_code == 503
    assert "couldn&#x27;t record your sign-in in its audit log" in page.content.decode()
    assert not User.objects.exists()
    assert client.get("/identity/me").json() == {"user": None}
    (revocation,) = provider.arrived("DELETE", "/2.0/token")
    assert revocation.authorization == "Bearer first-access"


def test_any_error_in_a_receiver_of_signing_in_revokes_the_token(client: Client, provider: Provider) -> None:
    fault = RuntimeError("a receiver's fault")
    with falling_over(signals.signing_in, error=fault), pytest.raises(RuntimeError, match="a receiver's fault"):
        provider.come_back(client)
    assert not User.objects.exists()
    assert len(provider.arrived("DELETE", "/2.0/token")) == 1
