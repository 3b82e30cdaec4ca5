"""/healthz says whether the database can be written. If it can't, for example because the disk is full, every save
would fail.
"""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config import health
from identity.sessions.models import BrowserSession

SQLITE = connection.vendor == "sqlite"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_written_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_last_write", -health.FRESH)


@pytest.fixture
def full_disk(transactional_db: None) -> Iterator[None]:
    """Makes the disk seem full. On SQLite, the file can't grow. On PostgreSQL, a trigger raises the error for a full
    disk.
    """
    with connection.cursor() as cursor:
        if SQLITE:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA page_count")
            cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        else:
            cursor.execute(
                "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS"
                " $$BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END$$"
            )
            cursor.execute(
                "CREATE TRIGGER no_space BEFORE INSERT ON identity_browsersession EXECUTE FUNCTION no_space()"
            )
    yield
    if SQLITE:
        connection.close()  # the limit belongs to the connection
    else:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION no_space CASCADE")


def test_fault_29_a_full_disk(client: Client, full_disk: None) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "failing", "database": "full"})


def test_fault_29_a_database_that_is_read_only(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON" if SQLITE else "SET default_transaction_read_only = on")
    answer = client.get("/healthz")
    connection.close()
    assert (answer.status_code, answer.json()) == (503, {"status": "failing", "database": "read-only"})


def test_fault_29_a_database_that_is_locked(client: Client) -> None:
    other = connection.copy()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50" if SQLITE else "SET lock_timeout = '50ms'")
    with other.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE" if SQLITE else "BEGIN")
        if not SQLITE:
            cursor.execute("LOCK TABLE identity_browsersession")
        answer = client.get("/healthz")
        cursor.execute("ROLLBACK")
    other.close()
    connection.close()
    assert (answer.status_code, answer.json()["database"]) == (503, "locked")


def test_a_database_that_takes_writes_keeps_nothing_of_the_trial(client: Client) -> None:
    assert client.get("/healthz").json()["database"] == "ok"
    assert not BrowserSession.objects.exists()


def test_it_writes_once_in_a_while(client: Client) -> None:
    """If several requests come within a short time, only the first one writes to the database."""
    with CaptureQueriesContext(connection) as queries:
        for _ in range(5):
            client.get("/healthz")
    assert sum("INSERT" in query["sql"] for query in queries) == 1
