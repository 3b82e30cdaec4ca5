"""All changes of this app's own records are logged. A change is recorded completely or not at all."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from simple_history.signals import post_create_historical_record, pre_create_historical_record
from simple_history.utils import update_change_reason

from audit.models import Entry
from audit.recording import NotRecorded
from identity.models import SmartsheetUser
from identity.profiles.history import HistoryActor, PastTheHistory
from identity.profiles.profile import Profile
from identity.roles import Role

JANE = {"id": 41, "email": "jane@example.com", "firstName": "Jane", "lastName": "Roe"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def jane() -> SmartsheetUser:
    person = SmartsheetUser.new(Profile.parse("com", JANE))
    person.remember(Profile.parse("com", JANE), at=timezone.now())
    return person


def entries(subject: str) -> list[Entry]:
    return list(Entry.objects.filter(subject=subject).order_by("id"))


@pytest.mark.parametrize(
    "change",
    [
        lambda: SmartsheetUser.objects.update(email="x@example.com"),
        lambda: Role.objects.filter(name="auditor").update(name="administrator"),
        lambda: Role.objects.bulk_create([Role(person_id=1, name="administrator")]),
        lambda: Role.objects.bulk_update([Role(pk=1, name="administrator")], ["name"]),
    ],
    ids=["update", "update of a filter", "bulk_create", "bulk_update"],
)
def test_operations_without_a_history_are_refused(jane: SmartsheetUser, change: Callable[[], object]) -> None:
    with pytest.raises(PastTheHistory):
        change()
    assert SmartsheetUser.objects.get().email == "jane@example.com"
    assert not Role.objects.exists()


def test_untracked_columns_can_be_updated(jane: SmartsheetUser) -> None:
    assert SmartsheetUser.objects.update(fetched_at=timezone.now()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_failed_save_leaves_no_entry(jane: SmartsheetUser) -> None:
    Role.objects.create(person=jane, name="auditor")
    before = Entry.objects.count()
    with pytest.raises(IntegrityError):
        Role.objects.create(person=jane, name="auditor")
    assert Entry.objects.count() == before
    assert Role.history.count() == 1


@pytest.mark.django_db(transaction=True)
def test_no_change_is_kept_without_its_record_outside_a_transaction(jane: SmartsheetUser) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry RENAME TO elsewhere")
    try:
        with pytest.raises(NotRecorded):
            Role.objects.create(person=jane, name="auditor")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO audit_entry")
    assert not Role.objects.exists()
    assert not Role.history.exists()


def test_rows_with_the_same_time_are_distinguished(jane: SmartsheetUser) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    role = Role(person=jane, name="auditor")
    for name in ("auditor", "form_designer", "administrator"):
        role.name, role._history_date = name, moment  # type: ignore[attr-defined] # simple-history's
        role.save()
    told = [(one.old, one.new) for one in entries(f"identity.role/{role.pk}") if one.message == "changed"]
    assert told == [('"auditor"', '"form_designer"'), ('"form_designer"', '"administrator"')]


def test_the_reason_is_in_the_entry(jane: SmartsheetUser) -> None:
    role = Role(person=jane, name="auditor")
    role._change_reason = "asked for by the board"  # type: ignore[attr-defined] # simple-history's
    role.save()
    assert {one.reason for one in entries(f"identity.role/{role.pk}")} == {"asked for by the board"}


def test_changes_of_one_act_share_an_id(jane: SmartsheetUser) -> None:
    jane.remember(Profile.parse("com", JANE | {"lastName": "Doe", "email": "doe@example.com"}), at=timezone.now())
    changed = [one for one in entries(f"identity.smartsheetuser/{jane.pk}") if one.message == "changed"]
    assert len(changed) > 1
    assert len({one.edit_id for one in changed}) == 1


def test_a_save_costs_the_same_however_long_the_history(jane: SmartsheetUser) -> None:
    def rename(number: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            jane.remember(Profile.parse("com", JANE | {"lastName": f"Roe {number}"}), at=timezone.now())
        return len(queries)

    rename(0)
    second = rename(1)
    assert {rename(number) for number in range(2, 12)} == {second}


def test_the_page_of_a_history_costs_the_same_however_long_it_is(jane: SmartsheetUser, admin_client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page = admin_client.get(f"/admin/identity/smartsheetuser/{jane.pk}/history/")
        assert page.status_code == 200
        return len(captured)

    def rename(numbers: range) -> None:
        for number in numbers:
            jane.remember(Profile.parse("com", JANE | {"lastName": f"Roe {number}"}), at=timezone.now())

    rename(range(2))
    queries()
    few = queries()
    rename(range(2, 30))
    assert queries() == few


@pytest.mark.parametrize(
    "arguments", [["clean_old_history", "--days=-1"], ["clean_duplicate_history"]], ids=lambda one: one[0]
)
def test_the_commands_that_delete_history_are_refused(jane: SmartsheetUser, arguments: list[str]) -> None:
    Role.objects.create(person=jane, name="auditor").save()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        call_command(*arguments, auto=True, verbosity=0)
    assert Role.history.count() == 2


def test_a_reason_cannot_be_put_in_afterwards(jane: SmartsheetUser) -> None:
    role = Role.objects.create(person=jane, name="auditor")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        update_change_reason(role, "as if")


def test_populate_history_finds_nothing_to_invent(jane: SmartsheetUser) -> None:
    before = SmartsheetUser.history.count(), Entry.objects.count()
    call_command("populate_history", auto=True, verbosity=0)
    assert (SmartsheetUser.history.count(), Entry.objects.count()) == before


def test_receivers_do_not_grow_with_requests(client: Client, jane: SmartsheetUser) -> None:
    signals: list[Any] = [
        pre_save,
        post_save,
        post_delete,
        m2m_changed,
        pre_create_historical_record,
        post_create_historical_record,
    ]
    client.get("/")
    before = [len(signal.receivers) for signal in signals]
    for _ in range(20):
        client.get("/")
    assert [len(signal.receivers) for signal in signals] == before


def test_an_entry_about_a_role_has_no_name(jane: SmartsheetUser) -> None:
    role = Role(person=jane, name="auditor")
    role._history_user = HistoryActor(id=42, region="com", name="Bob Baker")  # type: ignore[attr-defined] # simple-history's
    role.save()
    stored = repr(list(Entry.objects.filter(subject=f"identity.role/{role.pk}").values()))
    assert "Jane" not in stored
    assert "jane@" not in stored
    assert "Bob" not in stored
