"""The admin shows people and their history, but can't change them."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from identity.models import SmartsheetUser
from tests.identity.provider import ALICE, Answer, Provider

PEOPLE = "/admin/identity/smartsheetuser/"


@pytest.fixture
def person(client: Client, provider: Provider) -> SmartsheetUser:
    """Alice, who has changed her name. A superuser is logged in in the test's browser."""
    provider.come_back(client)
    provider.profile = Answer(ALICE | {"lastName": "Bell"})
    provider.come_back(client)
    client.force_login(User.objects.create_superuser("root"), backend="django.contrib.auth.backends.ModelBackend")
    return SmartsheetUser.objects.get()


def test_it_lists_and_finds_people(client: Client, person: SmartsheetUser) -> None:
    assert "Alice Bell" in client.get(PEOPLE).content.decode()
    assert "Alice Bell" in client.get(PEOPLE, {"q": str(person.smartsheet_id)}).content.decode()
    assert "Alice Bell" not in client.get(PEOPLE, {"q": "Charlie"}).content.decode()


def test_it_shows_who_changed_what(client: Client, person: SmartsheetUser) -> None:
    page = client.get(f"{PEOPLE}{person.pk}/history/").content.decode()
    assert "Alice Bell" in page
    assert "Alice Ashby" in page
    assert f"/admin/auth/user/{ALICE['id']}" not in page  # this is an id in Smartsheet, not in Django


def test_it_shows_how_a_person_was(client: Client, person: SmartsheetUser) -> None:
    first = person.history.last()
    page = client.get(f"{PEOPLE}{person.pk}/history/{first.pk}/").content.decode()
    assert "Ashby" in page
    assert '<input type="submit"' not in page


def test_it_is_read_only(client: Client, person: SmartsheetUser) -> None:
    first = person.history.last()
    assert client.get(f"{PEOPLE}add/").status_code == 403
    assert client.post(f"{PEOPLE}{person.pk}/change/", {"last_name": "Mallory"}).status_code == 403
    assert client.post(f"{PEOPLE}{person.pk}/history/{first.pk}/").status_code == 403
    person.refresh_from_db()
    assert person.last_name == "Bell"
    assert person.history.count() == 2


def test_it_shows_no_tokens(client: Client, person: SmartsheetUser) -> None:
    assert client.get("/admin/identity/token/").status_code == 404


@pytest.mark.parametrize("query", ["q=a%00b", "region=%00", "region__exact=%00"])
def test_a_query_that_no_database_takes_is_left_out(client: Client, person: SmartsheetUser, query: str) -> None:
    answer = client.get(f"{PEOPLE}?{query}", follow=True)
    assert answer.status_code == 200
    assert person.email in answer.content.decode()
