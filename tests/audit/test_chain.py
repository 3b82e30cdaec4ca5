"""The chain has one link for each entry, without gaps. The database writes the links when the entries are committed."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction

from audit.database import contention
from audit.models import Entry, Leaf
from audit.proof import leaves
from audit.recording import NotRecorded, Outcome, settle
from audit.vocabulary import Phase
from tests.audit import edits

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


def recomputed() -> list[bytes]:
    """Compute the correct links from the entries, and return them."""
    before, found = leaves.GENESIS, []
    entries = Entry.objects.in_bulk()
    for link in Leaf.objects.order_by("seq"):
        entry = entries[link.entry_id]
        values = [getattr(entry, name) for name in leaves.COLUMNS]
        values[0] = entry.edit_id.hex
        at = leaves.microseconds(entry.at)
        record = leaves.record(seq=link.seq, entry_id=entry.pk, at=at, leaf=leaves.leaf(values))
        before = leaves.link(before, record)
        found.append(before)
    return found


def stored() -> list[bytes]:
    return [bytes(link.hash) for link in Leaf.objects.order_by("seq")]


@pytest.fixture
def in_contention(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the chain behave as if this process had noticed that other processes are writing too."""
    monkeypatch.setattr(contention, "_others_until", float("inf"))


@pytest.mark.django_db(transaction=True)
def test_every_entry_is_linked_to_all_before_it() -> None:
    edits.saved(
        edits.cell(new="Straße — 東京 \U0001f600 \x01\n\"'\\"), edits.cell(column=7, old=None, new=[1.5, True, None])
    )
    edits.saved(actor=edits.BOB)
    assert list(Leaf.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4, 5]
    assert stored() == recomputed()


@pytest.mark.django_db(transaction=True)
def test_a_rollback_leaves_no_gap() -> None:
    edits.saved()
    with pytest.raises(NotRecorded):
        edits.intended(edits.cell(), edits.cell(column=2**70))
    edits.saved()
    assert list(Leaf.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4]
    assert stored() == recomputed()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_chain() -> None:
    def write(actor: object) -> None:
        try:
            for _ in range(10):
                edits.saved(actor=edits.ALICE if actor else edits.BOB)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(write, range(6)))
    assert list(Leaf.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 121))
    assert stored() == recomputed()


@pytest.mark.django_db
def test_an_entry_without_a_leaf_is_not_taken() -> None:
    edits.saved()
    columns = ", ".join(
        f'"{field.column}"' for field in Entry._meta.concrete_fields if field.column not in {"id", "at"}
    )
    chosen = columns.replace('"leaf"', "''")
    copy = f"INSERT INTO audit_entry ({columns}) SELECT {chosen} FROM audit_entry"  # noqa: S608 # our own names

    def forge() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(copy)
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(DatabaseError):
        forge()


@on_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("in_contention")
def test_among_others_it_writes_the_same() -> None:
    edits.saved()
    assert Entry.objects.count() == 2
    assert stored() == recomputed()


@on_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("in_contention")
def test_among_others_a_failure_leaves_the_connection_as_it_was() -> None:
    intent = edits.intended()
    with pytest.raises(NotRecorded):
        settle(intent, [Outcome(Phase.FAILED, edits.ROW, error_code=2**63)])
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
    settle(intent, [Outcome(Phase.FAILED, edits.ROW)])
    assert [entry.phase for entry in edits.entries_of(intent)] == ["intent", "failed"]


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_writer_that_waits_gets_the_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contention, "_others_until", 0.0)

    def write() -> None:
        try:
            edits.saved()
        finally:
            connection.close()

    with connection.cursor() as other, ThreadPoolExecutor(1) as thread:
        other.execute("SELECT pg_advisory_lock(4702111234001)")
        waiting = thread.submit(write)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.3)
        other.execute("SELECT pg_advisory_unlock(4702111234001)")
        waiting.result()
    assert contention.are_others_writing()


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_the_last_link_is_found_by_its_index_whatever_the_statistics_say() -> None:
    """One transaction writes many entries, while PostgreSQL's statistics say that the table of links is empty. For each
    entry, PostgreSQL must find the last link without reading the whole table.
    """
    with connection.cursor() as cursor:

        def read_by_rows() -> int:
            cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
            cursor.execute("SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'audit_leaf'")
            (count,) = cursor.fetchone()
            return int(count)

        cursor.execute("ANALYZE audit_leaf")
        before = read_by_rows()
        edits.saved(*(edits.cell(row=row, column=column) for row in range(100) for column in range(20)))
        assert read_by_rows() - before < 2_000
