"""A log that is chained at once, and settings to stream it by."""

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
    """A chain that is written at once, as at a commit: a test's transaction is never committed."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
