"""The filters show the name of a sheet or person only to readers who can read entries about that sheet or person."""

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.http import HttpRequest
from django.test import Client
from pytest_django import Settings

from audit.access import Readable
from audit.recording import Actor
from tests.audit.edits import ALICE, BOB, SITE_PLAN, saved
from tests.audit.reading.test_log_page import body_of

pytestmark = pytest.mark.django_db

HIDDEN = (7_000_000_000_000_077, "Layoffs")
ELSEWHERE = Actor(id=9, region="eu", name="Eva Else", email="eva@example.com")


def alice_reads(_request: HttpRequest) -> Actor:
    return ALICE


def the_site_plan(_request: HttpRequest, *, is_waiting: bool) -> Readable:
    return Readable(frozenset({SITE_PLAN[0]}))


@pytest.fixture
def alice(client: Client, settings: Settings) -> Client:
    """Alice's browser. Alice can open only the site plan."""
    settings.AUDIT_ACTOR = f"{__name__}.alice_reads"
    settings.AUDIT_READABLE_SHEETS = f"{__name__}.the_site_plan"
    user = get_user_model().objects.create_user("alice")
    session = client.session
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return client


def test_neither_sheet_nor_person_is_named_by_their_number(alice: Client) -> None:
    saved(actor=BOB, sheet=HIDDEN)
    for query in (f"sheet={HIDDEN[0]}", f"sheet={HIDDEN[0]}&row=31", f"person=sandbox:{BOB.id}", f"person={BOB.id}"):
        body = body_of(alice, f"/audit/?{query}")
        assert "Layoffs" not in body
        assert "Bob" not in body


def test_readable_names_are_shown(alice: Client) -> None:
    saved(actor=BOB)
    context = alice.get(f"/audit/?person=sandbox:{BOB.id}&sheet={SITE_PLAN[0]}").context
    assert [(one.what, one.name) for one in context["active_filters"]] == [
        ("person", "Bob Baker"),
        ("sheet", "Site plan"),
    ]


@pytest.mark.usefixtures("log")
def test_a_sheet_of_another_region_lends_no_name_to_one_with_its_number(alice: Client) -> None:
    saved()
    saved(actor=ELSEWHERE, sheet=(SITE_PLAN[0], "Eva's board"))
    for address in ("/audit/charts/", f"/audit/?sheet={SITE_PLAN[0]}"):
        body = body_of(alice, address)
        assert "Eva" not in body
        assert "Site plan" in body
