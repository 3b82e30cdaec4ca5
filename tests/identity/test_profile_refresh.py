"""A job fetches old profiles again, so that no page has to wait for a profile."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from identity.models import SmartsheetUser, Token
from identity.profiles.refresh import PAUSE, refresh_stale_profiles
from identity.sessions.models import BrowserSession
from tests.identity.provider import ALICE, TOKEN, Answer, Provider

ME = "/2.0/users/me"


@pytest.fixture
def stale(provider: Provider) -> SmartsheetUser:
    """Alice, whose stored profile is two days old, and whose name has changed in Smartsheet since then."""
    provider.come_back(Client())
    SmartsheetUser.objects.update(fetched_at=timezone.now() - timedelta(days=2))
    provider.profile = Answer(ALICE | {"lastName": "Anders"})
    provider.arrivals.clear()
    return SmartsheetUser.objects.get()


def test_an_old_profile_is_fetched_once(stale: SmartsheetUser, provider: Provider) -> None:
    assert refresh_stale_profiles(10) == 1
    stale.refresh_from_db()
    assert stale.name == "Alice Anders"
    assert refresh_stale_profiles(10) == 0
    assert len(provider.arrived("GET", ME)) == 1


def test_how_old_is_a_setting(stale: SmartsheetUser, settings: Settings) -> None:
    settings.PROFILE_REFRESH_AFTER = 3 * 24 * 3600
    assert refresh_stale_profiles(10) == 0


def test_the_oldest_come_first_and_no_more_than_asked_for(stale: SmartsheetUser, provider: Provider) -> None:
    provider.profile = Answer(ALICE | {"id": 2})
    provider.come_back(Client())
    SmartsheetUser.objects.filter(smartsheet_id=2).update(fetched_at=timezone.now() - timedelta(days=9))
    assert refresh_stale_profiles(1) == 1
    stale.refresh_from_db()
    assert stale.name == "Alice Ashby"


def test_a_failure_is_not_repeated_at_once(stale: SmartsheetUser, provider: Provider) -> None:
    provider.profile = Answer(b"<html>", 503)
    assert [refresh_stale_profiles(10), refresh_stale_profiles(10)] == [0, 0]
    assert len(provider.arrived("GET", ME)) == 1
    provider.profile = Answer(ALICE)
    SmartsheetUser.objects.update(asked_at=timezone.now() - PAUSE - timedelta(seconds=1))
    assert refresh_stale_profiles(10) == 1


def test_people_without_a_usable_token_are_skipped(stale: SmartsheetUser, provider: Provider) -> None:
    User.objects.update(is_active=False)
    assert refresh_stale_profiles(10) == 0
    User.objects.update(is_active=True)
    Token.objects.all().delete()
    assert refresh_stale_profiles(10) == 0
    assert provider.arrivals == []


def test_it_waits_for_another_refresh_no_longer_than_a_page_does(
    stale: SmartsheetUser, provider: Provider, settings: Settings
) -> None:
    settings.SMARTSHEET_DEADLINE = 0.3
    Token.objects.update(expires_at=timezone.now())
    assert Token.objects.get().take_lease(seconds=60)
    assert refresh_stale_profiles(10) == 0
    assert provider.arrivals == []


def test_a_token_that_is_refused_ends_the_sessions(stale: SmartsheetUser, provider: Provider) -> None:
    Token.objects.update(expires_at=timezone.now())
    provider.token = Answer({"errorCode": 1071, "error": "invalid_grant"}, 400)
    assert refresh_stale_profiles(10) == 0
    assert set(BrowserSession.objects.values_list("ended_because", flat=True)) == {"revoked"}


def test_an_expired_one_is_refreshed(stale: SmartsheetUser, provider: Provider) -> None:
    Token.objects.update(expires_at=timezone.now())
    provider.token = Answer(TOKEN | {"access_token": "next-access"})
    assert refresh_stale_profiles(10) == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_ask_once(stale: SmartsheetUser, provider: Provider) -> None:
    def refresh(_number: int) -> int:
        try:
            return refresh_stale_profiles(10)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(refresh, range(6))) == 1
    assert len(provider.arrived("GET", ME)) == 1


def test_looking_at_a_page_fetches_nothing(client: Client, stale: SmartsheetUser, provider: Provider) -> None:
    client.force_login(stale.user, backend="identity.backends.SmartsheetBackend")
    assert "2\xa0days ago" in client.get("/identity/profile/").content.decode()
    assert provider.arrivals == []
