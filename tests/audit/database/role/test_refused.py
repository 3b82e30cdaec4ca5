"""The app's role can't change the log, choose an entry's number or time, or remove the log's protection."""

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.utils import timezone

from audit.models import Entry, Leaf, PersonalText, Seal
from tests.audit import edits
from tests.audit.database.role.conftest import acting_as, execute

pytestmark = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no roles")

REFUSALS = "permission denied|must be owner|append-only|only the owner"
COLUMNS = ", ".join(f'"{field.column}"' for field in Entry._meta.concrete_fields if field.column not in {"id", "at"})
WORDS = {"<columns>": COLUMNS, "<month>": f"audit_entry_{timezone.now():%Y_%m}"}
FORBIDDEN = {
    "a forged number": "INSERT INTO audit_entry (id, <columns>) SELECT id + 1000, <columns> FROM audit_entry",
    "a time of the past": "INSERT INTO audit_entry (at, <columns>) SELECT '2026-01-01', <columns> FROM audit_entry",
    "the time of now": "INSERT INTO audit_entry (at, <columns>) SELECT now(), <columns> FROM audit_entry",
    "an update": "UPDATE audit_entry SET new = 'forged'",
    "a deletion": "DELETE FROM audit_entry",
    "truncation": "TRUNCATE audit_entry",
    "a lock": "SELECT * FROM audit_entry FOR UPDATE",
    "a table lock": "LOCK TABLE audit_entry IN ACCESS EXCLUSIVE MODE",
    "the month directly": "INSERT INTO <month> (<columns>) SELECT <columns> FROM audit_entry",
    "reading the month to delete": "DELETE FROM <month>",
    "truncating the month": "TRUNCATE <month>",
    "dropping the month": "DROP TABLE <month>",
    "detaching the month": "ALTER TABLE audit_entry DETACH PARTITION <month>",
    "attaching a part": "ALTER TABLE audit_entry ATTACH PARTITION audit_leaf DEFAULT",
    "a temporary table": "CREATE TEMPORARY TABLE audit_entry (LIKE audit_entry)",
    "a table of its own": "CREATE TABLE mine (LIKE audit_entry)",
    "switching a trigger off": "ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_chain",
    "switching all triggers off": "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    "dropping a trigger": "DROP TRIGGER audit_entry_no_change ON audit_entry",
    "dropping the log": "DROP TABLE audit_entry",
    "owning the log": "ALTER TABLE audit_entry OWNER TO CURRENT_USER",
    "another function": "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN END$$",
    "a link": "INSERT INTO audit_leaf (seq, entry_id, hash) VALUES (9999, 9999, sha256('x'))",
    "an altered link": "UPDATE audit_leaf SET hash = sha256('x')",
    "deleting a link": "DELETE FROM audit_leaf",
    "an altered seal": "UPDATE audit_seal SET last_seq = 0",
    "deleting a seal": "DELETE FROM audit_seal",
    "the sequence set back": "SELECT setval('audit_entry_id_seq', 1)",
    "the sequence altered": "ALTER SEQUENCE audit_entry_id_seq RESTART",
    "life as a replica": "SET session_replication_role = replica",
    "another's rights": "SET ROLE postgres",
    "the text behind a name": 'UPDATE audit_personaltext SET text = \'["Mallory",""]\'',
    "the person behind a name": "UPDATE audit_personaltext SET person_id = 1",
    "a name deleted": "DELETE FROM audit_personaltext",
    "a history changed": "UPDATE identity_historicalsmartsheetuser SET region = 'eu'",
    "a history's number": "INSERT INTO identity_historicalsmartsheetuser (history_id) VALUES (1)",
    "a history deleted": "DELETE FROM identity_historicalsmartsheetuser",
    "months without end": "SELECT audit_add_partition(now() + n * interval '1 month') FROM generate_series(1, 9) AS n",
    "a month before the log": "SELECT audit_add_partition('0044-03-15 BC')",
    "an index": "CREATE INDEX mine ON audit_entry (new)",
    "a rule": "CREATE RULE mine AS ON INSERT TO audit_entry DO INSTEAD NOTHING",
    "a schema": "CREATE SCHEMA mine",
    "a migration that never was": "INSERT INTO django_migrations (app, name, applied) VALUES ('audit', 'x', now())",
}


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN)
def test_it_is_refused(statement: str, role: str) -> None:
    edits.saved()
    before = everything()
    for word, names in WORDS.items():
        statement = statement.replace(word, names)
    with (
        acting_as(role),
        pytest.raises(DatabaseError, match=REFUSALS),
        transaction.atomic(),
    ):
        execute(statement)
    assert everything() == before


def test_a_temporary_table_does_not_take_the_chains_place(role: str) -> None:
    execute(f"GRANT TEMPORARY ON DATABASE {connection.settings_dict['NAME']} TO {role}")
    with acting_as(role):
        execute("CREATE TEMPORARY TABLE audit_leaf (seq bigint, entry_id bigint, hash bytea)")
        execute("SET search_path TO pg_temp, public")
        try:
            edits.saved()
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_temp.audit_leaf")
                assert cursor.fetchone() == (0,)
        finally:
            execute("DROP TABLE pg_temp.audit_leaf", "RESET search_path")
    assert Leaf.objects.count() == Entry.objects.count() == 2


def test_a_trigger_on_a_table_of_its_own_does_not_write_links(role: str) -> None:
    execute(f"GRANT TEMPORARY ON DATABASE {connection.settings_dict['NAME']} TO {role}")
    with acting_as(role), pytest.raises(ProgrammingError, match="permission denied for function"), transaction.atomic():
        execute(
            "CREATE TEMPORARY TABLE mine (id bigint, at timestamptz, leaf bytea)",
            "CREATE TRIGGER link AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION audit_entry_link()",
        )


def everything() -> list[list[tuple[object, ...]]]:
    return [list(model._default_manager.order_by("pk").values_list()) for model in (Entry, Leaf, Seal, PersonalText)]
