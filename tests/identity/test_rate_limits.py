"""Sign-in attempts are limited per minute and address, across all processes."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from pytest_django import Settings

from identity.signin import rate_limits
from identity.signin.rate_limits import Attempts
from tests.identity.heard import Heard
from tests.identity.provider import Provider

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_a_minute(settings: Settings) -> None:
    settings.SIGN_IN_RATE_LIMIT, settings.PASSWORD_RATE_LIMIT = 3, 2


def begins(client: Client, **variables: Any) -> int:
    return client.post("/identity/login/", **variables).status_code


def test_above_the_limit_it_says_when_to_come_back(client: Client, provider: Provider) -> None:
    with time_machine.travel("2026-06-01T12:00:00Z", tick=False) as clock:
        assert [begins(client) for _ in range(3)] == [302, 302, 302]
        clock.shift(20.5)
        page = client.post("/identity/login/")
        assert (page.status_code, page["Retry-After"]) == (429, "40")
        text = page.content.decode()
        assert "Too many sign-in attempts" in text
        assert "<code>rate_limited</code>" in text
        clock.shift(40)
        assert begins(client) == 302


def test_coming_back_counts_too(client: Client, provider: Provider) -> None:
    assert provider.come_back(client).status_code == 302
    assert begins(client) == 302
    answer = client.get("/identity/callback/", {"state": "guessed", "code": "guessed"})
    assert answer.status_code == 429


def test_other_addresses_are_not_affected(client: Client, provider: Provider) -> None:
    assert [begins(client) for _ in range(4)][-1] == 429
    assert begins(Client(), REMOTE_ADDR="203.0.113.9") == 302


def test_the_address_is_the_one_that_our_proxy_saw(client: Client, provider: Provider, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    forged = [begins(client, HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, 203.0.113.9") for n in range(4)]
    assert forged == [302, 302, 302, 429]
    assert begins(client, HTTP_X_FORWARDED_FOR="203.0.113.9, 198.51.100.1") == 302


def test_the_addresses_of_one_ipv6_network_count_as_one(client: Client, provider: Provider) -> None:
    statuses = [begins(client, REMOTE_ADDR=f"2001:db8:1:2:{n}::1") for n in range(4)]
    assert statuses == [302, 302, 302, 429]
    assert begins(client, REMOTE_ADDR="2001:db8:1:3::1") == 302


def test_without_an_address_there_is_no_limit(client: Client, provider: Provider) -> None:
    assert [begins(client, REMOTE_ADDR="") for _ in range(5)] == [302] * 5


def test_it_is_recorded_once_per_window(client: Client, provider: Provider, heard: Heard) -> None:
    for _ in range(8):
        begins(client)
    assert heard.of("sign_in_refused")["failure"].code == "rate_limited"


def test_passwords_of_the_admin_are_counted_separately(client: Client, provider: Provider) -> None:
    User.objects.create_superuser("root", password="correct horse")
    guess = {"username": "root", "password": "wrong"}
    statuses = [client.post("/admin/login/", guess).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert client.get("/admin/login/").status_code == 200
    assert begins(client) == 302


def test_an_old_window_is_deleted(client: Client, provider: Provider) -> None:
    with time_machine.travel("2026-06-01T12:00:00Z", tick=False) as clock:
        begins(client, REMOTE_ADDR="203.0.113.1")
        clock.shift(61)
        begins(client, REMOTE_ADDR="203.0.113.2")
    assert [one.address for one in Attempts.objects.all()] == ["203.0.113.2"]


@pytest.mark.django_db(transaction=True)
def test_no_attempt_is_lost_between_processes() -> None:
    def count(_number: int) -> int:
        try:
            return rate_limits.window_of("203.0.113.9", what="sign_in").count
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(count, range(24))) == list(range(1, 25))
