"""On SQLite, verifying reports rules, columns and indexes that someone added to the log's tables or dropped from them,
and tables that someone replaced.
"""

import pytest
from django.db import connection

from audit.database import triggers, triggers_sqlite
from tests.append_only import lifted
from tests.audit import edits
from tests.audit.verification.tampering import execute, unprotected

pytestmark = [
    pytest.mark.usefixtures("log"),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="statements of SQLite's"),
]
NOT_CREATED = "This app did not create the {what} on {table}: it may prevent entries from being written."
LOST_UNIQUE = "The constraint unique constraint on entry_id is missing on audit_leaf: rows could exist twice."
LEAF = '"seq" bigint NOT NULL PRIMARY KEY, "entry_id" bigint NOT NULL UNIQUE, "hash" BLOB NOT NULL'
CHECK, NULL, LAST = 'CHECK ("line" >= 0)', '"sheet_id" bigint NULL', '"refers_to" bigint NULL'
NOT_NULL = "rule NOT NULL for the column sheet_id"


def of_leaf(what: str) -> str:
    return NOT_CREATED.format(what=what, table="audit_leaf")


INT_IN_LEAF = [of_leaf(f"type int for the column {column}") for column in ("entry_id", "seq")]


def rewrite(table: str, before: str, after: str) -> None:
    """Change the SQL of a table, as if the table had been created with it."""
    with lifted(connection):
        execute("PRAGMA writable_schema = ON")
        execute("UPDATE sqlite_master SET sql = replace(sql, %s, %s) WHERE name = %s", before, after, table)
        execute("PRAGMA writable_schema = RESET")


def rebuild(definition: str, *, options: str = "") -> None:
    """Create audit_leaf again, with this definition."""
    with lifted(connection):
        execute("ALTER TABLE audit_leaf RENAME TO old_leaf")
        execute(f"CREATE TABLE audit_leaf ({definition}) {options}")
        execute("INSERT INTO audit_leaf SELECT * FROM old_leaf")
        execute("DROP TABLE old_leaf")


@pytest.mark.parametrize(
    ("definition", "options", "texts"),
    [
        (f'{LEAF}, CONSTRAINT "quiet" CHECK ("entry_id" <> 5)', "", [of_leaf("rule CHECK")]),
        (f'{LEAF} CHECK ("line" >= 0)', "", [of_leaf("rule CHECK")]),
        (LEAF.replace(" UNIQUE", ""), "", [LOST_UNIQUE]),
        (LEAF.replace("UNIQUE", "UNIQUE ON CONFLICT REPLACE"), "", [of_leaf("rule CONFLICT")]),
        (LEAF, "WITHOUT ROWID", [of_leaf("rule WITHOUT ROWID")]),
        (LEAF.replace("bigint", "int"), "STRICT", [of_leaf("rule STRICT"), *INT_IN_LEAF]),
    ],
    ids=["check", "check-of-another-table", "no-unique", "replace", "no-rowid", "strict"],
)
def test_a_rebuilt_table_is_reported(definition: str, options: str, texts: list[str]) -> None:
    edits.saved()
    rebuild(definition, options=options)
    assert unprotected() == texts


@pytest.mark.parametrize(
    ("before", "after", "rules"),
    [
        (CHECK, 'CHECK ("line" BETWEEN 0 AND 5)', ["rule CHECK"]),
        (CHECK, f'{CHECK} CHECK (5 > "line")', ["rule CHECK"]),
        (CHECK, f'{CHECK} /* xcheck(line>=0) */ CHECK (5 > "line")', ["rule CHECK"]),
        (CHECK, f"{CHECK} DEFAULT 'xcheck(line>=0)' CHECK (5 > \"line\")", ["rule CHECK"]),
        (CHECK, f'{CHECK} CHECK("line">="0")', ["rule CHECK"]),
        (NULL, '"sheet_id" bigint NOT NULL ON CONFLICT IGNORE', ["rule CONFLICT", NOT_NULL]),
        (NULL, f"{NULL} check/**/(sheet_id<5)", ["rule CHECK"]),
        (NULL, f"{NULL} REFERENCES audit_entry (id)", ["rule REFERENCES"]),
        (NULL, f"{NULL}, x INT AS (json_extract(subject, 1))", ["rule GENERATED"]),
        (LAST, f"{LAST}, x INT DEFAULT (json_extract('x', '$'))", ["column x"]),
        (LAST, f"{LAST}, x INT NOT NULL", ["column x"]),
        ('"subject" text', '"subject" integer', ["type integer for the column subject"]),
        ("DEFAULT (STRFTIME", "DEFAULT ('x' || STRFTIME", ["default for the column at"]),
    ],
    ids=[
        *("other-check", "second-check", "check-hidden-by-comment", "check-hidden-by-text", "check-of-column-0"),
        *("not-null", "check-after-comment", "foreign-key", "generated", "failing-default", "new-not-null"),
        *("type", "time"),
    ],
)
def test_a_changed_column_is_reported(before: str, after: str, rules: list[str]) -> None:
    rewrite("audit_entry", before, after)
    assert unprotected() == [NOT_CREATED.format(what=rule, table="audit_entry") for rule in rules]


@pytest.mark.parametrize("table", ["audit_entry", "audit_seal"])
def test_ids_that_could_be_used_again_are_reported(table: str) -> None:
    rewrite(table, " AUTOINCREMENT", "")
    assert unprotected() == [f"The constraint AUTOINCREMENT is missing on {table}: rows could exist twice."]


def test_words_of_rules_in_comments_and_texts_are_not_reported() -> None:
    rewrite("audit_entry", NULL, f"{NULL} /* CHECK COLLATE */ -- AS\n")
    rewrite("audit_leaf", '"hash" BLOB', "\"hash\" BLOB DEFAULT 'x'' REFERENCES'")
    assert unprotected() == []


@pytest.mark.parametrize(
    "index",
    [
        "(json_extract(subject, '$'))",
        "(subject -> 'x')",
        "(id) WHERE json_extract(subject, '$') = 1",
        "(id)/**/where/**/subject -> 'x'",
        "(subject COLLATE unknown)",
    ],
)
@pytest.mark.parametrize("name", ["quiet", "audit_entry_sheet", "audit_entry_head", "audit_entry_via_form"])
def test_an_index_that_can_fail_is_reported(index: str, name: str) -> None:
    execute("CREATE INDEX quick ON audit_entry (ip COLLATE NOCASE)")
    assert unprotected() == []
    connection.connection.create_collation("unknown", lambda _one, _other: 0)
    execute(f"DROP INDEX IF EXISTS {name}")
    execute(f"CREATE INDEX {name} ON audit_entry {index}")
    assert unprotected() == [NOT_CREATED.format(what=f"index {name}", table="audit_entry")]


@pytest.mark.parametrize(
    ("index", "what"),
    [("(ip, at)", "unique constraint on ip, at"), ("(lower(subject))", "index audit_entry_sheet")],
    ids=["columns", "expression"],
)
def test_a_unique_index_is_reported(index: str, what: str) -> None:
    execute("DROP INDEX audit_entry_sheet")
    execute(f"CREATE UNIQUE INDEX audit_entry_sheet ON audit_entry {index}")
    assert unprotected() == [NOT_CREATED.format(what=what, table="audit_entry")]


@pytest.mark.parametrize("rest", ["(entry_id) WHERE entry_id < 0", "(entry_id COLLATE NOCASE)"])
def test_an_index_of_some_rows_does_not_replace_a_constraint(rest: str) -> None:
    edits.saved()
    rebuild(LEAF.replace(" UNIQUE", ""))
    execute("DROP INDEX audit_entry_sheet")
    execute(f"CREATE UNIQUE INDEX audit_entry_sheet ON audit_leaf {rest}")
    assert unprotected() == [of_leaf("index audit_entry_sheet"), LOST_UNIQUE]


def test_a_text_in_a_trigger_that_was_changed_is_reported() -> None:
    clock = triggers_sqlite.ENTRY["audit_entry_clock"]
    execute("DROP TRIGGER audit_entry_clock")
    execute(clock.replace("%d %H", "%d\n%H").replace("%", "%%"))
    assert unprotected() == [
        "audit_entry_clock differs from what this version of the app installs: the log may be unprotected."
    ]


def test_another_search_table_is_reported() -> None:
    text = "audit_search is missing or differs from what this app creates: it may prevent entries from being written."
    execute("DROP TABLE audit_search")
    assert unprotected() == [text]
    execute("CREATE TABLE audit_search (text TEXT CHECK (text <> 'x'))")
    assert unprotected() == [text]


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("TRIGGER quiet BEFORE INSERT ON audit_search_docsize BEGIN SELECT RAISE(IGNORE); END", "trigger quiet"),
        ("UNIQUE INDEX quiet ON audit_search_docsize (sz, id)", "index quiet"),
    ],
)
def test_what_was_added_to_the_parts_of_the_search_table_is_reported(statement: str, what: str) -> None:
    execute(f"CREATE {statement}")
    assert unprotected() == [NOT_CREATED.format(what=what, table="audit_search_docsize")]


def test_a_table_with_a_name_in_upper_case_needs_its_triggers() -> None:
    names = triggers_sqlite.append_only("audit_leaf", unique=["seq", "entry_id"])
    execute("ALTER TABLE audit_leaf RENAME TO old_leaf")
    execute("ALTER TABLE old_leaf RENAME TO AUDIT_LEAF")
    triggers.install(connection)
    assert unprotected() == []
    for name in names:
        execute(f"DROP TRIGGER {name}")
    assert unprotected() == [
        f"The trigger {name} is missing or switched off: the log is unprotected." for name in sorted(names)
    ]


def test_a_view_with_a_name_in_upper_case_is_reported() -> None:
    with lifted(connection):
        execute("ALTER TABLE audit_seal RENAME TO old_seal")
    execute("CREATE VIEW AUDIT_SEAL AS SELECT * FROM old_seal")
    assert "audit_seal is not a table. Something without the log's triggers has replaced it." in unprotected()
