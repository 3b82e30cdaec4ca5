"""What a person reads when this app's own database is locked for too long."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client

SQLITE = connection.vendor == "sqlite"


@pytest.fixture
def locked_sessions(transactional_db: None) -> Iterator[None]:
    """Another connection holds the sessions; ours waits a twentieth of a second for them."""
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
    connection.close()  # and with it the short wait


@pytest.mark.usefixtures("locked_sessions")
def test_signing_in_says_so_and_can_be_tried_again(client: Client) -> None:
    answer = client.post("/identity/login/")
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "database does not answer" in answer.content.decode()


def test_the_next_try_works(client: Client, transactional_db: None) -> None:
    assert client.post("/identity/login/").status_code == 302
