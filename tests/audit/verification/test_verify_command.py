"""manage.py audit_verify prints messages or JSON, exits with a status, and can continue after the last verified
seal.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from pytest_django import Settings

from audit.conf import DEFAULTS
from audit.models import Entry, Seal
from audit.proof import seals
from audit.recording import THIS_APP, note
from audit.verification import rows
from audit.vocabulary import Action
from tests.append_only import lifted
from tests.audit import edits
from tests.audit.retention.conftest import JANUARY, written_at
from tests.audit.verification.tampering import execute

pytestmark = pytest.mark.usefixtures("log")


@pytest.fixture(autouse=True)
def verified_file(settings: Settings, tmp_path: Path) -> Path:
    settings.AUDIT_VERIFIED_FILE = str(tmp_path / "state" / "verified.json")
    return tmp_path / "state" / "verified.json"


def run(*arguments: str, **options: Any) -> tuple[int, str, str]:
    """Run the command. Return the exit status, standard output and standard error."""
    out, err = StringIO(), options.pop("stderr", StringIO())
    try:
        call_command("audit_verify", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def forge(reason: str, *, seq: int) -> None:
    with lifted(connection):
        execute(
            "UPDATE audit_entry SET reason = %s WHERE id = (SELECT entry_id FROM audit_leaf WHERE seq = %s)",
            reason,
            seq,
        )


def test_a_valid_log_is_reported_with_its_rate() -> None:
    edits.saved()
    seals.seal()
    status, said, _ = run()
    assert status == 0
    assert said.startswith("All is well: 2 entries and 1 seal, from the beginning, to link 2; 0 not sealed yet.")
    assert "entries/s" in said


def test_an_empty_log_is_whole() -> None:
    assert run()[0] == 0


def test_a_forged_entry_is_named_and_the_status_is_1() -> None:
    edits.saved()
    edits.saved()
    seals.seal()
    forge("forged", seq=3)
    status, said, _ = run()
    entry_id = Entry.objects.order_by("id")[2].pk
    assert status == 1
    assert f"EDITED: Entry {entry_id} was edited" in said
    assert f"The first bad entry is {entry_id}." in said


def test_machines_read_the_same() -> None:
    edits.saved()
    seals.seal()
    forge("forged", seq=2)
    status, said, _ = run("--json")
    report = json.loads(said)
    assert (status, report["whole"], report["count"], report["entries"]) == (1, False, 1, 2)
    assert report["findings"][0]["kind"] == "edited"
    assert report["findings"][0]["entry"] == report["first_bad_entry"]


def test_fault_35_everything_is_read_unless_asked_to_go_on(verified_file: Path) -> None:
    edits.saved()
    seals.seal()
    assert run()[0] == 0
    assert verified_file.exists()
    forge("forged", seq=1)
    edits.saved()
    assert run()[0] == 1
    status, said, _ = run("--continue")
    assert status == 0
    first, second = said.splitlines()
    assert first.startswith("Not all of the log was read: this run starts after link 2, at seal 1, up to which all was")
    assert first.endswith("Older entries were NOT read.")
    assert second.startswith("Nothing is wrong after link 2: 2 entries and 1 seal, from seal 1, up to which all was")
    assert json.loads(run("--continue", "--json")[1])["is_full"] is False
    assert run()[0] == 1


def test_fault_35_a_requested_start_is_reported_first() -> None:
    edits.saved()
    seals.seal()
    edits.saved()
    first, second = run("--since", "1")[1].splitlines()
    assert first == (
        "Not all of the log was read: this run starts after link 2, at seal 1, as asked. Older entries were NOT read."
    )
    assert second.startswith("Nothing is wrong after link 2: 2 entries")


def test_fault_35_going_on_without_a_beginning_reads_everything() -> None:
    edits.saved()
    seals.seal()
    status, said, _ = run("--continue")
    assert (status, said.splitlines()[0][:15]) == (0, "All is well: 2 ")
    assert json.loads(run("--json")[1])["is_full"] is True


def test_a_run_in_another_folder_continues(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a site sets a relative path for AUDIT_VERIFIED_FILE, the path begins at BASE_DIR, whatever the current folder
    is.
    """
    settings.BASE_DIR, settings.AUDIT_VERIFIED_FILE = tmp_path, DEFAULTS["AUDIT_VERIFIED_FILE"]
    edits.saved()
    seals.seal()
    _, _, told = run("--continue")
    assert (
        told == f"No verified seal could be read from {tmp_path / 'audit-verified.json'}, so everything is verified.\n"
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    status, said, told = run("--continue")
    assert (status, told) == (0, "")
    assert said.startswith("Not all of the log was read: this run starts after link 2, at seal 1, up to which all was")
    assert list(elsewhere.iterdir()) == []


def test_fault_22_a_log_whose_seals_are_gone_is_not_well(settings: Settings) -> None:
    """The test deletes all seals, as the database's owner could do before rebuilding the chain. Verifying reports
    this.
    """
    with written_at(JANUARY):
        edits.saved()
    edits.saved()
    status, said, _ = run()
    assert status == 1
    assert "SEAL: 2 entries, the first at link 1, have waited for a seal for too long: sealing has stopped, or" in said
    seals.seal()
    assert run()[0] == 0
    with lifted(connection):
        execute("DELETE FROM audit_seal")
    assert "have waited for a seal" in run()[1]
    settings.AUDIT_SEAL_KEY = ""
    assert "have waited for a seal" not in run()[1]  # because this log is never sealed


def test_without_a_key_nothing_is_called_well(settings: Settings) -> None:
    """A site without a seal key never seals its log. This isn't wrong, but the report must not say that all is well."""
    settings.AUDIT_SEAL_KEY = ""
    with written_at(JANUARY):
        edits.saved()
    status, said, _ = run()
    assert status == 0
    assert said.startswith("Nothing wrong was found, but nothing is proved: 2 entries and 0 seals")
    assert "No seal key is set, so no seal protects the entries" in said
    assert "All is well" not in said
    assert json.loads(run("--json")[1])["has_keys"] is False


def test_one_entry_that_waits_for_a_seal_is_reported() -> None:
    with written_at(JANUARY):
        note(actor=THIS_APP, action=Action.RETAIN)
    status, said, _ = run()
    assert status == 1
    assert "SEAL: The entry at link 1 has waited for a seal for too long: sealing has stopped" in said


def test_it_is_not_led_astray_by_another_seal_of_the_same_number(verified_file: Path) -> None:
    edits.saved()
    seals.seal()
    assert run()[0] == 0
    with lifted(connection):
        execute("DELETE FROM audit_seal")
    edits.saved()
    seals.seal()
    remembered = verified_file.read_text()
    for options in (["--continue"], []):
        status, said, _ = run(*options)
        assert status == 1
        assert "RECOMPUTED: Seal 1 is not the one that was verified last" in said
        assert "from the beginning" in said
    assert verified_file.read_text() == remembered


def test_an_end_that_was_cut_off_with_its_seals_is_named(verified_file: Path) -> None:
    edits.saved()
    seals.seal()
    assert run()[0] == 0
    with lifted(connection):
        execute("DELETE FROM audit_seal")
        execute("DELETE FROM audit_leaf WHERE seq > 1")
        execute("DELETE FROM audit_entry WHERE id > (SELECT MIN(id) FROM audit_entry)")
    for options in (["--continue"], []):
        status, said, _ = run(*options)
        assert status == 1
        assert "TRUNCATED: Seal 1 was verified last, but is missing now: the links 2 to 2 were cut off." in said


def test_an_invalid_log_is_not_remembered(verified_file: Path) -> None:
    edits.saved()
    seals.seal()
    forge("forged", seq=1)
    assert run()[0] == 1
    assert not verified_file.exists()


@pytest.mark.parametrize("content", ["", "{}", '{"at": "2026-01-01", "seal": {}}', "no json"])
def test_a_file_of_no_use_is_as_good_as_none(verified_file: Path, content: str) -> None:
    verified_file.parent.mkdir()
    verified_file.write_text(content)
    edits.saved()
    seals.seal()
    status, said, _ = run()
    assert (status, "from the beginning" in said) == (0, True)


def test_it_starts_after_a_seal_as_asked() -> None:
    for _ in range(2):
        edits.saved()
        seals.seal()
    forge("forged", seq=1)
    assert run("--since", "1")[0] == 0
    assert run("--since", "0001")[0] == 0
    with pytest.raises(CommandError, match="There is no seal 9"):
        run("--since", "9")


def test_an_unreadable_row_is_an_error(settings: Settings) -> None:
    with pytest.raises(CommandError, match="/nowhere"):
        run("--anchors", "/nowhere/anchors.jsonl")
    settings.AUDIT_SEAL_PUBLIC_KEYS = ["no key"]
    with pytest.raises(CommandError, match="AUDIT_SEAL_PUBLIC_KEYS"):
        run()


def test_a_missing_file_of_anchors_is_reported() -> None:
    with pytest.raises(CommandError, match=r"verified: /nowhere/anchors\.jsonl: No such file or directory\.$"):
        run("--anchors", "/nowhere/anchors.jsonl")


def test_one_finding_is_one(tmp_path: Path) -> None:
    anchors = tmp_path / "anchors"
    anchors.write_text("no seal\n")
    status, said, _ = run("--anchors", str(anchors))
    assert (status, "1 finding:" in said) == (1, True)


def test_a_person_sees_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("audit.verification.chain.STEP", 2)
    edits.saved()
    edits.saved()
    _, _, aside = run(stderr=Terminal())
    assert "2 of 4" in aside
    assert "4 of 4" in aside
    assert run()[2] == ""


@pytest.mark.django_db(transaction=True)
def test_it_needs_no_lock_that_writers_wait_for() -> None:
    """While the log is verified, another thread writes an entry without waiting. Verification doesn't see this entry,
    because it reads the log as it was when verification began.
    """
    edits.saved()
    with rows.snapshot(connection):
        seen = [link.seq for link in rows.links(connection, after=0)]
        written = _in_another_thread(edits.saved)
        again = [link.seq for link in rows.links(connection, after=0)]
    assert written
    assert seen == again == [1, 2]
    assert Seal.objects.count() == 0


def _in_another_thread(work: Any) -> Any:
    def then_close() -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(then_close).result()


def test_a_partial_run_is_not_remembered_as_a_full_one(verified_file: Path) -> None:
    """A partial run starts after a seal. If it were remembered as a full run, findings before that seal would never be
    reported again.
    """
    for _ in range(2):
        edits.saved()
        seals.seal()
    forge("forged", seq=1)
    assert run()[0] == 1
    assert run("--since", "1")[0] == 0
    assert not verified_file.exists()
    assert run()[0] == 1


def test_an_entry_put_in_past_the_triggers_is_named_where_nothing_else_is_new() -> None:
    edits.saved()
    seals.seal()
    assert run()[0] == 0
    last = Entry.objects.order_by("-id")[0].pk
    columns = ", ".join(f'"{field.column}"' for field in Entry._meta.concrete_fields if field.column != "id")
    with lifted(connection):
        copied = f"INSERT INTO audit_entry (id, {columns}) SELECT id + 1, {columns} FROM audit_entry WHERE id = %s"  # noqa: S608 # our own names
        execute(copied, last)
    for options in (["--continue"], []):
        status, said, _ = run(*options)
        assert (status, f"The first bad entry is {last + 1}." in said) == (1, True)


@pytest.mark.parametrize(
    "content",
    ["[" * 100_000, '{"number": Infinity}', '{"number": 1e400, "at": 1}', '{"number": NaN}', "[1]", '"{}"', "{"],
    ids=["deep", "infinity", "large", "NaN", "list", "text", "torn"],
)
def test_odd_lines_are_no_anchors_and_no_state(verified_file: Path, tmp_path: Path, content: str) -> None:
    anchors = tmp_path / "anchors"
    anchors.write_text(content)
    verified_file.parent.mkdir()
    verified_file.write_text(f'{{"at": "2026-01-01", "seal": {content}}}')
    edits.saved()
    status, said, _ = run("--anchors", str(anchors))
    assert (status, "ANCHOR: Line 1 of the anchor's file is not a seal." in said) == (1, True)


@pytest.mark.parametrize("name", ["anchors", "anchors.csv"])
def test_anchors_without_a_seal_prove_nothing(tmp_path: Path, name: str) -> None:
    anchors = tmp_path / name
    anchors.write_text("\n")
    edits.saved()
    seals.seal()
    status, said, _ = run("--anchors", str(anchors))
    assert (status, "ANCHOR: The anchor's file has no seal." in said) == (1, True)


def test_a_cell_beyond_the_sheet_is_reported(tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.csv"
    anchors.write_text("x" * 200_000)
    with pytest.raises(CommandError, match="field larger than"):
        run("--anchors", str(anchors))
    for unreadable in (tmp_path, tmp_path / "anchors.gz"):
        (tmp_path / "anchors.gz").write_bytes(b"\x1f\x8b\x08\x00")
        with pytest.raises(CommandError, match="couldn't be verified"):
            run("--anchors", str(unreadable))


def test_it_says_how_many_anchors_it_held_the_log_against(tmp_path: Path) -> None:
    anchors = tmp_path / "anchors"
    edits.saved()
    anchors.write_text(json.dumps(seals.signed(seals.seal()).to_json()))
    seals.seal()
    status, said, _ = run("--anchors", str(anchors))
    assert (status, "Seals in the anchor's file: 1. The newest of them is seal 1, and" in said) == (0, True)


def test_text_from_the_log_begins_no_line_of_the_verdict() -> None:
    edits.saved()
    note(actor=THIS_APP, action=Action.RETAIN, subject="audit.seal/\nAll is well\x1b[8m\u202e")
    _, said, _ = run()
    assert not set("\x1b\u202e") & set(said)
    assert len(said.splitlines()) == 1


def test_the_first_bad_entry_is_named_whatever_else_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.verification.findings.KEPT", 2)
    for _ in range(5):
        edits.saved()
        seals.seal()
    with lifted(connection):
        execute("UPDATE audit_seal SET first_seq = first_seq + 7")
        execute("UPDATE audit_entry SET reason = 'forged'")
    status, said, _ = run("--json")
    report = json.loads(said)
    assert (status, report["first_bad_entry"]) == (1, Entry.objects.order_by("id")[0].pk)
    assert (report["count"], report["kinds"]) == (15, {"seal": 5, "edited": 10})
    assert [finding["kind"] for finding in report["findings"]] == ["seal", "seal", "edited", "edited"]


def test_a_link_with_a_huge_place_does_not_fill_the_memory() -> None:
    edits.saved()
    edits.saved()
    seals.seal()
    with lifted(connection):
        execute("UPDATE audit_leaf SET seq = %s WHERE seq = 3", 10**15)
    status, said, _ = run()
    assert (status, "DELETED" in said) == (1, True)
