"""Verifying also checks data outside the chain: triggers, clear texts, unsettled intents, and where the log begins."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from audit import id_ranges
from audit.database import triggers
from audit.models import PersonalText
from audit.proof import seals
from audit.recording import THIS_APP, Evidence, Personal, note
from audit.retention.erasure import Person, erase
from audit.verification.findings import Finding, Kind
from audit.verification.start import NoSuchStart, since, start_of_chain
from audit.vocabulary import Action, Origin
from tests.append_only import lifted
from tests.audit import edits
from tests.audit.verification.tampering import execute, verified

pytestmark = pytest.mark.usefixtures("log")


def found(kind: Kind) -> list[Finding]:
    return [finding for finding in verified().findings.kept if finding.kind is kind]


def test_all_is_well_with_triggers_commitments_and_settled_intents() -> None:
    edits.saved()
    report = verified()
    assert report.is_whole
    assert (report.entries, report.last_seq, report.unsealed) == (2, 2, 2)


def test_each_missing_trigger_is_named() -> None:
    with lifted(connection):
        texts = " ".join(finding.text for finding in found(Kind.UNPROTECTED))
    assert all(name in texts for name in triggers.names(connection))
    assert found(Kind.UNPROTECTED) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the log has months on PostgreSQL alone")
@pytest.mark.parametrize("name", ["audit_entry_no_change", "audit_entry_chain"])
def test_a_month_that_lacks_a_trigger_is_named(name: str) -> None:
    edits.saved()
    month = f"audit_entry_{timezone.now():%Y_%m}"
    execute(f"ALTER TABLE {month} DISABLE TRIGGER {name}")
    (finding,) = found(Kind.UNPROTECTED)
    assert month in finding.text
    assert name in finding.text


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the log has months on PostgreSQL alone")
def test_a_part_that_is_no_month_is_named_and_the_log_goes_on(reader: Client) -> None:
    execute("CREATE TABLE audit_entry_rest PARTITION OF audit_entry DEFAULT")
    triggers.install(connection)
    id_ranges.forget()
    edits.saved()
    (finding,) = found(Kind.UNPROTECTED)
    assert finding.text.startswith("audit_entry_rest is a partition of the log that")
    assert reader.get("/audit/").status_code == 200


@pytest.mark.skipif(connection.vendor != "postgresql", reason="statements of PostgreSQL's")
@pytest.mark.parametrize(
    ("hollow", "name"),
    [
        (
            "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$",
            "audit_refuse",
        ),
        (
            "CREATE OR REPLACE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW"
            " WHEN (OLD.id < 0) EXECUTE FUNCTION audit_refuse()",
            "audit_entry_no_change",
        ),
        (
            "CREATE OR REPLACE TRIGGER audit_leaf_no_change BEFORE DELETE ON audit_leaf"
            " FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
            "audit_leaf_no_change",
        ),
        (
            "CREATE OR REPLACE TRIGGER audit_seal_no_change BEFORE UPDATE OF at OR DELETE ON audit_seal"
            " FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
            "audit_seal_no_change",
        ),
        ("CREATE FUNCTION audit_add_partition(of integer) RETURNS void LANGUAGE sql AS ''", "audit_add_partition"),
    ],
    ids=["function", "condition", "event", "column", "overloaded"],
)
def test_a_hollow_trigger_is_named(hollow: str, name: str) -> None:
    execute(hollow)
    if "CREATE OR REPLACE TRIGGER" in hollow:
        execute(f"ALTER TABLE {name.removesuffix('_no_change')} ENABLE ALWAYS TRIGGER {name}")
    (finding,) = found(Kind.UNPROTECTED)
    assert finding.text.startswith(f"{name} differs from what")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only there a trigger has arguments")
def test_a_trigger_that_allows_more_blanking_is_reported() -> None:
    table = "identity_historicalsmartsheetuser"
    execute(
        f"CREATE OR REPLACE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION audit_only_blank('history_type')"
    )
    execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change")
    (finding,) = found(Kind.UNPROTECTED)
    assert finding.text.startswith(f"{table}_no_change differs from what")


@pytest.mark.parametrize("table", ["audit_entry", "audit_leaf", "audit_seal", "audit_personaltext"])
def test_a_view_in_place_of_a_table_is_named(table: str) -> None:
    """A table of the log is replaced by a view, which can return anything. Verifying reports the view, although the
    search for missing triggers covers only tables.
    """
    edits.saved()
    execute(f"ALTER TABLE {table} RENAME TO elsewhere")
    execute(f"CREATE VIEW {table} AS SELECT * FROM elsewhere")  # noqa: S608 # a parameter of the test
    texts = [finding.text for finding in found(Kind.UNPROTECTED)]
    assert f"{table} is not a table. Something without the log's triggers has replaced it." in texts


@pytest.mark.skipif(connection.vendor != "postgresql", reason="statements of PostgreSQL's")
@pytest.mark.parametrize("table", ["audit_leaf", "audit_seal", "audit_personaltext"])
def test_a_table_that_inherits_is_named(table: str) -> None:
    execute(f"CREATE TABLE elsewhere () INHERITS ({table})")
    (finding,) = found(Kind.UNPROTECTED)
    assert finding.text.startswith(f"This app did not create the child table elsewhere on {table}:")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the log has months on PostgreSQL alone")
def test_a_part_of_a_month_that_lacks_a_trigger_is_named() -> None:
    execute(
        "CREATE TABLE audit_entry_2000_01 PARTITION OF audit_entry FOR VALUES FROM ('2000-01-01') TO ('2000-02-01')"
        " PARTITION BY LIST (id)"
    )
    execute("CREATE TABLE audit_entry_2000_01_x PARTITION OF audit_entry_2000_01 DEFAULT")
    for name in ("audit_entry_2000_01", "audit_entry_2000_01_x"):
        execute(
            f"CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON {name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        )
        execute(f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER audit_entry_no_truncate")
    part = "audit_entry_2000_01_x"
    assert [finding.text.partition(" is a part")[0] for finding in found(Kind.UNPROTECTED)] == [part]
    execute(f"ALTER TABLE {part} DISABLE TRIGGER audit_entry_no_change")
    assert found(Kind.UNPROTECTED)[0].text.endswith(f"is missing or switched off on the partition {part}.")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no schemas")
def test_an_auditor_with_a_schema_of_their_own_finds_the_log_whole_and_a_rule_on_it() -> None:
    execute("CREATE SCHEMA auditor")
    execute("SET LOCAL search_path TO auditor, public")
    edits.saved()
    assert found(Kind.UNPROTECTED) == []
    execute("CREATE RULE swallow AS ON INSERT TO audit_entry WHERE NEW.actor_id = 5 DO INSTEAD NOTHING")
    assert len(found(Kind.UNPROTECTED)) == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a statement of SQLite's")
def test_a_foreign_trigger_is_named_however_its_table_is_spelt() -> None:
    execute("CREATE TRIGGER swallow BEFORE INSERT ON Audit_ENTRY WHEN NEW.actor_id = 5 BEGIN SELECT RAISE(IGNORE); END")
    (finding,) = found(Kind.UNPROTECTED)
    assert finding.text.startswith("This app did not create the trigger swallow on audit_entry:")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a statement of SQLite's")
def test_a_hollow_trigger_is_named_on_sqlite() -> None:
    execute("DROP TRIGGER audit_entry_no_update")
    execute("CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry WHEN OLD.id < 0 BEGIN SELECT 1; END")
    (finding,) = found(Kind.UNPROTECTED)
    assert finding.text.startswith("audit_entry_no_update differs from what")


def test_an_unsettled_intent_is_reported_after_some_minutes() -> None:
    edits.saved()
    (intent,) = edits.entries_of(edits.intended())
    assert found(Kind.UNSETTLED) == []
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        assert [finding.entry for finding in found(Kind.UNSETTLED)] == [intent.pk]


def test_it_is_named_again_when_verifying_goes_on_from_a_later_seal() -> None:
    (intent,) = edits.entries_of(edits.intended())
    seal = seals.seal()
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        report = verified(start=since(str(seal.pk)))
    assert [finding.entry for finding in report.findings.kept] == [intent.pk]


@pytest.mark.parametrize("change", ['text = \'["Eve",""]\'', "salt = '00'", "salt = 'no hex'"])
def test_a_clear_text_that_was_not_committed_to_is_named(change: str) -> None:
    edits.saved()
    commitment = PersonalText.objects.get().pk
    with lifted(connection):
        execute(f"UPDATE audit_personaltext SET {change}")  # noqa: S608 # a parameter of the test
    (finding,) = found(Kind.COMMITMENT)
    assert commitment in finding.text


def test_a_row_that_evidence_needs_and_was_deleted_is_named() -> None:
    evidence: dict[str, Evidence] = {"text": Personal("Jane")}
    note(actor=edits.ALICE, action=Action.READ, evidence=evidence)
    deleted = PersonalText.objects.get(kind=PersonalText.Kind.VALUE).pk
    assert found(Kind.COMMITMENT) == []
    with lifted(connection):
        execute("DELETE FROM audit_personaltext WHERE kind = 'value'")
    (finding,) = found(Kind.COMMITMENT)
    assert finding.text == f"The row of commitment {deleted} was deleted, not erased."


def test_a_text_marked_as_erased_that_still_exists_is_reported() -> None:
    edits.saved()
    with lifted(connection):
        execute("UPDATE audit_personaltext SET erased_at = '2026-01-01 00:00:00+00:00'")
    assert any(PersonalText.objects.get().pk in finding.text for finding in found(Kind.COMMITMENT))


def test_an_erased_text_is_no_finding_and_a_deleted_row_is() -> None:
    edits.saved(replace(edits.cell(), is_personal=True))
    erase(Person(edits.ALICE.region, edits.ALICE.id), by=THIS_APP, reason="asked to", origin=Origin.COMMAND)
    assert found(Kind.COMMITMENT) == []
    count = PersonalText.objects.count()
    with lifted(connection):
        execute("DELETE FROM audit_personaltext")
    assert count == len(found(Kind.COMMITMENT)) == 4


@pytest.mark.parametrize("at", ["CURRENT_TIMESTAMP", "'1970-01-02 00:00:00+00:00'"], ids=["now", "long-ago"])
def test_a_text_that_was_blanked_without_an_entry_is_named(at: str) -> None:
    edits.saved()
    edits.saved(actor=edits.BOB)
    erase(Person(edits.ALICE.region, edits.ALICE.id), by=THIS_APP, reason="asked to", origin=Origin.COMMAND)
    blanked = f"text = '', salt = '', email = '', erased_at = {at}"
    execute(f"UPDATE audit_personaltext SET {blanked} WHERE email LIKE 'bob%%'")  # noqa: S608 # a parameter of the test
    (finding,) = found(Kind.COMMITMENT)
    assert finding.text == "2 clear texts were blanked, but the log records only 1: 1 without an entry."


def test_an_erased_text_that_was_put_back_and_another_that_was_blanked_are_named() -> None:
    """Alice's text was erased, but someone has put it back. Bob's text was blanked instead, so the number of blank
    texts is still right. Verifying reports both texts.
    """
    edits.saved()
    edits.saved(actor=edits.BOB)
    (before,) = PersonalText.objects.filter(person_id=edits.ALICE.id).values_list("commitment", "salt", "text", "email")
    erase(Person(edits.ALICE.region, edits.ALICE.id), by=THIS_APP, reason="asked to", origin=Origin.COMMAND)
    assert found(Kind.COMMITMENT) == []
    commitment, *texts = before
    with lifted(connection):
        put_back = "UPDATE audit_personaltext SET salt = %s, text = %s, email = %s, erased_at = NULL"
        execute(f"{put_back} WHERE commitment = %s", *texts, commitment)  # our own names
        execute(
            "UPDATE audit_personaltext SET text = '', salt = '', email = '', erased_at = CURRENT_TIMESTAMP"
            " WHERE email LIKE 'bob%%'"
        )
    assert [finding.text for finding in found(Kind.COMMITMENT)] == [
        "1 clear texts were blanked, but the log records only 0: 1 without an entry.",
        f"The clear text of commitment {commitment} was erased, but it exists again: it was put back.",
    ]


def test_an_erasure_of_an_older_version_is_compared_by_its_number() -> None:
    edits.saved()
    edits.saved(actor=edits.BOB)
    blanked = "text = '', salt = '', email = '', erased_at = CURRENT_TIMESTAMP"
    execute(f"UPDATE audit_personaltext SET {blanked} WHERE email LIKE 'bob%%'")  # noqa: S608 # our own names
    evidence: dict[str, Evidence] = {"names": 1, "values": 0, "histories": 0}
    note(actor=edits.ALICE, action=Action.ERASE, evidence=evidence)
    assert found(Kind.COMMITMENT) == []
    erase(Person(edits.ALICE.region, edits.ALICE.id), by=THIS_APP, reason="asked to", origin=Origin.COMMAND)
    assert found(Kind.COMMITMENT) == []


_SWALLOW = """
    CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF NEW.actor_id = 5 THEN RETURN NULL; END IF; RETURN NEW; END $$"""
_ON_POSTGRESQL = {
    "trigger swallow": [
        _SWALLOW,
        "CREATE TRIGGER swallow BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION swallow()",
    ],
    "rule swallow": ["CREATE RULE swallow AS ON INSERT TO audit_entry WHERE NEW.actor_id = 5 DO INSTEAD NOTHING"],
    "row security": ["ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY"],
}
_ON_SQLITE = {
    "trigger swallow": [
        "CREATE TRIGGER swallow BEFORE INSERT ON audit_entry WHEN NEW.actor_id = 5 BEGIN SELECT RAISE(IGNORE); END"
    ]
}


@pytest.mark.parametrize("what", _ON_POSTGRESQL if connection.vendor == "postgresql" else _ON_SQLITE)
def test_objects_that_could_drop_entries_are_reported(what: str) -> None:
    for statement in (_ON_POSTGRESQL if connection.vendor == "postgresql" else _ON_SQLITE)[what]:
        execute(statement)
    assert any(
        finding.text.startswith(f"This app did not create the {what} on audit_entry:")
        for finding in found(Kind.UNPROTECTED)
    )


@pytest.mark.skipif(connection.vendor != "postgresql", reason="statements of PostgreSQL's")
@pytest.mark.parametrize("change", ["SECURITY INVOKER", "SET search_path TO elsewhere, public"])
def test_a_function_with_other_rights_is_named(change: str) -> None:
    execute(f"ALTER FUNCTION audit_entry_link() {change}")
    (finding,) = found(Kind.UNPROTECTED)
    assert finding.text.startswith("audit_entry_link differs from what")


@pytest.mark.parametrize("number", ["", "x", "1e3", "9" * 5_000], ids=["none", "word", "float", "long"])
def test_it_starts_at_the_beginning_where_a_stub_names_no_seal(number: str) -> None:
    """An entry says that months were retired, but doesn't give the number of a seal. Verifying then starts at the
    beginning of the log. If it refused to start, anyone who can write entries could prevent verifying.
    """
    edits.saved()
    note(actor=THIS_APP, action=Action.RETAIN, subject=f"audit.seal/{number}")
    assert start_of_chain().seq == 0
    assert verified().entries == 3


def test_it_starts_at_the_seal_up_to_which_the_log_was_retired() -> None:
    for _ in range(2):
        edits.saved()
        list(seals.seal_all())
    note(actor=THIS_APP, action=Action.RETAIN, subject="audit.seal/1")
    with lifted(connection):
        execute("DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_leaf WHERE seq <= 2)")
        execute("DELETE FROM audit_leaf WHERE seq <= 2")
    seals.seal()
    assert start_of_chain().seal == 1
    report = verified()
    assert report.is_whole, report.findings.kept
    assert (report.started_after, report.entries, report.seals) == (2, 3, 3)


def test_a_log_without_its_beginning_that_was_not_retired_is_no_whole_log() -> None:
    for _ in range(2):
        edits.saved()
        seals.seal()
    with lifted(connection):
        execute("DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_leaf WHERE seq <= 2)")
        execute("DELETE FROM audit_leaf WHERE seq <= 2")
    (finding,) = verified().findings.kept
    assert (finding.kind, finding.text[:21]) == (Kind.DELETED, "The links 1 to 2 were")


def test_since_takes_a_seal_or_a_day() -> None:
    edits.saved()
    seal = seals.seal()
    tomorrow = timezone.now() + timedelta(days=1)
    assert since(str(seal.pk)) == since(f"{tomorrow:%Y-%m-%d}")
    for wrong in ("99", "2001-01-01", "yesterday"):
        with pytest.raises(NoSuchStart, match=wrong):
            since(wrong)


@pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL's column takes no longer one")
def test_fault_23_a_salt_that_was_lengthened_is_named() -> None:
    edits.saved()
    with lifted(connection):
        execute("UPDATE audit_personaltext SET salt = salt || '00'")
    (finding,) = found(Kind.COMMITMENT)
    assert "was edited" in finding.text
