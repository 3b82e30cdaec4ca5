"""Somebody who is signed in and reads the log."""

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client


@pytest.fixture
def reader(db: None, client: Client) -> Client:
    """An auditor, who may read everything; whose signing in is not in the log, so that tests find only their own."""
    user = get_user_model().objects.create_user("charlie")
    user.user_permissions.add(Permission.objects.get(codename="view_all", content_type__app_label="audit"))
    session = client.session
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return client


@pytest.fixture
def chain_at_once(db: None) -> None:
    """The chain is written with each entry, not only at a commit, to which a test's transaction never comes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
