"""Fixtures of the log: an auditor, a chain that is written immediately, and a new seal key."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from pytest_django import Settings

from audit.proof.seal_bytes import written


@pytest.fixture
def reader(db: None, client: Client) -> Client:
    """The browser of an auditor, who can read everything. The auditor's sign-in isn't logged, so that tests find only
    the entries that they made.
    """
    user = get_user_model().objects.create_user("charlie")
    user.user_permissions.add(Permission.objects.get(codename="view_all", content_type__app_label="audit"))
    session = client.session
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return client


@pytest.fixture
def log(db: None) -> None:
    """A log whose chain is written with each entry. Without this fixture, PostgreSQL writes the chain at the commit,
    and a test's transaction is never committed.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def new_key(settings: Settings) -> Ed25519PrivateKey:
    """Use a new seal key for the rest of the test."""
    key = Ed25519PrivateKey.generate()
    settings.AUDIT_SEAL_KEY = written(key)
    return key
