"""Retiring refuses months that aren't over, and entries that aren't sealed, anchored, streamed, settled or exported."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit.models import Cursor, Entry, Leaf, Seal
from audit.recording import THIS_APP, note
from audit.retention import retired_export, retiring
from audit.retention.limits import CannotRetire, boundary
from audit.verification.findings import Kind
from audit.verification.start import NoSuchStart, since, start_of_chain
from audit.verification.verify import verify
from audit.vocabulary import Action, Origin
from tests.append_only import lifted
from tests.audit import edits
from tests.audit.retention.conftest import JANUARY, Retire, seal_and_anchor, written_at

pytestmark = pytest.mark.usefixtures("log")

FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC)


def january(*, seal: bool = True) -> None:
    with written_at(JANUARY):
        edits.saved()
    if seal:
        seal_and_anchor()


def refused(retire: Retire, why: str, before: str = "2026-02") -> None:
    entries, links = Entry.objects.count(), Leaf.objects.count()
    with pytest.raises(CommandError, match=why):
        retire(before)
    assert (Entry.objects.count(), Leaf.objects.count()) == (entries, links)


def test_a_month_that_is_not_over(retire: Retire) -> None:
    january()
    refused(retire, "months that are over", before=f"{timezone.now().year + 1}-01")


def test_nothing_old(retire: Retire) -> None:
    edits.saved()
    refused(retire, "holds nothing from before 2026-02")


def test_entries_that_are_not_sealed(retire: Retire) -> None:
    january(seal=False)
    refused(retire, "run manage.py audit_seal")


def test_entries_that_are_not_anchored(retire: Retire) -> None:
    january()
    Cursor.objects.filter(name="anchor log").update(seq=0)
    refused(retire, "all entries to retire yet: anchor log")


def test_entries_that_a_stream_has_not_sent(retire: Retire) -> None:
    january()
    Cursor.objects.create(name="stream siem", seq=1)
    refused(retire, "all entries to retire yet: stream siem")


def test_uncertain_edits(retire: Retire) -> None:
    with written_at(JANUARY):
        edits.intended()
    seal_and_anchor()
    refused(retire, "is not certain yet: run manage.py audit_settle")


def test_cached_names(retire: Retire) -> None:
    january(seal=False)
    edits.saved()  # an edit from now, under the same seal
    seal_and_anchor()
    refused(retire, "less than an hour ago")


def test_a_log_with_holes(retire: Retire) -> None:
    january()
    with lifted(connection), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_entry WHERE id = (SELECT min(id) FROM audit_entry)")
    refused(retire, "audit_verify")


def test_a_log_that_was_altered(retire: Retire) -> None:
    january()
    with lifted(connection), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET new = '\"forged\"'")
    entries = set(Entry.objects.values_list("pk", flat=True))
    with pytest.raises(CommandError, match="export isn't valid, so nothing was retired"):
        retire("2026-02")
    assert entries <= set(Entry.objects.values_list("pk", flat=True))


def test_an_export_over_another_file(retire: Retire, tmp_path: Path) -> None:
    january()
    (tmp_path / "retired.jsonl").write_text("precious")
    refused(retire, "File exists")
    assert (tmp_path / "retired.jsonl").read_text() == "precious"


def test_a_log_that_has_changed_in_the_meantime(tmp_path: Path) -> None:
    january()
    found = boundary(FEBRUARY)
    export = retired_export.write(found, tmp_path / "file", by=THIS_APP, progress=lambda _seq: None)
    january()
    with pytest.raises(CannotRetire, match="changed in the meantime"):
        retiring.retire(found, export, by=THIS_APP, reason="")


def test_an_answer_other_than_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    january()
    monkeypatch.setattr("builtins.input", lambda _prompt: "no")
    with pytest.raises(CommandError, match="Nothing was retired"):
        call_command("audit_retire", "--before", "2026-02", "--export", "/nowhere/file")


def test_it_needs_a_terminal_or_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    january()
    monkeypatch.setattr("sys.stdin", StringIO())
    with pytest.raises(CommandError, match="Use --yes"):
        call_command("audit_retire", "--before", "2026-02", "--export", "/nowhere/file")


def test_a_failure_in_the_middle_leaves_all_as_it_was(retire: Retire, monkeypatch: pytest.MonkeyPatch) -> None:
    january()

    def fail(**_kwargs: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(retiring, "_forget_people", fail)
    before = set(Leaf.objects.values_list("seq", flat=True))
    with pytest.raises(CommandError, match="disk is full"):
        retire("2026-02")
    assert before <= set(Leaf.objects.values_list("seq", flat=True))
    assert not Entry.objects.filter(action=Action.RETAIN).exists()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.update(new=None)


def test_a_false_stub_does_not_hide_what_is_still_there() -> None:
    january()
    note(actor=THIS_APP, action=Action.RETAIN, origin=Origin.COMMAND, subject="audit.seal/1")
    kinds = {finding.kind for finding in verify(start_of_chain()).findings.kept}
    assert Kind.INSERTED in kinds


def test_verifying_from_what_is_gone(retire: Retire) -> None:
    january()
    seal_and_anchor()
    with written_at(JANUARY.replace(day=30)):
        edits.saved()
    seal_and_anchor()
    retire("2026-02")
    assert Seal.objects.count() >= 3
    with pytest.raises(NoSuchStart, match="were retired"):
        since("1")
