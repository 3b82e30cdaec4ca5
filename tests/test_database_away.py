"""Tests of the page that people see if the app's database is locked for too long."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from identity.sessions.models import BrowserSession

SQLITE = connection.vendor == "sqlite"


@pytest.fixture
def locked_sessions(transactional_db: None) -> Iterator[None]:
    """Another connection locks the table of sessions. The app's connection waits for the lock for 50 ms."""
    other = connection.copy()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50" if SQLITE else "SET lock_timeout = '50ms'")
    with other.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE" if SQLITE else "BEGIN")
        if not SQLITE:
            cursor.execute("LOCK TABLE identity_browsersession")
        yield
        cursor.execute("ROLLBACK")
    other.close()
    connection.close()  # this ends the short wait too


def test_a_page_is_not_lost_if_the_session_cannot_be_updated(
    client: Client, transactional_db: None, request: pytest.FixtureRequest
) -> None:
    """A page tries to update the time of the session's last use, because the stored time is two minutes old. But
    another connection has locked the table of sessions. On SQLite, the page is still shown. On PostgreSQL, the lock
    also prevents reading, so the page can't be shown.
    """
    client.force_login(User.objects.create_user("jane"), backend="django.contrib.auth.backends.ModelBackend")
    before = client.session.session_key
    BrowserSession.objects.update(seen_at=timezone.now() - timedelta(minutes=2))
    request.getfixturevalue("locked_sessions")
    assert client.get("/").status_code == (200 if SQLITE else 503)
    assert client.session.session_key == before


@pytest.mark.usefixtures("locked_sessions")
def test_a_sign_in_with_a_locked_database_gets_503(client: Client) -> None:
    answer = client.post("/identity/login/")
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "database does not answer" in answer.content.decode()


def test_the_next_try_works(client: Client, transactional_db: None) -> None:
    assert client.post("/identity/login/").status_code == 302


@pytest.mark.skipif(SQLITE, reason="PostgreSQL's way of saying so, as after a failover")
def test_a_read_only_database_is_reported_too(client: Client, transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    answer = client.post("/identity/login/")
    health = client.get("/healthz")
    connection.close()
    assert (answer.status_code, bool(answer["Retry-After"])) == (503, True)
    assert (health.status_code, health.json()["database"]) == (503, "read-only")
