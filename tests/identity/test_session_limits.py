"""Tests of how long a person stays signed in, and of what people read when their session has ended."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from identity.sessions import browsers
from identity.sessions.browsers import ENDED
from identity.sessions.models import BrowserSession
from tests.identity.provider import Provider
from tests.signing_in import is_signed_in

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROFILE = "/identity/profile/"
IDLE = "because this browser had not been used for a while"
TOO_OLD = "because you had been signed in for a long time"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def signed_in(client: Client, provider: Provider, clock: time_machine.Traveller) -> Client:
    provider.come_back(client)
    return client


def test_an_idle_hour_ends_the_session(signed_in: Client, clock: time_machine.Traveller) -> None:
    clock.shift(timedelta(minutes=59))
    assert is_signed_in(signed_in)
    clock.shift(timedelta(minutes=59))
    assert is_signed_in(signed_in)
    clock.shift(timedelta(minutes=61))
    assert not is_signed_in(signed_in)


def test_a_session_in_use_ends_after_twelve_hours(signed_in: Client, clock: time_machine.Traveller) -> None:
    for _half_hour in range(23):
        clock.shift(timedelta(minutes=30))
        assert is_signed_in(signed_in)
    clock.shift(timedelta(minutes=31))
    assert TOO_OLD in signed_in.get("/").content.decode()


def test_a_site_can_give_a_session_a_time_of_its_own(signed_in: Client, clock: time_machine.Traveller) -> None:
    """If a site gives a session a time with set_expiry(), this time replaces the app's two limits. set_expiry(0)
    affects only the cookie.
    """
    assert "A session ends 1 hour after its last use" in " ".join(signed_in.get(PROFILE).content.decode().split())
    session = signed_in.session
    session.set_expiry(30 * 24 * 3600)
    session.save()
    clock.shift(timedelta(days=29))
    page = signed_in.get(PROFILE)
    assert (page.status_code, "A session ends" in page.content.decode()) == (200, False)
    clock.shift(timedelta(days=29))
    assert is_signed_in(signed_in)
    session = signed_in.session
    session.set_expiry(0)
    session.save()
    clock.shift(timedelta(minutes=61))
    assert not is_signed_in(signed_in)


def test_signing_in_again_restarts_the_limits(
    signed_in: Client, provider: Provider, clock: time_machine.Traveller
) -> None:
    for _half_hour in range(20):
        clock.shift(timedelta(minutes=30))
        assert is_signed_in(signed_in)
    provider.come_back(signed_in)
    clock.shift(timedelta(minutes=59))
    assert is_signed_in(signed_in)
    for _half_hour in range(4):
        clock.shift(timedelta(minutes=30))
        assert is_signed_in(signed_in)


def test_the_limits_are_settings(signed_in: Client, settings: Settings, clock: time_machine.Traveller) -> None:
    settings.SESSION_IDLE_SECONDS = 20
    clock.shift(timedelta(seconds=15))
    assert is_signed_in(signed_in)
    clock.shift(timedelta(seconds=15))
    assert is_signed_in(signed_in)  # a session with a short limit can end about a second late
    clock.shift(timedelta(seconds=21))
    assert not is_signed_in(signed_in)


def test_the_reason_is_shown_once(signed_in: Client, clock: time_machine.Traveller) -> None:
    clock.shift(timedelta(hours=2))
    assert signed_in.get("/identity/profile/").status_code == 302
    assert IDLE in signed_in.get("/?next=/identity/profile/").content.decode()
    assert IDLE not in signed_in.get("/").content.decode()


def test_the_reason_is_not_shown_after_signing_in_again(
    signed_in: Client, provider: Provider, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(hours=2))
    provider.come_back(signed_in)
    assert ENDED not in signed_in.session
    assert IDLE not in signed_in.get("/").content.decode()


def test_it_writes_once_a_minute_at_most(signed_in: Client, clock: time_machine.Traveller) -> None:
    def writes() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert is_signed_in(signed_in)
        return sum(query["sql"].startswith(("UPDATE", "INSERT", "DELETE")) for query in queries)

    clock.shift(timedelta(seconds=59))
    assert [writes(), writes()] == [0, 0]
    clock.shift(timedelta(seconds=1))
    assert [writes(), writes()] == [1, 0]
    assert BrowserSession.objects.of(User.objects.get()).get().seen_at == NOON + timedelta(minutes=1)


def test_the_cookie_lasts_longer_than_the_session(signed_in: Client, settings: Settings) -> None:
    """When a session has ended, the cookie still shows which session it was. So the app can say why the person was
    signed out.
    """
    cookie = signed_in.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["max-age"] > settings.SESSION_ABSOLUTE_SECONDS


def test_ended_sessions_are_deleted_a_day_later(
    signed_in: Client, provider: Provider, clock: time_machine.Traveller
) -> None:
    before = signed_in.session.session_key
    clock.shift(timedelta(hours=24))
    assert browsers.sweep_expired() == 0
    clock.shift(timedelta(hours=2))
    assert browsers.sweep_expired() == 1
    assert not BrowserSession.objects.filter(pk=before).exists()
    provider.come_back(signed_in)
    clock.shift(timedelta(hours=26))
    provider.come_back(Client())  # every sign-in also deletes ended sessions
    assert BrowserSession.objects.count() == 1


def test_a_session_without_a_person_ends_silently(client: Client, db: None, clock: time_machine.Traveller) -> None:
    client.post("/identity/login/")
    clock.shift(timedelta(days=1))
    assert "You were signed out" not in client.get("/").content.decode()


@pytest.mark.parametrize("key", ["x" * 32, "short", "ünïcode-ünïcode"], ids=["unknown", "short", "not ASCII"])
def test_an_unknown_session_key_is_rejected(client: Client, db: None, settings: Settings, key: str) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert not is_signed_in(client)
    client.post("/identity/login/")
    assert client.session.session_key != key


def test_a_session_key_with_a_nul_is_rejected(client: Client, db: None) -> None:
    """The session key in the cookie has a NUL character, written as an octal escape, which is allowed in cookies. The
    app ignores this session key.
    """
    client.cookies.load('sessionid="\\000bcdefghijklmnopqrstuvwxyz012345"')
    assert client.cookies["sessionid"].value.startswith("\0")
    assert not is_signed_in(client)
