"""While the audit log can't be written, no one can be signed in or blocked. What was stored earlier doesn't change."""

import logging

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from identity.models import SmartsheetUser, Token
from tests.full_disk import refuse_rows
from tests.identity.provider import Answer, Provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def log_is_full(client: Client, provider: Provider) -> None:
    refuse_rows(Entry._meta.db_table)


def test_no_one_is_signed_in(client: Client, provider: Provider, log_is_full: None) -> None:
    page = provider.come_back(client)
    assert page.status_code == 503
    assert "The audit log can't be written right now" in page.content.decode()
    assert client.get("/identity/me").json() == {"user": None}
    assert [model.objects.count() for model in (User, SmartsheetUser, Token)] == [0, 0, 0]
    assert [one.authorization for one in provider.arrived("DELETE", "/2.0/token")] == ["Bearer first-access"]


def test_no_one_is_signed_in_again(client: Client, provider: Provider) -> None:
    """If a known person can't be signed in again, their stored profile and token don't change."""
    provider.come_back(client)
    kept = Token.objects.get().access_token
    provider.token = Answer(provider.token.body | {"access_token": "another"})
    refuse_rows(Entry._meta.db_table)
    page = provider.come_back(Client())
    assert page.status_code == 503
    assert "couldn&#x27;t record your sign-in in its audit log" in page.content.decode()
    assert Token.objects.get().access_token == kept
    assert [one.authorization for one in provider.arrived("DELETE", "/2.0/token")] == ["Bearer another"]


def test_no_one_is_signed_in_by_password(client: Client, log_is_full: None) -> None:
    User.objects.create_superuser("root", password="correct horse")
    page = client.post("/admin/login/", {"username": "root", "password": "correct horse"})
    assert page.status_code == 503
    assert client.get("/admin/").status_code == 302


def test_no_one_is_blocked(client: Client) -> None:
    person = SmartsheetUser.objects.create(
        user=User.objects.create_user("alice"), region="sandbox", smartsheet_id=1, profile={}, fetched_at=timezone.now()
    )
    client.force_login(User.objects.create_superuser("root"))
    refuse_rows(Entry._meta.db_table)
    chosen = {"action": "bar", "_selected_action": [person.pk]}
    page = client.post("/admin/identity/smartsheetuser/", chosen, follow=True)
    assert "The audit log could not be written, so nothing was changed." in page.content.decode()
    assert not SmartsheetUser.objects.get().is_blocked


def test_people_can_sign_out(client: Client, provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    provider.come_back(client)
    refuse_rows(Entry._meta.db_table)
    with caplog.at_level(logging.ERROR):
        assert client.post("/identity/disconnect/").status_code == 302
    assert client.get("/identity/me").json() == {"user": None}
    assert not Token.objects.exists()
    assert "NotRecorded" in caplog.text
    assert "first-access" not in caplog.text
