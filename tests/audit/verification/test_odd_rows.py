"""If the database's owner writes values of wrong types, the verifier reports findings instead of crashing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from audit.models import Entry, Leaf, PersonalText, Seal
from audit.proof import anchors, seals
from audit.recording import THIS_APP
from audit.retention.erasure import Person, erase
from audit.verification.findings import Finding, Kind
from audit.verification.start import NoSuchStart, Verified, remember, since, start_of_chain
from audit.verification.verify import verify
from audit.vocabulary import Origin
from tests.append_only import lifted
from tests.audit import edits
from tests.audit.verification.tampering import IS_SQLITE, execute, verified

TABLES = {
    model._meta.db_table: (model._meta.pk.column, [field.column for field in model._meta.concrete_fields])
    for model in (Entry, Leaf, Seal, PersonalText)
}
VALUES = [
    "''",
    "'garbage'",
    "'2026'",
    "-1",
    "0",
    "9223372036854775807",
    "1.5",
    "NULL",
    "'[]'",
    "'{\"names\": Infinity}'",
]
OF_SQLITE = ["x''", "x'ff00'", "CAST(x'ff' AS TEXT)", "1e400", "'" + "[" * 100_000 + "'", "'9999-99-99 00:00:00'"]
OF_POSTGRESQL = ["'infinity'", "'-infinity'", "'0044-03-15 BC'", "'294270-01-01'", "'10000-01-01'", "'\\xff'"]
COLUMNS = [(table, column) for table, (_key, columns) in TABLES.items() for column in columns]
NOT_HELD = {"region", "person_id", "email", "kind", "erased_at"}  # docs/audit-log.md: What it does not prove


@pytest.fixture
def anchored(log: None, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """A log with an erased name and three seals. One seal is empty. Yields the file in which the seals are
    anchored.
    """
    settings.AUDIT_VERIFIED_FILE = str(tmp_path / "verified.json")
    settings.AUDIT_ANCHORS, settings.AUDIT_ANCHOR_FILE = ["file"], str(tmp_path / "anchors.jsonl")
    edits.saved()
    seals.seal()
    edits.saved(actor=edits.BOB)
    erase(Person(edits.BOB.region, edits.BOB.id), by=THIS_APP, reason="asked to", origin=Origin.COMMAND)
    seals.seal()
    seals.seal()
    anchors.publish()
    remember(Seal.objects.get(pk=2))
    with lifted(connection):
        yield tmp_path / "anchors.jsonl"


def facts(table: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        columns = ", ".join(
            f'hex(quote("{column}"))' if IS_SQLITE else f'"{column}"::text' for column in TABLES[table][1]
        )
        cursor.execute(f"SELECT {columns} FROM {table}")  # noqa: S608 # our own names
        return sorted(cursor.fetchall(), key=repr)


def found_by(file: Path) -> list[Finding]:
    """Verify the whole log with the anchors, and return the findings. Then verify only the end of the log, from two
    different starting points. These two runs must not crash, but their findings aren't checked.
    """
    last = Verified.last()
    report = verify(start_of_chain(), anchors=file, remembered=last.seal if last else None)
    for start in (since("1"), last.start() if last else None):
        if start:
            verify(start, anchors=file)
    return [finding for finding in report.findings.kept if finding.kind is not Kind.UNPROTECTED]


def test_nothing_is_found_where_nothing_was_done(anchored: Path) -> None:
    assert found_by(anchored) == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    of=st.sampled_from(COLUMNS),
    value=st.sampled_from(VALUES + (OF_SQLITE if IS_SQLITE else OF_POSTGRESQL)),
    row=st.integers(0, 10),
)
def test_any_value_in_any_column(anchored: Path, of: tuple[str, str], value: str, row: int) -> None:
    table, column = of
    key = TABLES[table][0]
    one = f"(SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {row} % (SELECT count(*) FROM {table}))"  # noqa: S608 # our own names
    before = facts(table)
    with transaction.atomic():
        try:
            with transaction.atomic():
                execute(f'UPDATE {table} SET "{column}" = {value.replace("%", "%%")} WHERE {key} = {one}')  # noqa: S608 # our own names
                is_altered = facts(table) != before
        except (DataError, IntegrityError):
            is_altered = None
        except Exception as error:
            # The value has another type than the column, or an index on the column's JSON can't read the value.
            if type(error).__name__ != "ProgrammingError" and "malformed JSON" not in str(error):
                raise
            is_altered = None
        if is_altered:
            try:
                found = found_by(anchored)
            except NoSuchStart:  # the requested seal no longer exists or can't be read
                found = [Finding(Kind.SEAL, "")]
            assert found or column in NOT_HELD
        transaction.set_rollback(True)


@pytest.mark.skipif(not IS_SQLITE, reason="PostgreSQL's text is always UTF-8")
def test_text_that_is_none_is_read_as_text_again_afterwards(anchored: Path) -> None:
    execute("UPDATE audit_personaltext SET text = CAST(x'ff' AS TEXT) WHERE erased_at IS NULL")
    assert Kind.COMMITMENT in {finding.kind for finding in verified().findings.kept}
    assert connection.connection.text_factory is str
