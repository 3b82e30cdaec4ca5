"""A person is identified only by region and id."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from identity.models import SmartsheetUser
from identity.profiles.profile import Profile
from identity.signin.oauth import Grant
from tests.identity.provider import ALICE, Answer, Provider

BOB: dict[str, Any] = {"id": 2886617389238148, "email": "bob@example.org", "firstName": "Bob", "lastName": "Baker"}


def test_a_changed_email_is_the_same_person(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    provider.profile = Answer(ALICE | {"email": "alice@elsewhere.example"})
    provider.come_back(client)
    person = SmartsheetUser.objects.get()
    assert person.email == "alice@elsewhere.example"
    assert User.objects.count() == 1


def test_an_email_that_changes_hands_is_another_person(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    provider.profile = Answer(BOB | {"email": ALICE["email"]})
    provider.come_back(Client())
    alice, bob = SmartsheetUser.objects.order_by("pk")
    assert (alice.smartsheet_id, bob.smartsheet_id) == (ALICE["id"], BOB["id"])
    assert alice.user != bob.user
    assert alice.email == bob.email
    assert client.get("/identity/me").json()["user"]["id"] == ALICE["id"]


def test_the_same_number_in_another_region_is_another_person(
    client: Client, provider: Provider, settings: Settings
) -> None:
    provider.come_back(client)
    settings.SMARTSHEET_REGIONS = settings.SMARTSHEET_REGIONS | {"eu": settings.SMARTSHEET_REGIONS["sandbox"]}
    settings.SMARTSHEET_DEFAULT_REGION = "eu"
    provider.come_back(Client())
    assert set(SmartsheetUser.objects.values_list("region", "user__username")) == {
        ("sandbox", f"sandbox-{ALICE['id']}"),
        ("eu", f"eu-{ALICE['id']}"),
    }


def test_the_database_allows_no_second_row(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    again = SmartsheetUser(
        user=User.objects.create_user("another"),
        region="sandbox",
        smartsheet_id=ALICE["id"],
        profile={},
        fetched_at=timezone.now(),
    )
    with pytest.raises(IntegrityError):
        again.save()


def test_two_first_sign_ins_at_once_make_one_person(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two sign-ins of a new person run at the same time. The second one searches for the person before the first one
    has stored the person.
    """
    profile = Profile.parse("sandbox", ALICE)
    grant = Grant(access_token="a", refresh_token="r", expires_at=None, scope="")
    first = SmartsheetUser.objects.signed_in(profile, grant)
    looks = iter([SmartsheetUser.objects.none()])
    people = SmartsheetUser.objects.all()
    monkeypatch.setattr(people, "select_for_update", lambda: next(looks, SmartsheetUser.objects.all()))
    assert people.signed_in(profile, grant) == first
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "spoilt", ["Jo\0e", "Joe\ud83d", "\0", {"\0": ["\0\udc00"]}, float("nan"), float("-inf"), 1e300]
)
def test_text_that_databases_cannot_store_does_not_stop_a_sign_in(
    client: Client, provider: Provider, spoilt: Any
) -> None:
    provider.profile = Answer(ALICE | {"firstName": spoilt, "title": spoilt, "timeZone": spoilt})
    assert provider.come_back(client).status_code == 302
    assert client.get("/identity/me").json()["user"]["lastName"] == "Ashby"
    assert client.get("/identity/profile/").status_code == 200


def test_a_profile_that_is_nested_too_deeply_is_refused(client: Client, provider: Provider) -> None:
    provider.profile = Answer(b'{"id": 1, "deep": ' + b"[" * 700 + b"]" * 700 + b"}")
    page = provider.come_back(client)
    assert (page.status_code, "profile_unreadable" in page.content.decode()) == (502, True)
