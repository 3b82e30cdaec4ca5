"""Verifying reports constraints of the log's tables that someone added or dropped, and tables that a crash empties."""

import pytest
from django.db import connection
from django.utils import timezone

from audit.verification.findings import Kind
from tests.append_only import lifted
from tests.audit import edits
from tests.audit.verification.tampering import execute, verified

pytestmark = pytest.mark.usefixtures("log")
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="statements of PostgreSQL's")
MONTH = f"audit_entry_{timezone.now():%Y_%m}"


def unprotected() -> list[str]:
    return [finding.text for finding in verified().findings.kept if finding.kind is Kind.UNPROTECTED]


@on_postgresql
@pytest.mark.parametrize(
    ("statement", "table", "name"),
    [
        (
            "ALTER TABLE audit_entry ADD CONSTRAINT quiet"
            " CHECK (NOT (action = 'token_use' AND phase = 'refused')) NOT VALID",
            "audit_entry",
            "constraint quiet",
        ),
        (f"ALTER TABLE {MONTH} ADD CONSTRAINT quiet CHECK (actor_id <> 5)", MONTH, "constraint quiet"),
        ("ALTER TABLE audit_leaf ADD CONSTRAINT quiet CHECK (seq <> 500)", "audit_leaf", "constraint quiet"),
        (
            "ALTER TABLE audit_personaltext ADD CONSTRAINT quiet UNIQUE (text)",
            "audit_personaltext",
            "constraint quiet",
        ),
        (
            "ALTER TABLE audit_leaf ADD CONSTRAINT quiet FOREIGN KEY (seq) REFERENCES audit_cursor_numbers (id)",
            "audit_leaf",
            "constraint quiet",
        ),
        (f"CREATE UNIQUE INDEX quiet ON {MONTH} (edit_id, phase)", MONTH, "unique index quiet"),
        ("ALTER TABLE audit_entry ALTER COLUMN ip SET NOT NULL", "audit_entry", "rule NOT NULL for the column ip"),
    ],
    ids=["check", "month", "leaf", "unique", "foreign-key", "unique-index", "not-null"],
)
def test_a_constraint_that_could_refuse_entries_is_reported(statement: str, table: str, name: str) -> None:
    edits.saved()
    assert unprotected() == []
    if "audit_cursor_numbers" in statement:
        execute("CREATE TABLE audit_cursor_numbers (id bigint PRIMARY KEY)")
        execute("INSERT INTO audit_cursor_numbers SELECT generate_series(1, 100)")
    if "ip SET NOT NULL" in statement:
        with lifted(connection):
            execute("UPDATE audit_entry SET ip = '::1'")
    execute(statement)
    texts = unprotected()
    assert f"This app did not create the {name} on {table}: it may prevent entries from being written." in texts


@on_postgresql
@pytest.mark.parametrize("table", ["audit_leaf", "audit_seal", MONTH])
def test_an_unlogged_table_is_reported(table: str) -> None:
    edits.saved()
    execute(f"ALTER TABLE {table} SET UNLOGGED")
    assert unprotected() == [
        f"{table} is UNLOGGED: PostgreSQL empties it after a crash, and doesn't copy it to replicas."
    ]


@on_postgresql
@pytest.mark.parametrize(("name", "what"), [("entry_id_key", "UNIQUE (entry_id)"), ("pkey", "PRIMARY KEY (seq)")])
def test_a_constraint_that_was_dropped_is_reported(name: str, what: str) -> None:
    execute(f"ALTER TABLE audit_leaf DROP CONSTRAINT audit_leaf_{name}")
    assert unprotected() == [f"The constraint {what} is missing on audit_leaf: rows could exist twice."]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="statements of SQLite's")
@pytest.mark.parametrize(
    ("definition", "texts"),
    [
        (
            '"seq" bigint NOT NULL PRIMARY KEY, "entry_id" bigint NOT NULL UNIQUE, "hash" BLOB NOT NULL,'
            ' CONSTRAINT "quiet" CHECK ("entry_id" <> 5)',
            ["This app did not create the check on entry_id on audit_leaf: it may prevent entries from being written."],
        ),
        (
            '"seq" bigint NOT NULL PRIMARY KEY, "entry_id" bigint NOT NULL, "hash" BLOB NOT NULL',
            ["The constraint unique constraint on entry_id is missing on audit_leaf: rows could exist twice."],
        ),
    ],
    ids=["check", "unique"],
)
def test_a_rebuilt_table_is_reported(definition: str, texts: list[str]) -> None:
    edits.saved()
    with lifted(connection):
        execute("ALTER TABLE audit_leaf RENAME TO old_leaf")
        execute(f"CREATE TABLE audit_leaf ({definition})")
        execute("INSERT INTO audit_leaf SELECT * FROM old_leaf")
        execute("DROP TABLE old_leaf")
    assert unprotected() == texts
