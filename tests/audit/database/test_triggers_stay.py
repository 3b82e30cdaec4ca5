"""The triggers exist from the first migration on, are restored by every migrate, and are reported when missing."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, models
from django.test import Client

from audit.database import triggers
from audit.models import Entry
from tests.append_only import lifted
from tests.audit import edits


@pytest.fixture
def rebuilt_table(transactional_db: None) -> Iterator[None]:
    """The log's table after a migration has altered a column. SQLite alters a column by recreating the whole table."""
    edits.saved()
    narrow, wide = Entry._meta.get_field("region"), models.CharField(max_length=17)
    wide.set_attributes_from_name("region")
    with connection.schema_editor() as editor:
        editor.alter_field(Entry, narrow, wide)
    yield
    with connection.schema_editor() as editor:
        editor.alter_field(Entry, wide, narrow)
    triggers.install(connection)


@pytest.mark.django_db
def test_they_stand_after_the_migrations() -> None:
    assert triggers.missing(connection) == []


@pytest.mark.usefixtures("rebuilt_table")
def test_they_are_back_after_a_migration_that_rebuilds_the_table() -> None:
    lost = [trigger.name for trigger in triggers.expected(connection) if trigger.table == triggers.ENTRY]
    assert triggers.missing(connection) == (sorted(lost) if connection.vendor == "sqlite" else [])
    call_command("migrate", verbosity=0)
    assert triggers.missing(connection) == []
    assert Entry.objects.count() == 2


@pytest.mark.django_db
def test_migrating_reinstalls_them_without_harm() -> None:
    call_command("migrate", verbosity=0)
    assert triggers.missing(connection) == []


@pytest.mark.django_db
def test_the_check_is_content_while_they_stand() -> None:
    call_command("check", databases=["default"], stderr=StringIO())


@pytest.mark.django_db(transaction=True)
def test_the_check_fails_and_names_those_that_are_gone() -> None:
    with lifted(connection), pytest.raises(SystemCheckError, match=r"audit\.E001") as failure:
        call_command("check", databases=["default"], stderr=StringIO())
    assert all(name in str(failure.value) for name in triggers.names(connection))


@pytest.mark.django_db
def test_the_check_asks_nothing_of_a_database_without_the_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry RENAME TO elsewhere")
    call_command("check", databases=["default"], stderr=StringIO())


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's triggers cannot be switched off")
@pytest.mark.parametrize("how", ["ENABLE", "DISABLE", "ENABLE REPLICA"])
def test_a_trigger_that_does_not_always_fire_counts_as_missing(how: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE audit_entry {how} TRIGGER audit_entry_no_change")
    assert triggers.missing(connection) == ["audit_entry_no_change"]


@pytest.mark.django_db(transaction=True)
def test_healthz_says_when_they_are_gone(client: Client) -> None:
    assert client.get("/healthz").status_code == 200
    with lifted(connection):
        response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["missing_triggers"] == triggers.names(connection)
    assert client.get("/healthz").json() == {
        "status": "ok",
        "database": "ok",
        "missing_triggers": [],
        "sealing": "ok",
    }
