"""Somebody who is signed in and reads the log."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client


@pytest.fixture
def reader(db: None, client: Client) -> Client:
    client.force_login(
        get_user_model().objects.create_user("charlie"), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client
