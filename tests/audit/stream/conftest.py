"""Fixtures of streaming: a log whose chain is written immediately, and settings for streaming the log."""

import pytest
from django.db import connection
from pytest_django import Settings

from audit.stream import delivery

SECRET = "what receivers know too"


@pytest.fixture(autouse=True)
def streaming(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.AUDIT_STREAM_SECRET = SECRET
    monkeypatch.setattr(delivery, "_streams", {})


@pytest.fixture
def log(db: None) -> None:
    """Write the chain with each entry. Without this fixture, PostgreSQL writes the chain at the commit, and a test's
    transaction is never committed.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
