"""Recorded entries are committed, even on connections with unusual settings."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, close_old_connections, connection, transaction

from audit import commitments
from audit.database import contention, partitions
from audit.models import Entry, Leaf, PersonalText
from audit.recording import THIS_APP, NotRecorded, note
from audit.verification.start import start_of_chain
from audit.verification.verify import verify
from audit.vocabulary import Action
from tests.audit import edits

pytestmark = pytest.mark.django_db(transaction=True)

on_postgresql = pytest.mark.skipif(connection.vendor == "sqlite", reason="a thing of PostgreSQL's")


@pytest.fixture
def by_hand() -> Iterator[None]:
    """Switch autocommit off. Transactions then begin automatically, and the test has to end them."""
    transaction.set_autocommit(False)
    yield
    transaction.rollback()
    transaction.set_autocommit(True)


@pytest.mark.usefixtures("by_hand")
@pytest.mark.parametrize("are_others_writing", [False, True])
def test_without_autocommit_nothing_is_taken_for_committed(
    monkeypatch: pytest.MonkeyPatch, are_others_writing: bool
) -> None:
    monkeypatch.setattr(contention, "are_others_writing", lambda: are_others_writing)
    for write in (edits.intended, lambda: note(actor=THIS_APP, action=Action.SIGN_IN)):
        with pytest.raises(RuntimeError, match="Autocommit is off"):
            write()
    assert not Entry.objects.exists()


@pytest.mark.usefixtures("by_hand")
def test_within_atomic_it_is_as_anywhere() -> None:
    with transaction.atomic():
        note(actor=THIS_APP, action=Action.SIGN_IN)
        with pytest.raises(RuntimeError, match="non_atomic_requests"):
            edits.intended()
        assert Entry.objects.count() == 1


@pytest.mark.parametrize("row", [2**63, -(2**63) - 1, 2**64])
def test_a_number_that_no_column_takes_is_not_recorded(row: int) -> None:
    with pytest.raises(NotRecorded, match="row_id has more than 64 bits"):
        edits.intended(edits.cell(row=row))
    assert not Entry.objects.exists()


def test_more_personal_values_than_a_statement_takes_are_recorded() -> None:
    commitments.forget()
    cells = [replace(edits.cell(row=row), is_personal=True) for row in range(5_500)]
    edits.intended(*cells)
    assert Entry.objects.count() == Leaf.objects.count() == 5_500
    assert PersonalText.objects.count() == 11_001
    assert verify(start_of_chain()).findings.kept == []


@on_postgresql
def test_a_month_that_was_taken_back_is_made_again() -> None:
    with connection.cursor() as cursor:
        month = f"audit_entry_{datetime.now(UTC):%Y_%m}"
        cursor.execute(f"ALTER TABLE audit_entry DETACH PARTITION {month}")
        cursor.execute(f"ALTER TABLE {month} RENAME TO aside")
    try:
        partitions._ready_until.clear()
        with transaction.atomic():
            note(actor=THIS_APP, action=Action.SIGN_IN)
            transaction.set_rollback(True)
        edits.saved()
        assert Entry.objects.count() == 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE aside")
        partitions._ready_until.clear()


@on_postgresql
def test_a_month_that_many_make_at_once_is_there_for_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS audit_entry_2031_06")
    ready, failures = Barrier(8), list[DatabaseError]()

    def make() -> None:
        try:
            with connection.cursor() as cursor:
                # As if this connection had already looked for this month.
                cursor.execute("SELECT to_regclass('audit_entry_2031_06')")
                ready.wait()
                cursor.execute("SELECT audit_add_partition('2031-06-01')")
        except DatabaseError as error:
            failures.append(error)
        finally:
            connection.close()

    makers = [Thread(target=make) for _ in range(8)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE audit_entry_2031_06")
    assert failures == []


@on_postgresql
@pytest.mark.parametrize("style", ["ISO, DMY", "SQL, DMY", "Postgres, MDY", "German"])
def test_a_month_begins_in_utc_whatever_way_times_are_written(style: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL DateStyle TO '{style}'; SET LOCAL TimeZone TO 'Asia/Kolkata'")
        cursor.execute("SELECT audit_add_partition('2031-04-30 23:59:59+00')")
        cursor.execute("SET LOCAL DateStyle TO 'ISO'; SET LOCAL TimeZone TO 'UTC'")
        cursor.execute("SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'audit_entry_2031_04'")
        assert cursor.fetchone() == ("FOR VALUES FROM ('2031-04-01 00:00:00+00') TO ('2031-05-01 00:00:00+00')",)
        transaction.set_rollback(True)


@on_postgresql
def test_many_writers_are_served_where_the_server_binds_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    other = connection.copy()
    other.settings_dict = {**connection.settings_dict, "OPTIONS": {"server_side_binding": True}}
    heard: list[object] = []
    monkeypatch.setattr(contention, "_hear", heard.append)
    try:
        with other.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE NOTICE '{contention.NOTICE}'; END $$")
    finally:
        other.close()
    assert heard == []


@on_postgresql
def test_a_dead_connection_is_replaced() -> None:
    edits.saved()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    other.close()
    close_old_connections()  # Django does this at the next request
    edits.saved()
    assert Entry.objects.count() == 4
