"""The app recognises the people in an update request only by their addresses."""

from __future__ import annotations

import pytest
from django.test import Client

from edits.forms.asking.known_people import accounts_with
from edits.forms.asking.models import RequestedPerson
from edits.forms.designing.people_access import Share, Shares
from edits.forms.models import FormDefinition
from edits.sheets.sheet import Access
from identity.models import SmartsheetUser
from tests.edits.forms.asking.conftest import asked, rows_of
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

pytestmark = pytest.mark.django_db(transaction=True)
SHARP, PLAIN = "bob@straße.example", "bob@strasse.example"  # two domains, which two people can own


@pytest.fixture
def bobs_profile(bobs: Client, bob: Person) -> SmartsheetUser:
    return SmartsheetUser.objects.get(smartsheet_id=bob.id)


def with_address(person: SmartsheetUser, address: str) -> SmartsheetUser:
    """Store this as a further address of the person, as if Smartsheet had listed it. Return the person."""
    further = {"email": address, "confirmed": True}
    person.profile = {**person.profile, "alternateEmails": [further]}
    person.save()
    return person


@pytest.mark.parametrize(
    ("address", "asked_address"),
    [
        ("Bob@Second.Example", "bob@second.example"),
        ("bob+site@second.example", "bob+site@second.example"),
        ("bob@MÜLLER.example", "bob@müller.example"),
        ("jörg@second.example", "jörg@second.example"),
        ("o'neil_100%@second.example", "o'neil_100%@second.example"),
        ("ü@пример.рф", "ü@пример.рф"),
        (SHARP, SHARP),
    ],
)
def test_an_account_is_found_by_its_address(bobs_profile: SmartsheetUser, address: str, asked_address: str) -> None:
    with_address(bobs_profile, address)
    assert accounts_with([asked_address, "dora@example.com"], region="sandbox") == {asked_address: bobs_profile}


@pytest.mark.parametrize(
    ("address", "asked_address"),
    [
        ("bob+site@second.example", "bob@second.example"),
        ("bob@second.example", "bob+site@second.example"),
        ("bob@second.example", "b_b@second.example"),
        ("bob@second.example", "bob@second.exampl"),
        (SHARP, PLAIN),
        (PLAIN, SHARP),
    ],
)
def test_another_address_finds_nobody(bobs_profile: SmartsheetUser, address: str, asked_address: str) -> None:
    with_address(bobs_profile, address)
    assert accounts_with([asked_address], region="sandbox") == {}


def test_an_address_that_is_not_confirmed_finds_nobody(bobs_profile: SmartsheetUser) -> None:
    bobs_profile.profile["alternateEmails"] = [{"email": "bob@second.example", "confirmed": False}]
    bobs_profile.save()
    assert accounts_with(["bob@second.example"], region="sandbox") == {}


def test_someone_with_another_domain_is_not_the_person_who_was_asked(
    form: FormDefinition, plan: SitePlan, alice: Person, bobs_profile: SmartsheetUser
) -> None:
    asked(form, alice, {one: rows_of(plan, "Dig foundations") for one in (PLAIN, SHARP)})
    with_address(bobs_profile, SHARP)
    assert dict(RequestedPerson.objects.values_list("email", "person_id")) == {
        PLAIN: None,
        SHARP: bobs_profile.smartsheet_id,
    }


def test_a_share_of_another_domain_makes_no_address_known() -> None:
    shares = Shares((Share("", SHARP.upper().replace("SS", "ß"), Access.EDITOR),))
    assert shares.with_address(PLAIN) is None
    assert shares.with_address(SHARP)
