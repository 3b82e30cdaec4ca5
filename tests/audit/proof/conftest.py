"""A log whose chain is written at once, as at a commit, and keys to seal it with."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from pytest_django import Settings

from audit.proof.seal_bytes import written


@pytest.fixture
def log(db: None) -> None:
    """A test's transaction is never committed, so on PostgreSQL the chain's trigger is told not to wait for that."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def new_key(settings: Settings) -> Ed25519PrivateKey:
    """Another key to seal with from now on."""
    key = Ed25519PrivateKey.generate()
    settings.AUDIT_SEAL_KEY = written(key)
    return key
