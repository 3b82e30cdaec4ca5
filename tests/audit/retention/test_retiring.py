"""Old months are exported, and then removed from the log. The rest of the log stays valid, records where its chain
begins, and proves that the export is unchanged.
"""

import hashlib
import json
import sys
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from subprocess import run

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from audit import verify
from audit.database import triggers, triggers_postgresql
from audit.directory import Known
from audit.models import Entry, Leaf, PersonalText, Seal
from audit.proof import seal_bytes, seal_keys, seals
from audit.retention import limits
from audit.search import matching
from audit.verification.start import remember
from audit.vocabulary import Action
from tests.audit import edits
from tests.audit.export.conftest import exported, public_key
from tests.audit.retention.conftest import FEBRUARY, JANUARY, Retire, seal_and_anchor, written_at

pytestmark = pytest.mark.usefixtures("old_log")


def verified(*arguments: str) -> str:
    """Return the output of audit_verify, which must find the log valid."""
    out = StringIO()
    call_command("audit_verify", *arguments, stdout=out)
    assert out.getvalue().startswith("All is well")
    return out.getvalue()


def stub() -> Entry:
    return Entry.objects.filter(action=Action.RETAIN).order_by("-id")[0]


def test_old_entries_are_removed_and_others_stay(retire: Retire) -> None:
    said = retire("2026-02")
    assert "8 entries will be removed, up to seal 2: all from before 2026-02, and 2 that were written later" in said
    left = Entry.objects.exclude(action__in=[Action.RETAIN, Action.EXPORT])
    assert set(left.values_list("actor_id", "sheet_id")) == {(edits.BOB.id, edits.SITE_PLAN[0])}
    assert Leaf.objects.order_by("seq").values_list("seq", flat=True)[0] == 9


def test_verifying_starts_where_the_log_was_retired_and_finds_nothing(retire: Retire) -> None:
    retire("2026-02")
    assert f"from seal 2, up to which entry {stub().pk} retired the log, to link 12" in verified()


def test_the_log_goes_on_and_is_sealed(retire: Retire) -> None:
    retire("2026-02")
    edits.saved()
    seal_and_anchor()
    assert "to link 14; 0 not sealed yet" in verified()


def test_the_stub_names_seal_and_export(retire: Retire, tmp_path: Path) -> None:
    retire("2026-02")
    evidence, seal = json.loads(stub().evidence or ""), Seal.objects.get(pk=2)
    assert (stub().subject, stub().reason) == ("audit.seal/2", "two years")
    assert evidence["entries"] == evidence["last_seq"] == 8
    assert evidence["root"] == bytes(seal.root).hex()
    assert evidence["seal_hash"] == seals.signed(seal).statement.hash().hex()
    assert evidence["export_sha256"] == hashlib.sha256((tmp_path / "retired.jsonl").read_bytes()).hexdigest()


def test_the_export_verifies_by_itself_and_holds_the_seals_that_stay(retire: Retire, tmp_path: Path) -> None:
    retire("2026-02")
    file = tmp_path / "retired.jsonl"
    (key,) = seal_keys.public_keys().values()
    done = run(
        [sys.executable, "-m", "audit.verify", str(file), "--key", seal_bytes.written(key)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 entries and 2 seals" in done.stdout
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    held = [{key: value for key, value in line.items() if key != "type"} for line in lines if line["type"] == "seal"]
    assert held == [seals.signed(seal).to_json() for seal in Seal.objects.filter(pk__lte=2).order_by("pk")]


def test_fault_22_what_is_retired_is_proved_by_its_seals_where_no_key_signs_files(
    retire: Retire, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.AUDIT_SEAL_PUBLIC_KEYS, settings.AUDIT_SEAL_KEY = [key := public_key()], ""
    retire("2026-02")
    (tmp_path / "left.jsonl").write_bytes(exported("jsonl"))
    said = [
        (verify.main([str(tmp_path / name), "--key", key]), capsys.readouterr().out.splitlines()[0])
        for name in ("retired.jsonl", "left.jsonl")
    ]
    assert said[0][0] == verify.PROVED
    assert said[0][1].startswith(
        "Proved: 8 entries haven't changed since they were sealed, and none is missing between them. Not proved: "
    )
    assert "that the log ended at link 8" in said[0][1]
    assert said[1][0] == verify.NOT_PROVED
    assert said[1][1].startswith("Not proved: no signature covers 2 of the 4 entries, the first at link 11, so")
    assert "that the log began at link 9 and ended at link 12" in said[1][1]


def test_names_without_entries_are_deleted_and_others_stay(retire: Retire) -> None:
    retire("2026-02")
    left = {json.loads(text)[0] for text in PersonalText.objects.actors().values_list("text", flat=True)}
    assert left == {"Bob Baker", "this app"}
    assert set(Known.objects.values_list("number", flat=True)) == {edits.BOB.id, edits.SITE_PLAN[0]}


def test_values_that_are_still_committed_to_stay(retire: Retire) -> None:
    edits.saved(replace(edits.cell("ill", "well"), is_personal=True))
    seal_and_anchor()
    retire("2026-02")
    assert set(PersonalText.objects.filter(kind="value").values_list("text", flat=True)) >= {'"ill"', '"well"'}
    verified()


def test_people_come_back_under_a_new_commitment(retire: Retire) -> None:
    retire("2026-02")
    edits.saved(actor=edits.ALICE)
    assert Entry.objects.order_by("-id")[0].actor_name == "Alice Archer"
    verified()


def test_text_that_was_retired_is_found_no_more(retire: Retire) -> None:
    assert matching(Entry.objects.all(), "Januaryish").exists()
    retire("2026-02")
    assert not matching(Entry.objects.all(), "Januaryish").exists()
    assert matching(Entry.objects.all(), "Done").exists()


def test_the_tables_are_protected_again(retire: Retire) -> None:
    retire("2026-02")
    assert triggers.missing(connection) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no months")
def test_whole_months_are_dropped(retire: Retire) -> None:
    retire("2026-02")
    months = triggers_postgresql.parts(connection)
    assert "audit_entry_2026_01" not in months
    assert "audit_entry_2026_02" in months


def test_it_can_be_retired_again_and_the_newest_stub_counts(
    retire: Retire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    retire("2026-02")
    (tmp_path / "retired.jsonl").rename(tmp_path / "first.jsonl")
    with written_at(FEBRUARY):
        edits.saved()
    seal_and_anchor()
    monkeypatch.setattr(limits, "REST", -timedelta(days=1))  # because entries from today come earlier in the chain
    retire("2026-03")
    assert "from seal 4, up to which" in verified()
    assert Leaf.objects.order_by("seq")[0].seq == 15


def test_verifying_continues_after_entries_were_retired(retire: Retire) -> None:
    remember(Seal.objects.get(pk=1))
    retire("2026-02")
    out = StringIO()
    call_command("audit_verify", "--continue", stdout=out)
    assert "All is well" in out.getvalue()
    assert "from seal 2, up to which" in out.getvalue()


def test_entries_of_january_are_not_left_in_february(retire: Retire) -> None:
    retire("2026-02")
    assert not Entry.objects.filter(at__lt=JANUARY.replace(month=3)).exists()
