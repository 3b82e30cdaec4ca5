"""The admin lists users who have a password, but not people from Smartsheet. Changes of these users are recorded."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from audit.models import Entry
from tests.full_disk import refuse_rows
from tests.identity.provider import Provider

USERS = "/admin/auth/user/"
JOINED = {"date_joined_0": "2026-11-23", "date_joined_1": "12:00:00"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def last() -> tuple[str, str, str, str | None, str | None]:
    entry = Entry.objects.filter(action="record").latest("id")
    assert (entry.origin, entry.actor_name) == ("admin", "root")
    return entry.subject, entry.message, entry.column_title, entry.old, entry.new


def test_making_a_superuser_is_recorded(root: Client) -> None:
    jane = User.objects.create_user("jane")
    form = {"username": "jane", "is_active": "on", "is_superuser": "on", **JOINED}
    assert root.post(f"{USERS}{jane.pk}/change/", form).status_code == 302
    assert User.objects.get(pk=jane.pk).is_superuser
    assert last() == (f"auth.user/{jane.pk}", "changed", "is_superuser", "false", "true")


def test_a_new_user_and_a_new_password_are_recorded(root: Client) -> None:
    password = {"password1": "a long enough one", "password2": "a long enough one"}
    form = {"username": "joe", "usable_password": "true", **password}
    assert root.post(f"{USERS}add/", form).status_code == 302
    joe = User.objects.get(username="joe")
    assert last()[:2] == (f"auth.user/{joe.pk}", "created")
    assert root.post(f"{USERS}{joe.pk}/password/", password | {"usable_password": "true"}).status_code == 302
    assert last()[:2] == (f"auth.user/{joe.pk}", "password changed")


def test_a_change_that_cannot_be_recorded_is_not_made(root: Client) -> None:
    jane = User.objects.create_user("jane")
    refuse_rows(Entry._meta.db_table)
    form = {"username": "jane", "is_superuser": "on", **JOINED}
    assert root.post(f"{USERS}{jane.pk}/change/", form).status_code == 503
    assert not User.objects.get(pk=jane.pk).is_superuser


def test_people_from_smartsheet_are_not_listed(root: Client, provider: Provider) -> None:
    provider.come_back(Client())
    alice = User.objects.get(smartsheet__isnull=False)
    assert alice.username not in root.get(USERS).content.decode()
    form = {"username": alice.username, "is_superuser": "on", **JOINED}
    assert root.post(f"{USERS}{alice.pk}/change/", form)["Location"] == "/admin/"
    assert root.post(f"{USERS}{alice.pk}/password/", {}).status_code == 404
    assert not User.objects.get(pk=alice.pk).is_superuser


@pytest.mark.parametrize("path", ["/admin/auth/group/", f"{USERS}1/delete/"])
def test_rights_come_from_roles_and_no_user_can_be_deleted(root: Client, path: str) -> None:
    assert root.get(path).status_code in {403, 404, 302}
