"""The page for erasing a person first shows what would be erased. After a confirmation, it erases the data for good."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from audit.models import Entry
from audit.vocabulary import Action
from tests.audit.retention.erasure.conftest import in_clear

pytestmark = pytest.mark.usefixtures("jane")

JANES = {"who": "com:41", "reason": "Asked for in writing"}


@pytest.fixture
def eraser(reader: Client) -> Client:
    charlie = User.objects.get(username="charlie")
    charlie.user_permissions.add(Permission.objects.get(codename="erase", content_type__app_label="audit"))
    return reader


def test_the_page_needs_the_permission(reader: Client, client: Client) -> None:
    assert reader.get("/audit/erase/").status_code == 403
    assert reader.post("/audit/erase/", {**JANES, "certain": "yes"}).status_code == 403
    client.logout()
    assert client.get("/audit/erase/").status_code == 302
    assert in_clear("Jane") == ["Jane"]


def test_the_page_of_a_person_leads_there(eraser: Client) -> None:
    assert 'href="/audit/erase/?who=com:41"' in eraser.get("/audit/people/com/41/").content.decode()
    assert 'value="com:41"' in eraser.get("/audit/erase/?who=com:41").content.decode()


def test_it_says_first_what_there_is(eraser: Client) -> None:
    answer = eraser.post("/audit/erase/", JANES)
    page = answer.content.decode()
    assert "<strong>3 names</strong>" in page
    assert "of this person:" in page
    assert "Jane" in page
    assert in_clear("Jane", "Doe") == ["Jane", "Doe"]


def test_only_the_confirmed_person_is_erased(eraser: Client) -> None:
    answer = eraser.post("/audit/erase/", {**JANES, "certain": "com:42"})
    assert "<strong>3 names</strong>" in answer.content.decode()
    assert in_clear("Jane", "Doe") == ["Jane", "Doe"]


def test_it_erases_and_records_who_did_it(eraser: Client) -> None:
    answer = eraser.post("/audit/erase/", {**JANES, "certain": "com:41"}, follow=True)
    assert "Erased for good: names: 3" in answer.content.decode()
    assert in_clear("Jane", "Doe", "Roe") == []
    entry = Entry.objects.get(action=Action.ERASE)
    assert (entry.actor_name, entry.reason, entry.origin) == ("charlie", JANES["reason"], "app")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"who": "", "reason": "asked"}, "Enter a person."),
        ({"who": "com:41", "reason": ""}, "Give a reason. It stays in the log."),
        ({"who": "Jane Doe", "reason": "asked"}, "Enter a person, like com:4711, or an e-mail address"),
        ({"who": "com:99", "reason": "asked", "certain": "com:99"}, "There is nothing to erase."),
        ({**JANES, "reason": "Jane Doe asked", "certain": "com:41"}, "write it without the name"),
        ({**JANES, "reason": "Jane Doe asked"}, "write it without the name"),
        (
            {"who": "nobody@example.com", "reason": "asked", "certain": "nobody@example.com"},
            "There is nothing to erase",
        ),
    ],
    ids=[
        "nobody",
        "no reason",
        "a name",
        "a stranger",
        "a reason with the name",
        "before it is certain",
        "another address",
    ],
)
def test_mistakes_are_reported_and_nothing_is_erased(eraser: Client, sent: dict[str, str], said: str) -> None:
    answer = eraser.post("/audit/erase/", sent)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert in_clear("Jane", "Doe", "Roe") == ["Jane", "Doe", "Roe"]
