"""Fixtures for retention: a log of past months, whose entries are chained, sealed and anchored."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from audit import commitments, directory, writing
from audit.database import triggers
from audit.proof import anchors, seals
from tests.audit import edits

JANUARY, FEBRUARY = datetime(2026, 1, 20, 12, tzinfo=UTC), datetime(2026, 2, 3, 9, tzinfo=UTC)

Retire = Callable[[str], str]


@pytest.fixture
def log(db: None, settings: Settings, tmp_path: Path) -> None:
    """An empty log. On PostgreSQL, the chain's trigger runs immediately, because a test's transaction is never
    committed.
    """
    settings.AUDIT_VERIFIED_FILE = str(tmp_path / "verified.json")
    commitments.forget()
    directory.forget()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@contextmanager
def written_at(moment: datetime) -> Iterator[None]:
    """In the block, entries are recorded with the time `moment`. For this, the trigger that sets the real time is
    removed.
    """
    adapted = connection.ops.adapt_datetimefield_value(moment)
    on = " ON audit_entry" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER audit_entry_clock{on}")
        if connection.vendor == "postgresql":
            cursor.execute("SELECT audit_add_partition(%s)", [moment])
    with pytest.MonkeyPatch.context() as patch:
        with_leaf = writing._with_leaf
        patch.setattr(writing, "COLUMNS", (*writing.COLUMNS, "at"))
        patch.setattr(writing, "_with_leaf", lambda row: [*with_leaf(row), adapted])
        writing._insert_entries.cache_clear()
        try:
            yield
        finally:
            writing._insert_entries.cache_clear()
    triggers.install(connection)


def seal_and_anchor() -> None:
    list(seals.seal_all())
    anchors.publish()


@pytest.fixture
def old_log(log: None) -> None:
    """A log with old months. Alice made two edits in January, and one seal covers both. Alice then made a third edit in
    January, and Bob made an edit on another sheet in February. The next seal covers these two edits. Bob also made an
    edit today.
    """
    with written_at(JANUARY):
        edits.saved(edits.cell("Open", "Januaryish"))
        edits.saved()
    seal_and_anchor()
    with written_at(JANUARY.replace(day=31)):
        edits.saved()
    with written_at(FEBRUARY):
        edits.saved(actor=edits.BOB, sheet=edits.BUDGET)
    seal_and_anchor()
    commitments.forget()  # as after an hour: only entries that are older can be retired (audit.retention.limits.REST)
    directory.forget()
    edits.saved(actor=edits.BOB)
    seal_and_anchor()


@pytest.fixture
def retire(tmp_path: Path) -> Retire:
    """Return retire(), which runs the command audit_retire and returns its output. retire("2026-02") retires the months
    before February 2026. The command writes the export to `retired.jsonl` in tmp_path.
    """

    def run(before: str) -> str:
        out, file = StringIO(), str(tmp_path / "retired.jsonl")
        call_command("audit_retire", "--before", before, "--export", file, "--reason", "two years", "--yes", stdout=out)
        return out.getvalue()

    return run
