"""Earlier profiles of a person are kept, so that the person can be found by an old name."""

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone
from simple_history.middleware import HistoryRequestMiddleware

from identity.models import SmartsheetUser
from identity.profiles.profile import Profile
from tests.identity.provider import ALICE, Answer, Provider


def test_people_can_be_found_by_an_old_name(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    provider.profile = Answer(ALICE | {"lastName": "Bell"})
    provider.come_back(client)
    now, then = SmartsheetUser.history.all()
    assert (now.last_name, then.last_name) == ("Bell", "Ashby")
    assert then.profile == ALICE
    assert SmartsheetUser.history.get(last_name="Ashby").smartsheet_id == ALICE["id"]


def test_it_stores_the_actors_id_and_name_at_the_time(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    provider.profile = Answer(ALICE | {"lastName": "Bell"})
    provider.come_back(client)
    now, then = SmartsheetUser.history.all()
    assert [(one.history_user_id, one.actor_region, one.actor_name) for one in (now, then)] == [
        (ALICE["id"], "sandbox", "Alice Bell"),
        (ALICE["id"], "sandbox", "Alice Ashby"),
    ]
    assert str(now.history_user) == "Alice Bell"


def test_no_change_adds_no_row(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    first = SmartsheetUser.objects.get().fetched_at
    provider.come_back(client)
    assert SmartsheetUser.history.count() == 1
    assert SmartsheetUser.objects.get().fetched_at > first


def test_the_time_of_the_last_login_adds_no_row(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    provider.profile = Answer(ALICE | {"lastLogin": "2026-06-01T12:00:00Z"})
    provider.come_back(client)
    assert SmartsheetUser.history.count() == 1
    assert SmartsheetUser.objects.get().profile["lastLogin"] == "2026-06-01T12:00:00Z"


def test_any_other_field_of_the_profile_adds_a_row(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    provider.profile = Answer(ALICE | {"title": "Site director"})
    provider.come_back(client)
    assert [one.profile.get("title") for one in SmartsheetUser.history.all()] == ["Site director", None]


def test_it_names_the_request(client: Client, provider: Provider) -> None:
    """The history row has the request's id from the middleware, and names the person who made the request."""
    provider.come_back(client)
    request = client.get("/").wsgi_request
    request.request_id = "0123abc"  # type: ignore[attr-defined] # the middleware's
    person = SmartsheetUser.objects.get()
    person.first_name = "Alicia"

    def save(_request: HttpRequest) -> HttpResponse:
        person.save()
        return HttpResponse()

    HistoryRequestMiddleware(save)(request)
    row = SmartsheetUser.history.first()
    assert (row.request_id, row.actor_name, row.history_user_id) == ("0123abc", "Alice Ashby", ALICE["id"])


def test_it_outlives_the_account(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    User.objects.get().delete()
    assert not SmartsheetUser.objects.exists()
    deleted, created = SmartsheetUser.history.all()
    assert (deleted.history_type, created.history_type) == ("-", "+")
    assert created.actor_name == "Alice Ashby"
    assert created.history_user_id == ALICE["id"]


def test_profile_and_history_are_stored_together(
    client: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the history row can't be written, the change of the profile is rolled back."""
    provider.come_back(client)
    person = SmartsheetUser.objects.get()

    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(SmartsheetUser.history.model, "save", fail)
    with pytest.raises(RuntimeError, match="disk full"):
        person.remember(Profile.parse("sandbox", ALICE | {"lastName": "Bell"}), at=timezone.now())
    assert SmartsheetUser.objects.get().last_name == "Ashby"
