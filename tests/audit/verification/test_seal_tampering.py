"""Verifying detects seals that were altered, removed or forged. With an anchor, it also detects that the last seals
were removed.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from audit.models import Leaf, Seal
from audit.proof import anchors, seal_bytes, seal_keys, seals
from audit.proof.seal_bytes import SignedSeal
from audit.verification.findings import Kind
from audit.verification.start import since
from tests.append_only import lifted
from tests.audit import edits
from tests.audit.verification.tampering import alter, execute, findings_after, flipped, rechain, stored, verified

COUNT = 5
COLUMNS = [field.column for field in Seal._meta.concrete_fields]


@pytest.fixture
def protected(log: None, settings: Settings, tmp_path: Path) -> Path:
    """A log with five seals. The third seal is empty, and each of the others covers two links. Returns the file in
    which the seals are anchored.
    """
    settings.AUDIT_ANCHORS, settings.AUDIT_ANCHOR_FILE = ["file"], str(tmp_path / "anchors.jsonl")
    for number in range(COUNT):
        if number != 2:
            edits.saved()
        seals.seal()
    anchors.publish()
    return tmp_path / "anchors.jsonl"


@pytest.fixture
def anchored(protected: Path) -> Iterator[Path]:
    """The same log without its triggers."""
    with lifted(connection):
        yield protected


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    number=st.integers(1, COUNT),
    column=st.sampled_from(COLUMNS),
    byte=st.integers(0, 70),
    by=st.integers(0, 254),
)
def test_any_byte_of_any_column(anchored: Path, number: int, column: str, byte: int, by: int) -> None:
    changed = flipped(stored("audit_seal", column, key="id", of=number), place=byte, by=by)
    if column == "id":
        changed = COUNT + 1 + by
    if column == "at":
        changed = Seal.objects.get(pk=number).at.replace(microsecond=by)
    found = findings_after(lambda: alter("audit_seal", column, changed, key="id", of=number))
    assert {finding.kind for finding in found} <= {Kind.SEAL, Kind.KEY}
    assert number in {finding.seal for finding in found} or COUNT + 1 + by in {finding.seal for finding in found}


@pytest.mark.parametrize("number", range(1, COUNT))
def test_a_removed_seal(anchored: Path, number: int) -> None:
    (found,) = findings_after(lambda: execute("DELETE FROM audit_seal WHERE id = %s", number))
    assert (found.kind, found.seal) == (Kind.SEAL, number)


def cut_off(from_seal: int) -> None:
    last_seq = Seal.objects.get(pk=from_seal - 1).last_seq
    execute("DELETE FROM audit_seal WHERE id >= %s", from_seal)
    execute("DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_leaf WHERE seq > %s)", last_seq)
    execute("DELETE FROM audit_leaf WHERE seq > %s", last_seq)


def test_an_end_cut_off_with_its_seals_shows_only_in_an_anchor(anchored: Path) -> None:
    assert findings_after(lambda: cut_off(4)) == []
    found = findings_after(lambda: cut_off(4), anchors=anchored)
    assert [(finding.kind, finding.seal, finding.seq) for finding in found] == [
        (Kind.TRUNCATED, 4, 5),
        (Kind.TRUNCATED, 5, 5),
    ]
    assert "the links 5 to 8 were cut off" in found[-1].text


def test_a_log_rebuilt_with_the_key_is_only_detected_by_an_anchor(anchored: Path) -> None:
    def tamper() -> None:
        execute("UPDATE audit_entry SET new = '\"forged\"' WHERE id = (SELECT min(id) FROM audit_entry)")
        rechain(1)
        execute("DELETE FROM audit_seal")
        list(seals.seal_all())

    assert findings_after(tamper) == []
    found = findings_after(tamper, anchors=anchored)
    assert (found[0].kind, found[0].seal) == (Kind.RECOMPUTED, 1)


def restore_and_go_on() -> list[SignedSeal]:
    """Restore the log as it was before the fourth seal. Then make another edit, and seal it. Return the new seals."""
    with lifted(connection):
        cut_off(4)
    edits.saved()
    return [seals.signed(seal) for seal in seals.seal_all()]


def test_after_a_restore_the_report_names_both_possibilities(protected: Path) -> None:
    """After a database is restored from an older backup, the app makes other seals with the numbers of the lost seals.
    Verifying can't tell this from a log that someone has rewritten, so the report names both possibilities.
    docs/deploy.md says how to begin a new anchor file.
    """
    restore_and_go_on()
    found = verified(anchors=protected).findings.kept
    assert [(finding.kind, finding.seal) for finding in found] == [(Kind.RECOMPUTED, 4), (Kind.TRUNCATED, 5)]
    assert found[0].text.startswith("Seal 4 is not the one that was anchored: two different seals have this number")
    assert "Either the database was restored from a backup that is older" in found[0].text
    assert "or someone with the seal key has rewritten the log" in found[0].text


def test_a_new_anchor_file_as_the_docs_begin_it_fits_a_restored_log(protected: Path, tmp_path: Path) -> None:
    docs = (Path(__file__).parents[3] / "docs" / "deploy.md").read_text()
    command = next(line.strip() for line in docs.splitlines() if line.strip().startswith("awk "))
    new = tmp_path / "new.jsonl"
    command = command.replace("first=8", "first=4").replace("/mnt/anchors/until-restore.jsonl", str(protected))
    subprocess.run(["sh", "-c", command.replace("/mnt/anchors/seals.jsonl", str(new))], check=True)
    assert new.read_text().splitlines() == protected.read_text().splitlines()[:3]
    made = restore_and_go_on()
    with new.open("a") as file:
        file.writelines(json.dumps(seal.to_json()) + "\n" for seal in made)
    assert verified(anchors=new).is_whole


def test_a_seal_that_was_altered_is_not_called_a_second_seal(anchored: Path) -> None:
    found = findings_after(lambda: alter("audit_seal", "root", b"x" * 32, key="id", of=2), anchors=anchored)
    (recomputed,) = (finding for finding in found if finding.kind is Kind.RECOMPUTED)
    assert recomputed.text.endswith("the seal in the database was altered or replaced.")


def test_all_is_well_with_the_anchors_of_an_untouched_log(anchored: Path) -> None:
    assert findings_after(lambda: None, anchors=anchored) == []
    assert len(anchored.read_text().splitlines()) == COUNT


def test_a_line_that_is_no_seal_is_named(anchored: Path) -> None:
    with anchored.open("a") as file:
        file.write("what is this?\n{}\n")
    found = findings_after(lambda: None, anchors=anchored)
    assert [finding.text for finding in found] == [
        f"Line {line} of the anchor's file is not a seal." for line in (6, 7)
    ]


def test_a_line_that_was_torn_off_is_no_finding_once_the_whole_one_follows(anchored: Path) -> None:
    *lines, last = anchored.read_text().splitlines(keepends=True)
    anchored.write_text("".join([*lines, last[:100] + "\n", lines[0], last]))
    assert findings_after(lambda: None, anchors=anchored) == []
    anchored.write_text("".join([*lines, last[:100] + "\n"]))
    (found,) = findings_after(lambda: None, anchors=anchored)
    assert found.text == f"Line {COUNT} of the anchor's file is not a seal."


def test_an_anchor_saved_from_a_sheet_is_read(anchored: Path) -> None:
    lines = anchored.read_text().splitlines()
    sheet = anchored.with_suffix(".csv")
    quoted = ['"' + line.replace('"', '""') + '",remark' for line in lines]
    sheet.write_text("\n".join(["Seal,Notes", *quoted]), encoding="utf-8-sig")
    assert findings_after(lambda: None, anchors=sheet) == []
    assert len(findings_after(lambda: cut_off(2), anchors=sheet)) == COUNT - 1


def test_lines_of_a_logger_are_read(anchored: Path) -> None:
    lines = anchored.read_text().splitlines()
    anchored.write_text("\n".join(f"2026-11-23 22:00:00,000 INFO audit.anchor {line}" for line in lines))
    assert findings_after(lambda: None, anchors=anchored) == []
    assert len(findings_after(lambda: cut_off(2), anchors=anchored)) == COUNT - 1


def test_seals_of_another_key_are_not_taken_for_ours(anchored: Path, settings: Settings) -> None:
    ours = seal_keys.private_key()

    def tamper() -> None:
        execute("DELETE FROM audit_seal")
        settings.AUDIT_SEAL_KEY = seal_bytes.written(Ed25519PrivateKey.generate())
        list(seals.seal_all())
        settings.AUDIT_SEAL_KEY = seal_bytes.written(ours)

    (found,) = findings_after(tamper)
    assert (found.kind, found.seal) == (Kind.KEY, 1)
    assert "AUDIT_SEAL_PUBLIC_KEYS" in found.text


def test_seals_of_before_a_change_of_keys_hold(anchored: Path, new_key: Ed25519PrivateKey, settings: Settings) -> None:
    seals.seal()
    assert {finding.kind for finding in findings_after(lambda: None)} == {Kind.KEY}
    older = seal_bytes.private_key("DrlvkvqW6n3846oD1Sx2ueHLfE3NHIml+dwP1JzucT8=").public_key()
    settings.AUDIT_SEAL_PUBLIC_KEYS = [seal_bytes.written(older)]
    assert findings_after(lambda: None) == []


def test_starting_after_a_seal_looks_only_at_what_came_later(anchored: Path) -> None:
    def tamper() -> None:
        early, late = Leaf.objects.get(seq=3).entry_id, Leaf.objects.get(seq=6).entry_id
        for entry_id in (early, late):
            execute("UPDATE audit_entry SET reason = 'forged' WHERE id = %s", entry_id)

    assert [finding.seq for finding in findings_after(tamper)] == [3, 6]
    assert [finding.seq for finding in findings_after(tamper, start=since("3"))] == [6]
