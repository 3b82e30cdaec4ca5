"""On PostgreSQL, verifying reports constraints that someone added to the log's tables or dropped from them. It also
reports UNLOGGED tables, because PostgreSQL empties them after a crash.
"""

import pytest
from django.db import connection
from django.utils import timezone

from tests.append_only import lifted
from tests.audit import edits
from tests.audit.verification.tampering import execute, unprotected

pytestmark = [
    pytest.mark.usefixtures("log"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="statements of PostgreSQL's"),
]
REPLACED = [  # our indexes, each replaced by another one with the same name
    ("audit_entry_sheet", "(new)"),
    ("audit_entry_sheet", "((1 / (actor_id - 5)))"),
    ("audit_entry_text", "((ip::inet))"),
    ("audit_entry_head", "(id) WHERE evidence::json ->> 'x' = 'y'"),
    ("audit_entry_head", "(id) WHERE 1 / (actor_id - 5) > 0"),
    ("audit_entry_via_form", "(decode(message, 'hex'), id)"),
]
MONTH = f"audit_entry_{timezone.now():%Y_%m}"


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
        ("CREATE INDEX quiet ON audit_entry (new)", "audit_entry", "index quiet"),
        ("CREATE INDEX quiet ON audit_entry (id) INCLUDE (message)", "audit_entry", "index quiet"),
        *((f"CREATE INDEX {name} ON audit_entry {rest}", "audit_entry", f"index {name}") for name, rest in REPLACED),
        ("ALTER TABLE audit_seal ADD quiet int NOT NULL", "audit_seal", "column quiet"),
        (
            "ALTER TABLE audit_leaf ADD quiet int GENERATED ALWAYS AS (1 / (seq - 9)) STORED",
            "audit_leaf",
            "column quiet",
        ),
    ],
    ids=[
        *("check", "month", "leaf", "unique", "foreign-key", "unique-index", "not-null"),
        *("month-not-null", "text-not-null", "type", "expression", "condition", "long-texts", "included-texts"),
        *(f"{name}-{number}" for number, (name, _) in enumerate(REPLACED)),
        *("column", "generated"),
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
    if name.startswith("index audit_"):
        execute(f"DROP {name}")
    execute(statement)
    texts = unprotected()
    assert f"This app did not create the {name} on {table}: it may prevent entries from being written." in texts


def test_changes_that_refuse_nothing_are_not_reported() -> None:
    edits.saved()
    execute("CREATE INDEX quick ON audit_entry (ip)")
    execute("CREATE INDEX quick_text ON audit_entry USING hash (message)")
    execute(f"CREATE INDEX quick_month ON {MONTH} (ip, at)")
    execute("ALTER TABLE audit_entry ALTER COLUMN region TYPE text")
    execute("ALTER TABLE audit_seal ADD note text")
    assert unprotected() == []


@pytest.mark.parametrize("table", ["audit_leaf", "audit_seal", MONTH])
def test_an_unlogged_table_is_reported(table: str) -> None:
    edits.saved()
    execute(f"ALTER TABLE {table} SET UNLOGGED")
    assert unprotected() == [
        f"{table} is UNLOGGED: PostgreSQL empties it after a crash, and doesn't copy it to replicas."
    ]


@pytest.mark.parametrize(("name", "what"), [("entry_id_key", "UNIQUE (entry_id)"), ("pkey", "PRIMARY KEY (seq)")])
def test_a_constraint_that_was_dropped_is_reported(name: str, what: str) -> None:
    execute(f"ALTER TABLE audit_leaf DROP CONSTRAINT audit_leaf_{name}")
    assert unprotected() == [f"The constraint {what} is missing on audit_leaf: rows could exist twice."]
