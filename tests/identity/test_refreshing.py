"""A token is refreshed before it expires. It is deleted only if Smartsheet says that it no longer works."""

import hashlib
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from identity.models import Token
from identity.tokens import access_tokens
from identity.tokens.access_tokens import SignInAgain, TryLater, token_for, token_instead_of
from tests.identity.provider import ALICE, TOKEN, Answer, Arrival, Provider

NEXT = {"access_token": "next-access", "token_type": "bearer", "expires_in": 604799, "refresh_token": "next-refresh"}
SPENT = Answer({"errorCode": 1071, "message": "Invalid Grant.", "error": "invalid_grant", "refId": "abc"}, 400)
KEPT = {
    "503": Answer({"errorCode": 4001, "message": "down"}, 503),
    "500 in HTML": Answer(b"<html>", 500),
    "429": Answer({"errorCode": 4003, "message": "slow down"}, 429),
    "no JSON": Answer(b"<html>"),
    "no token": Answer({"token_type": "bearer"}),
    "the app's secret": Answer({"errorCode": 1072, "error": "invalid_grant", "message": "Invalid hash value."}, 400),
    "the app": Answer({"errorCode": 1067, "error": "invalid_client", "message": "no such client"}, 401),
}


@pytest.fixture
def alice(client: Client, provider: Provider) -> User:
    """Alice, who has the first token pair. The next answer of the token endpoint has the next pair."""
    provider.come_back(client)
    provider.token = Answer(NEXT)
    return User.objects.get()


def ends_in(*, lived: timedelta = timedelta(days=7), **left: float) -> None:
    now = timezone.now()
    Token.objects.update(issued_at=now - lived, expires_at=now + timedelta(**left))


def refreshes(provider: Provider) -> list[Arrival]:
    return [arrival for arrival in provider.arrived("POST", "/2.0/token") if "refresh_token" in arrival.form]


def test_it_is_not_refreshed_long_before_it_expires(alice: User, provider: Provider) -> None:
    ends_in(minutes=61)
    assert token_for(alice) == "first-access"
    assert not refreshes(provider)


@pytest.mark.parametrize("left", [59, 0, -60 * 24 * 30])
def test_it_is_refreshed_before_and_after_it_expires(alice: User, provider: Provider, left: int) -> None:
    ends_in(minutes=left)
    assert [token_for(alice), token_for(alice)] == ["next-access", "next-access"]
    (arrival,) = refreshes(provider)
    assert arrival.form == {
        "grant_type": "refresh_token",
        "refresh_token": "first-refresh",
        "client_id": "byline-demo",
        "hash": hashlib.sha256(b"byline-demo-secret|first-refresh").hexdigest(),
    }
    token = Token.objects.get()
    assert (token.refresh_token, token.scope, token.lease) == ("next-refresh", "READ_SHEETS WRITE_SHEETS", None)
    assert token.expires_at == pytest.approx(timezone.now() + timedelta(days=7), abs=timedelta(seconds=10))


def test_how_far_ahead_is_a_setting(alice: User, settings: Settings) -> None:
    settings.TOKEN_REFRESH_AHEAD = 24 * 3600.0
    ends_in(hours=25)
    assert token_for(alice) == "first-access"
    ends_in(hours=23)
    assert token_for(alice) == "next-access"


def test_a_short_lived_token_is_refreshed_halfway(alice: User) -> None:
    ends_in(minutes=11, lived=timedelta(minutes=9))
    assert token_for(alice) == "first-access"
    ends_in(minutes=9, lived=timedelta(minutes=11))
    assert token_for(alice) == "next-access"


def test_a_token_that_never_expires_is_not_refreshed(alice: User) -> None:
    Token.objects.update(expires_at=None)
    assert token_for(alice) == "first-access"


def test_without_a_refresh_token_it_is_used_until_it_expires(alice: User, provider: Provider) -> None:
    Token.objects.update(refresh_token="")
    ends_in(minutes=1)
    assert token_for(alice) == "first-access"
    ends_in(minutes=0)
    with pytest.raises(SignInAgain):
        token_for(alice)
    assert not refreshes(provider)


def test_an_answer_without_a_new_refresh_token_keeps_the_old(alice: User, provider: Provider) -> None:
    provider.token = Answer({key: value for key, value in NEXT.items() if key != "refresh_token"})
    ends_in(minutes=0)
    assert token_for(alice) == "next-access"
    assert Token.objects.get().refresh_token == "first-refresh"


@pytest.mark.parametrize("left", [30, 0])
def test_invalid_grant_deletes_it(alice: User, provider: Provider, left: int) -> None:
    provider.token = SPENT
    ends_in(minutes=left)
    with pytest.raises(SignInAgain):
        token_for(alice)
    assert not Token.objects.exists()


@pytest.mark.parametrize("case", KEPT)
def test_no_other_error_deletes_it(alice: User, provider: Provider, case: str) -> None:
    provider.token = KEPT[case]
    ends_in(minutes=30)
    assert token_for(alice) == "first-access"
    ends_in(minutes=0)
    with pytest.raises(TryLater):
        token_for(alice)
    assert len(refreshes(provider)) == 1  # the second call came during the pause after a failure
    provider.token = Answer(NEXT)
    Token.objects.update(leased_until=timezone.now())
    assert token_for(alice) == "next-access"


def test_a_token_endpoint_that_hangs_is_waited_for_a_third_of_the_deadline(
    alice: User, provider: Provider, settings: Settings
) -> None:
    settings.SMARTSHEET_DEADLINE = 3
    provider.token = Answer(NEXT, delay=2)
    ends_in(minutes=30)
    assert token_for(alice) == "first-access"
    assert Token.objects.get().is_put_off


def test_the_next_process_takes_over_from_one_that_died(alice: User, provider: Provider) -> None:
    ends_in(minutes=0)
    assert Token.objects.get().take_lease(seconds=0.3)
    leased_until = Token.objects.get().leased_until
    assert token_for(alice) == "next-access"
    assert leased_until
    assert timezone.now() > leased_until
    assert len(refreshes(provider)) == 1


def test_a_process_that_waits_in_vain_uses_the_valid_token(alice: User) -> None:
    ends_in(minutes=30)
    assert Token.objects.get().take_lease(seconds=30)
    assert token_for(alice, seconds=0.1) == "first-access"
    ends_in(minutes=0)
    with pytest.raises(TryLater):
        token_for(alice, seconds=0.1)


def test_only_one_process_gets_the_lease(alice: User) -> None:
    first, second = Token.objects.get(), Token.objects.get()
    assert [first.take_lease(seconds=30), second.take_lease(seconds=30)] == [True, False]


def test_there_is_no_lease_for_a_pair_that_was_replaced(alice: User) -> None:
    old = Token.objects.get()
    ends_in(minutes=0)
    token_for(alice)
    assert not old.take_lease(seconds=30)


def test_a_new_sign_in_during_a_refresh_wins(alice: User, provider: Provider) -> None:
    slow = Token.objects.get()
    assert slow.take_lease(seconds=30)
    provider.token = Answer(TOKEN | {"access_token": "newest-access"})
    provider.come_back(Client())
    provider.token = Answer(NEXT)
    access_tokens._refresh(slow, seconds=5)
    assert token_for(alice) == "newest-access"
    (arrival,) = provider.arrived("DELETE", "/2.0/token")
    assert arrival.authorization == "Bearer next-access"  # this token is revoked, because it won't be used


def test_after_a_401_the_expired_one_is_refreshed(alice: User, provider: Provider) -> None:
    assert token_instead_of("first-access", alice, error_code=1003) == "next-access"
    assert token_instead_of("first-access", alice, error_code=1003) == "next-access"
    assert token_instead_of("first-access", alice, error_code=1002) == "next-access"
    assert len(refreshes(provider)) == 1


@pytest.mark.parametrize("error_code", [1002, 1005, None])
def test_after_another_401_only_signing_in_helps(alice: User, provider: Provider, error_code: int | None) -> None:
    with pytest.raises(SignInAgain):
        token_instead_of("first-access", alice, error_code=error_code)
    assert not refreshes(provider)


def test_after_a_401_it_waits_for_a_running_refresh(alice: User) -> None:
    assert Token.objects.get().take_lease(seconds=30)
    with pytest.raises(TryLater):
        token_instead_of("first-access", alice, error_code=1002, seconds=0.1)


def test_after_a_401_there_is_no_token_while_the_endpoint_is_down(alice: User, provider: Provider) -> None:
    provider.token = KEPT["503"]
    with pytest.raises(TryLater):
        token_instead_of("first-access", alice, error_code=1003)
    assert Token.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_in_a_transaction_it_refuses(alice: User, provider: Provider) -> None:
    ends_in(minutes=0)
    with pytest.raises(RuntimeError), transaction.atomic():
        token_for(alice)
    assert not refreshes(provider)


@pytest.mark.parametrize("answer", [Answer(NEXT), SPENT, *KEPT.values()], ids=["next", "spent", *KEPT])
def test_no_log_and_no_error_contains_a_secret(
    alice: User, provider: Provider, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("requests_oauthlib", "oauthlib"):  # the settings set these loggers to WARNING
        caplog.set_level(logging.WARNING, name)
    provider.token = answer
    ends_in(minutes=0)
    seen: list[Any] = [caplog.text]
    try:
        token_for(alice)
    except (SignInAgain, TryLater) as error:
        seen += [repr(error), error.__cause__, error.__context__]
    text = f"{seen} {caplog.text}"
    for secret in ("first-access", "first-refresh", "next-access", "next-refresh", "byline-demo-secret"):
        assert secret not in text
    assert ALICE["email"] not in text


def test_fault_24_while_too_many_calls_are_in_progress_it_is_used_as_long_as_it_is_valid(
    alice: User, provider: Provider, settings: Settings
) -> None:
    settings.SMARTSHEET_MAX_CALLS = 0
    ends_in(minutes=10)
    assert token_for(alice) == "first-access"
    ends_in(minutes=-10)
    with pytest.raises(TryLater):
        token_for(alice)
    with pytest.raises(TryLater):
        token_instead_of("first-access", alice, error_code=access_tokens.EXPIRED)
    assert not refreshes(provider)
