"""On both databases, no statement can change an entry."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from audit.models import AppendOnlyError, Entry
from tests.audit import edits

pytestmark = pytest.mark.django_db

is_sqlite = connection.vendor == "sqlite"
on_sqlite = pytest.mark.skipif(not is_sqlite, reason="a statement of SQLite's")
on_postgresql = pytest.mark.skipif(is_sqlite, reason="a statement of PostgreSQL's")

COLUMNS = ", ".join(f'"{field.column}"' for field in Entry._meta.concrete_fields)
UNNUMBERED = COLUMNS.replace('"id", ', "")
WORDS = {
    "<columns>": COLUMNS,
    "<forged>": COLUMNS.replace('"at"', "STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')").replace('"new"', "'forged'"),
    "<unnumbered>": UNNUMBERED,
    "<backdated>": UNNUMBERED.replace('"at"', "'2001-01-01 00:00:00.000'"),
    "<postdated>": UNNUMBERED.replace('"at"', "CURRENT_TIMESTAMP" if is_sqlite else "at + interval '1 second'"),
}


@pytest.fixture
def entry() -> Entry:
    found = edits.entries_of(edits.saved())[0]
    if not is_sqlite:  # runs the chain's triggers, as a commit does
        execute("SET CONSTRAINTS ALL IMMEDIATE")
    return found


def written() -> list[tuple[object, ...]]:
    return list(Entry.objects.order_by("id").values_list())


def refused(attempt: Callable[[], object]) -> None:
    """Assert that the database refuses the attempt, and that the log doesn't change."""
    before = written()
    assert before
    with pytest.raises(DatabaseError, match=r"append-only|no unique or exclusion constraint"), transaction.atomic():
        attempt()
    assert written() == before


def execute(*statements: str) -> None:
    """Run SQL statements. In each statement, replace the keys of WORDS, such as `<columns>`, with their values."""
    with connection.cursor() as cursor:
        for statement in statements:
            for word, columns in WORDS.items():
                statement = statement.replace(word, columns)
            cursor.execute(statement)


def forged(entry: Entry) -> Entry:
    """Return an unsaved entry with this entry's id and a forged value."""
    return Entry(**{name: getattr(entry, name) for name in ("id", "edit_id", "phase", "actor_id")}, new="forged")


def test_the_entry_says_that_it_cannot_be_saved_again(entry: Entry) -> None:
    entry.new = "forged"
    with pytest.raises(AppendOnlyError):
        entry.save()


def test_the_entry_says_that_it_cannot_be_deleted(entry: Entry) -> None:
    with pytest.raises(AppendOnlyError):
        entry.delete()


def test_saving_past_the_model_is_refused(entry: Entry) -> None:
    refused(lambda: super(Entry, entry).save())


def test_deleting_past_the_model_is_refused(entry: Entry) -> None:
    refused(lambda: super(Entry, entry).delete())


def test_an_update_of_a_query_is_refused(entry: Entry) -> None:
    refused(lambda: Entry.objects.filter(pk=entry.pk).update(actor_id=F("actor_id") + 1))


def test_a_bulk_update_is_refused(entry: Entry) -> None:
    entry.new = "forged"
    refused(lambda: Entry.objects.bulk_update([entry], ["new"]))


def test_a_deletion_of_a_query_is_refused(entry: Entry) -> None:
    refused(lambda: Entry.objects.filter(pk=entry.pk).delete())


def test_a_raw_deletion_is_refused(entry: Entry) -> None:
    refused(lambda: Entry.objects.filter(pk=entry.pk)._raw_delete("default"))


def test_an_upsert_is_refused(entry: Entry) -> None:
    def upsert() -> None:
        Entry.objects.bulk_create([forged(entry)], update_conflicts=True, unique_fields=["id"], update_fields=["new"])

    refused(upsert)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET new = 'forged'",
        "UPDATE audit_entry SET at = at",
        "DELETE FROM audit_entry",
        "WITH one AS (SELECT MIN(id) AS id FROM audit_entry) DELETE FROM audit_entry WHERE id IN (SELECT id FROM one)",
    ],
)
@pytest.mark.usefixtures("entry")
def test_plain_sql_is_refused(statement: str) -> None:
    refused(lambda: execute(statement))


@on_sqlite
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO audit_entry (<columns>) SELECT <forged> FROM audit_entry",
        "REPLACE INTO audit_entry (<columns>) SELECT <forged> FROM audit_entry",
        "INSERT INTO audit_entry (<columns>) SELECT <forged> FROM audit_entry WHERE true "
        "ON CONFLICT (id) DO UPDATE SET new = excluded.new",
        "UPDATE OR REPLACE audit_entry SET id = id + 1",
        "UPDATE OR IGNORE audit_entry SET new = 'forged'",
    ],
)
@pytest.mark.usefixtures("entry")
def test_sqlites_ways_to_replace_are_refused(statement: str) -> None:
    refused(lambda: execute(statement))


@on_sqlite
@pytest.mark.usefixtures("entry")
def test_replacing_is_refused_without_recursive_triggers_and_with() -> None:
    replace = "INSERT OR REPLACE INTO audit_entry (<columns>) SELECT <forged> FROM audit_entry"
    for switch in ("ON", "OFF"):
        execute(f"PRAGMA recursive_triggers = {switch}")
        refused(lambda: execute(replace))


@on_sqlite
@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("audit_leaf", "INSERT OR REPLACE INTO audit_leaf SELECT seq + 999, entry_id, hash FROM audit_leaf"),
        (
            "audit_leaf",
            "REPLACE INTO audit_leaf (rowid, seq, entry_id, hash)"
            " SELECT rowid, seq + 9, entry_id + 9, hash FROM audit_leaf",
        ),
        (
            "audit_personaltext",
            "REPLACE INTO audit_personaltext (rowid, commitment, salt, text, kind, region, email)"
            " SELECT rowid, 'other', '', '', 'value', '', '' FROM audit_personaltext",
        ),
        (
            "audit_personaltext",
            "UPDATE OR REPLACE audit_personaltext SET rowid = (SELECT MIN(rowid) FROM audit_personaltext),"
            " text = '', salt = '', email = '', erased_at = CURRENT_TIMESTAMP",
        ),
    ],
)
@pytest.mark.usefixtures("entry")
def test_a_row_is_not_replaced_by_what_is_unique_beside_its_key(table: str, statement: str) -> None:
    """The statement tries to replace an existing row. The new row has another primary key, but the same value in a
    second unique column, or the same `rowid` in SQLite.
    """
    edits.saved(actor=edits.BOB)

    def rows() -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT rowid, * FROM {table} ORDER BY rowid")  # noqa: S608 # a parameter of the test
            return list(cursor.fetchall())

    before = rows()
    assert len(before) > 1
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        execute(statement)
    assert rows() == before


@on_postgresql
@pytest.mark.parametrize(
    "statements",
    [
        ["TRUNCATE audit_entry"],
        ["TRUNCATE audit_entry RESTART IDENTITY CASCADE"],
        ["SET LOCAL session_replication_role = replica", "UPDATE audit_entry SET new = 'forged'"],
        ["SET LOCAL session_replication_role = replica", "DELETE FROM audit_entry"],
        ["SET LOCAL session_replication_role = replica", "TRUNCATE audit_entry"],
        ["MERGE INTO audit_entry USING (SELECT 1) AS one ON true WHEN MATCHED THEN UPDATE SET new = 'forged'"],
        ["MERGE INTO audit_entry USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE"],
        ["INSERT INTO audit_entry SELECT * FROM audit_entry ON CONFLICT (id) DO UPDATE SET new = 'forged'"],
    ],
    ids=lambda statements: statements[-1][:30] + " as a replica" * (len(statements) > 1),
)
@pytest.mark.usefixtures("entry")
def test_postgresqls_ways_round_a_trigger_are_refused(statements: list[str]) -> None:
    refused(lambda: execute(*statements))


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_tables_are_truncated_only_while_they_are_empty() -> None:
    """Django truncates tables after each TransactionTestCase, so the trigger allows this for empty tables. At the
    isolation level REPEATABLE READ, the trigger might not see that a table has new rows. So at this level, it refuses
    to truncate even empty tables.
    """
    execute("TRUNCATE audit_entry, audit_leaf, audit_seal, audit_personaltext, identity_historicalsmartsheetuser")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "TRUNCATE audit_entry")
    edits.saved()
    for table in ("audit_entry", "audit_leaf", "audit_personaltext"):
        refused(partial(execute, f"TRUNCATE {table} CASCADE"))


def test_the_apps_clock_does_not_date_an_entry() -> None:
    real = datetime.now(UTC)
    with time_machine.travel(real - timedelta(days=4000)):
        intent = edits.saved()
    assert all(abs(entry.at - real) < timedelta(seconds=30) for entry in edits.entries_of(intent))


@pytest.mark.parametrize("when", ["<backdated>", "<postdated>"])
@pytest.mark.usefixtures("entry")
def test_a_forged_time_is_not_taken(when: str) -> None:
    before = written()
    forge = f"INSERT INTO audit_entry (<unnumbered>) SELECT {when} FROM audit_entry"  # noqa: S608 # our own names
    with pytest.raises(DatabaseError, match=r"set by the database alone|no partition"), transaction.atomic():
        execute(forge)
    assert written() == before
