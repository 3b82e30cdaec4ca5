"""Verifying reports constraints that someone added to the log's tables or dropped from them. It also reports UNLOGGED
tables, because PostgreSQL empties them after a crash.
"""

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
        (f"ALTER TABLE {MONTH} ALTER COLUMN sheet_id SET NOT NULL", MONTH, "rule NOT NULL for the column sheet_id"),
        (
            "ALTER TABLE audit_personaltext ALTER COLUMN person_id SET NOT NULL",
            "audit_personaltext",
            "rule NOT NULL for the column person_id",
        ),
        (
            "ALTER TABLE audit_entry ALTER COLUMN user_agent TYPE varchar(5)",
            "audit_entry",
            "type character varying(5) for the column user_agent",
        ),
        ("CREATE INDEX quiet ON audit_entry ((1 / (actor_id - 5)))", "audit_entry", "index quiet"),
        (f"CREATE INDEX quiet ON {MONTH} (id) WHERE 1 / (actor_id - 5) > 0", MONTH, "index quiet"),
    ],
    ids=[
        *("check", "month", "leaf", "unique", "foreign-key", "unique-index", "not-null"),
        *("month-not-null", "text-not-null", "type", "expression", "condition"),
    ],
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
def test_indexes_that_refuse_nothing_are_not_reported() -> None:
    edits.saved()
    execute("CREATE INDEX quick ON audit_entry (ip)")
    execute(f"CREATE INDEX quick_month ON {MONTH} (ip, at)")
    execute("ALTER TABLE audit_entry ALTER COLUMN region TYPE text")
    assert unprotected() == []


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
            ["This app did not create the rule CHECK on audit_leaf: it may prevent entries from being written."],
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


@pytest.mark.skipif(connection.vendor != "sqlite", reason="statements of SQLite's")
@pytest.mark.parametrize(
    ("before", "after", "rules"),
    [
        ('CHECK ("line" >= 0)', 'CHECK ("line" BETWEEN 0 AND 5)', ["rule CHECK"]),
        ('CHECK ("line" >= 0)', 'CHECK ("line" >= 0) CHECK (5 > "line")', ["rule CHECK"]),
        (
            '"sheet_id" bigint NULL',
            '"sheet_id" bigint NOT NULL ON CONFLICT IGNORE',
            ["rule CONFLICT", "rule NOT NULL for the column sheet_id"],
        ),
        ('"sheet_id" bigint NULL', '"sheet_id" bigint NULL check/**/(sheet_id<5)', ["rule CHECK"]),
        ('"refers_to" bigint NULL', '"refers_to" bigint NULL REFERENCES audit_entry (id)', ["rule REFERENCES"]),
        ('"sheet_id" bigint NULL', '"sheet_id" bigint NULL, x INT AS (json_extract(subject, 1))', ["rule GENERATED"]),
    ],
    ids=["other-check", "second-check", "not-null", "check-after-comment", "foreign-key", "generated"],
)
def test_a_changed_column_is_reported(before: str, after: str, rules: list[str]) -> None:
    edits.saved()
    with lifted(connection):
        execute("PRAGMA writable_schema = ON")
        execute("UPDATE sqlite_master SET sql = replace(sql, %s, %s) WHERE name = 'audit_entry'", before, after)
        execute("PRAGMA writable_schema = RESET")
    assert unprotected() == [
        f"This app did not create the {rule} on audit_entry: it may prevent entries from being written."
        for rule in rules
    ]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="statements of SQLite's")
@pytest.mark.parametrize("index", ["(json_extract(subject, '$'))", "(id) WHERE json_extract(subject, '$') = 1"])
def test_an_index_that_can_fail_is_reported(index: str) -> None:
    execute("CREATE INDEX quick ON audit_entry (ip)")
    assert unprotected() == []
    execute(f"CREATE INDEX quiet ON audit_entry {index}")
    assert unprotected() == [
        "This app did not create the index quiet on audit_entry: it may prevent entries from being written."
    ]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="statements of SQLite's")
@pytest.mark.parametrize(
    ("index", "what"),
    [("(ip, at)", "unique constraint on ip, at"), ("(lower(subject))", "index quiet")],
    ids=["columns", "expression"],
)
def test_a_unique_index_is_reported(index: str, what: str) -> None:
    execute(f"CREATE UNIQUE INDEX quiet ON audit_entry {index}")
    assert unprotected() == [
        f"This app did not create the {what} on audit_entry: it may prevent entries from being written."
    ]
