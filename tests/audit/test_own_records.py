"""Changes of the app's own records are in the same log as changes of sheets, with the id and name of the person who
made them.
"""

import json

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit.changes import LoggedChange, with_outcomes
from audit.models import Entry, PersonalText
from audit.reading.entry_views import facts_of
from audit.recording import NotRecorded
from identity.models import SmartsheetUser
from identity.profiles.history import HistoryActor
from identity.profiles.profile import Profile
from identity.roles import Role

pytestmark = pytest.mark.django_db

JANE = {"id": 41, "email": "jane@example.com", "firstName": "Jane", "lastName": "Roe", "locale": "en_US"}


@pytest.fixture
def jane() -> SmartsheetUser:
    with transaction.atomic():
        person = SmartsheetUser.objects.model.new(Profile.parse("com", JANE))
        person.remember(Profile.parse("com", JANE), at=timezone.now())
    return person


def records(**subject: str) -> list[Entry]:
    return list(Entry.objects.filter(action="record", **subject).order_by("id"))


def clear(commitment_json: str | None) -> str:
    found = [text for text in PersonalText.objects.clear() if commitment_json and text.commitment in commitment_json]
    return found[0].text if found else ""


def test_a_new_record_is_one_entry_with_all_that_is_in_it(jane: SmartsheetUser) -> None:
    (entry,) = records(subject=f"identity.smartsheetuser/{jane.pk}")
    assert (entry.message, entry.row_label, entry.old) == ("created", "com:41", None)
    assert (entry.actor_id, entry.region, entry.actor_name) == (41, "com", "Jane Roe")
    assert json.loads(clear(entry.new))["profile"] == JANE


def test_a_changed_record_is_an_entry_for_each_value_that_differs(jane: SmartsheetUser) -> None:
    before = len(records())
    jane.remember(Profile.parse("com", JANE | {"lastName": "Doe"}), at=timezone.now())
    changed = records()[before:]
    assert [(entry.column_title, clear(entry.old), clear(entry.new)) for entry in changed] == [
        ("profile: lastName", '"Roe"', '"Doe"'),
    ]


def test_names_stand_apart_from_the_chain(jane: SmartsheetUser) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_entry")
        stored = str(cursor.fetchall())
    assert "Jane" not in stored
    assert "jane@" not in stored
    about = PersonalText.objects.filter(kind="value", region="com", person_id=41)
    assert ["Jane" in text.text for text in about] == [True]


def test_nothing_changed_is_no_entry(jane: SmartsheetUser) -> None:
    before = len(records())
    with transaction.atomic():
        jane.save()
    assert len(records()) == before


def test_a_role_given_and_taken_away_names_who_did_it(jane: SmartsheetUser) -> None:
    role = Role(person=jane, name="auditor")
    role._history_user = HistoryActor(id=42, region="com", name="Bob Baker")  # type: ignore[attr-defined] # simple-history's
    with transaction.atomic():
        role.save()
    given = records(subject=f"identity.role/{role.pk}")
    assert json.loads(given[0].new or "")["person"] == "com:41"
    assert {(entry.actor_id, entry.actor_name, entry.row_label) for entry in given} == {
        (42, "Bob Baker", "auditor: com:41")
    }
    subject = f"identity.role/{role.pk}"
    with transaction.atomic():
        role.delete()
    assert records(subject=subject)[-1].message == "deleted"


def test_the_record_is_not_kept_where_the_log_cannot_be(jane: SmartsheetUser) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry RENAME TO elsewhere")
    with pytest.raises(NotRecorded), transaction.atomic():
        Role.objects.create(person=jane, name="auditor")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE elsewhere RENAME TO audit_entry")
    assert not Role.objects.exists()
    assert not Role.history.exists()


@pytest.mark.parametrize("how", ["UPDATE {table} SET actor_name = 'Mallory'", "DELETE FROM {table}"])
def test_the_history_is_append_only_too(jane: SmartsheetUser, how: str) -> None:
    table = SmartsheetUser.history.model._meta.db_table
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(how.format(table=table))


def test_deleting_a_person_keeps_their_entries(jane: SmartsheetUser) -> None:
    User.objects.filter(smartsheet=jane).delete()
    assert SmartsheetUser.history.exists()
    assert records()[0].actor_name == "Jane Roe"


def test_the_page_says_whether_a_record_was_made_changed_or_deleted(jane: SmartsheetUser) -> None:
    role = Role(person=jane, name="auditor")
    with transaction.atomic():
        role.save()
        role.name = "administrator"
        role.save()
        role.delete()
    entries = Entry.objects.filter(subject__startswith="identity.role/").order_by("id")
    assert [change.verb for change in with_outcomes(entries)] == ["created", "changed", "deleted"]


def test_an_entry_says_what_sort_of_record_it_is_about(jane: SmartsheetUser) -> None:
    with transaction.atomic():
        Role(person=jane, name="auditor").save()
    kinds = {change.intent.row_label: change.record_kind for change in with_outcomes(records())}
    assert kinds == {"com:41": "person", "auditor: com:41": "role"}


@pytest.mark.parametrize(("subject", "label"), [("gone.thing/1", "x"), ("nothing", "x"), ("identity.role/1", "Role 1")])
def test_a_kind_that_is_not_known_or_said_already_is_left_out(subject: str, label: str) -> None:
    entry = Entry(action="record", phase="done", subject=subject, row_label=label)
    assert LoggedChange(entry).record_kind == ""


def test_the_facts_of_a_record_do_not_speak_of_smartsheet(jane: SmartsheetUser) -> None:
    (change,) = with_outcomes(records())
    titles = {fact.title for fact in facts_of(change)}
    assert {"Record", "Record's name", "Field", "Old value", "New value"} < titles
    assert not {"Row", "Column", "Old value as Smartsheet writes it"} & titles
