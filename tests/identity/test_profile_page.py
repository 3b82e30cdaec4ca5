"""A person's profile page shows every field from Smartsheet, the profile's age, and the present and earlier names."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from identity.models import SmartsheetUser, Token
from identity.profiles.fields import everything, grouped
from tests.identity.provider import ALICE, TOKEN, Answer, Provider
from tests.running_sandbox import Person, RunningSandbox

PAGE = "/identity/profile/"
REFRESH = "/identity/profile/refresh/"


def leaves(value: Any) -> list[Any]:
    """Return all values in the JSON that aren't lists or objects."""
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in leaves(inner)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in leaves(inner)]
    return [value]


def text(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.django_db
def test_every_field_is_there(
    client: Client, sandbox: RunningSandbox, alice: Person, sign_in: Callable[[Client, Person], HttpResponse]
) -> None:
    sign_in(client, alice)
    profile = sandbox.call(alice, "GET", "/users/me")
    shown = everything(profile)
    assert len(shown) == len(leaves(profile)) > 30
    page = text(client)
    for field in shown:
        assert field.label in page
        assert (field.moment.isoformat() if field.moment else field.value) in page
    words = ("US/Pacific", "Site director", "Northside Construction", "alice.archer@")
    for word in (*words, "01/04/2026 11:58 PM", "2026-01-05 07:58:12 UTC"):
        assert word in page


def test_an_unknown_field_is_shown_too() -> None:
    data = {"favouriteColour": {"hex": "#ff0000", "likes": [1, None]}, "isNew": False}
    assert grouped(data) == []
    assert [(field.label, field.value) for field in everything(data)] == [
        ("Favourite colour, hex", "#ff0000"),
        ("Favourite colour, likes 1", "1"),
        ("Favourite colour, likes 2", ""),
        ("Is new", "no"),
    ]


def test_values_are_shown_in_words() -> None:
    data = ALICE | {"admin": True, "account": {"id": 5, "name": "Northside"}}
    found = {field.label: field for field in everything(data)}
    assert (found["System administrator"].value, found["Smartsheet id"].is_code) == ("yes", True)
    assert (found["Organisation"].value, found["Organisation, id"].value) == ("Northside", "5")


def test_fault_38_what_people_recognise_is_in_groups() -> None:
    data = ALICE | {
        "admin": True,
        "jiraAdmin": False,
        "sheetCount": -1,
        "workPhone": "",
        "account": {"id": 5, "name": "Northside"},
        "profileImage": {"imageId": "u!1", "height": 1050},
        "alternateEmails": [
            {"id": 8, "email": "a@example.org", "confirmed": True},
            {"id": 9, "email": "b@example.org"},
        ],
    }
    groups = {group.title: [(field.label, field.value) for field in group.fields] for group in grouped(data)}
    assert ("Other e-mail", "a@example.org") in groups["Name and contact"]
    assert ("Other e-mail", "b@example.org") in groups["Name and contact"]
    assert ("Organisation", "Northside") in groups["Work"]
    assert ("System administrator", "yes") in groups["Rights in Smartsheet"]
    labels = {label for fields in groups.values() for label, _value in fields}
    assert not labels & {"Sheet count", "Jira administrator", "Smartsheet id", "Work phone"}
    assert not any("height" in label or label.endswith(", id") for label in labels)


def test_fault_38_the_rest_is_folded(client: Client, provider: Provider) -> None:
    provider.profile = Answer(ALICE | {"sheetCount": -1})
    provider.come_back(client)
    before, _summary, after = text(client).partition("All fields from Smartsheet")
    assert "Sheet count" not in before
    assert "Sheet count" in after
    assert before.rindex("<details") > before.rindex("</section>")


def test_text_from_smartsheet_is_escaped(client: Client, provider: Provider) -> None:
    provider.profile = Answer(ALICE | {"title": "<b>boss</b>", "<i>": "x"})
    provider.come_back(client)
    page = text(client)
    assert "&lt;b&gt;boss&lt;/b&gt;" in page
    assert "<b>boss" not in page
    assert "<i>" not in page


def test_its_age_is_shown(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    SmartsheetUser.objects.update(fetched_at=timezone.now() - timedelta(days=3))
    assert ">3 days ago</time>" in text(client)
    assert len(provider.arrived("GET", "/2.0/users/me")) == 1  # opening the page doesn't call Smartsheet


def test_the_button_asks_smartsheet(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    SmartsheetUser.objects.update(fetched_at=timezone.now() - timedelta(days=3))
    provider.profile = Answer(ALICE | {"lastName": "Anders", "title": "Director"})
    answer = client.post(REFRESH, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    page = " ".join(answer.content.decode().split())
    assert "Your profile is up to date." in page
    assert "Director" in page
    assert re.search(r">just now, \d+:\d\d[^<]*</time>", page)


def test_earlier_names_are_shown(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    for change in (
        {"title": "Director"},
        {"lastName": "Anders"},
        {"lastName": "Anders", "email": "anders@example.org"},
    ):
        provider.profile = Answer(ALICE | change)
        client.post(REFRESH)
    names = SmartsheetUser.objects.get().names()
    assert [(then.name, then.email) for then in names] == [
        ("Alice Anders", "anders@example.org"),
        ("Alice Anders", "alice@example.org"),
        ("Alice Ashby", "alice@example.org"),
    ]
    page = text(client)
    assert "Alice Ashby" in page
    assert page.index("anders@example.org · known since") < page.index("alice@example.org · known since")


def test_a_refresh_without_an_answer_keeps_what_was_known(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    known = SmartsheetUser.objects.get().fetched_at
    for answer in (Answer(b"<html>", 503), Answer({}), Answer(ALICE | {"id": 77, "firstName": "Mallory"})):
        provider.profile = answer
        page = client.post(REFRESH, follow=True).content.decode()
        assert "Smartsheet did not send your profile" in page
        assert "Mallory" not in page
    assert SmartsheetUser.objects.get().fetched_at == known


def test_an_expired_token_is_refreshed_on_the_way(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    Token.objects.update(expires_at=timezone.now())
    provider.token = Answer(TOKEN | {"access_token": "next-access"})
    assert "Your profile is up to date" in client.post(REFRESH, follow=True).content.decode()
    assert provider.arrived("GET", "/2.0/users/me")[-1].authorization == "Bearer next-access"


@pytest.mark.django_db
def test_a_revoked_one_asks_to_sign_in_again(
    client: Client, sandbox: RunningSandbox, alice: Person, sign_in: Callable[[Client, Person], HttpResponse]
) -> None:
    sign_in(client, alice)
    sandbox.fault(path="/users/me", status=401, errorCode=1003)
    sandbox.fault(path="/token", status=400, errorCode=1132)
    page = client.post(REFRESH, follow=True).content.decode()
    assert "because Smartsheet has ended this app&#x27;s access to your account" in page
    assert f'name="next" value="{PAGE}"' in page
    assert REFRESH not in page


def test_the_menu_leads_to_it(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    assert f'href="{PAGE}"' in client.get("/").content.decode()


def test_it_is_not_cached_and_not_shown_to_others(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    assert "no-store" in client.get(PAGE)["Cache-Control"]
    client.post("/identity/logout/")
    assert client.get(PAGE)["Location"] == f"/?next={PAGE}"
    assert client.post(REFRESH).status_code == 302
    assert len(provider.arrived("GET", "/2.0/users/me")) == 1


def test_only_a_button_refreshes(client: Client, provider: Provider) -> None:
    provider.come_back(client)
    assert client.get(REFRESH).status_code == 405
