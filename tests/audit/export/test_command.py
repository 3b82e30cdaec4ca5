"""manage.py audit_export writes files that `python -m audit.verify` accepts. If an export isn't possible, the command
says why.
"""

from datetime import UTC, datetime
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from audit import verify
from audit.export import chain_rows, csv_file, jsonl
from audit.export.chain_rows import Row, Window
from audit.models import Entry, EntryQuerySet
from audit.proof import seals
from tests.audit.edits import ALICE, BOB, BUDGET, saved
from tests.audit.export.conftest import public_key
from tests.full_disk import refuse_rows

TODAY = f"{datetime.now(UTC):%Y-%m-%d}"
pytestmark = pytest.mark.usefixtures("log")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    saved(actor=ALICE)
    saved(actor=BOB, sheet=BUDGET)
    return tmp_path / "log"


def export(file: Path, *options: str, kind: str = "jsonl") -> str:
    told = StringIO()
    call_command("audit_export", "--format", kind, *options, str(file), stderr=told)
    return told.getvalue()


def test_it_writes_a_file_that_verifies(file: Path) -> None:
    assert "up to link 4 of the chain" in export(file)
    assert verify.main([str(file), "--key", public_key()]) == verify.PROVED


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--person", str(BOB.id)], 2),
        (["--person", f"{BOB.region}:{BOB.id}"], 2),
        (["--person", f"elsewhere:{BOB.id}"], 0),
        (["--sheet", str(BUDGET[0]), "--person", str(ALICE.id)], 0),
        (["--since", "2020-01-01"], 4),
        (["--until", "2020-01-01T12:00Z"], 0),
        (["--since", "2020-01-01 12:00", "--until", "2099-01-01"], 4),
        (["--until", "2020-01-01"], 0),
        (["--until", TODAY], 4),
        (["--until", f"{TODAY}T00:00Z"], 0),
        (["--person", "0"], 0),
        (["--sheet", "0"], 0),
        (["--sheet", "9" * 30], 0),
        (["--person", "-1"], 0),
        (["--since", "2099-01-01", "--until", "2020-01-01"], 0),
    ],
    ids=[
        "person",
        "person of a region",
        "the same number elsewhere",
        "sheet and person",
        "since",
        "until",
        "between",
        "until a day",
        "until the end of today",
        "until the beginning of today",
        "this app itself",
        "no sheet",
        "no number",
        "below",
        "turned round",
    ],
)
def test_it_exports_a_part(file: Path, options: list[str], count: int) -> None:
    export(file, *options)

    assert file.read_text().count('"type":"entry"') == count


def test_it_is_an_entry_of_the_app_itself(file: Path) -> None:
    export(file, "--person", "7", kind="csv")

    entry = Entry.objects.get(action="export")
    assert (entry.origin, entry.actor_name) == ("command", "this app")
    assert '"query":{"person":"7"}' in (entry.evidence or "")


def test_it_says_what_is_no_time_and_what_cannot_be_written(file: Path) -> None:
    for wrong in ("yesterday", "2026-02-30", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"):
        with pytest.raises(CommandError, match="not a date or time"):
            export(file, "--since", wrong)
    with pytest.raises(CommandError, match="too late"):
        export(file, "--until", "9999-12-31")
    with pytest.raises(CommandError, match="cannot be written"):
        export(file / "not" / "there")
    assert not Entry.objects.filter(action="export").exists()


def test_the_app_itself_is_a_person_too(file: Path) -> None:
    export(file)
    file.unlink()
    export(file, "--person", "0")

    assert '"query":{"person":"0"},"is_whole":false' in file.read_text()
    assert file.read_text().count('"type":"entry"') == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--person", "xx:1"], "The log has no entry with --person xx:1, so the file has none."),
        (["--sheet", "7", "--person", "8"], "The log has no entry with --sheet 7, --person 8, so the file has none."),
    ],
    ids=["a region that doesn't exist", "sheet and person"],
)
def test_an_export_without_entries_says_so(file: Path, options: list[str], said: str) -> None:
    assert said in export(file, *options)


def test_an_export_with_entries_does_not_say_that_it_has_none(file: Path) -> None:
    assert "no entry" not in export(file, "--person", f"{BOB.region}:{BOB.id}")


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_an_existing_file_is_not_overwritten(file: Path, kind: str) -> None:
    file.write_text("an earlier export")
    with pytest.raises(CommandError, match="exists already"):
        export(file, kind=kind)
    assert file.read_text() == "an earlier export"
    assert not Entry.objects.filter(action="export").exists()


def test_an_export_that_is_not_recorded_leaves_no_file(file: Path) -> None:
    refuse_rows(Entry._meta.db_table)
    with pytest.raises(CommandError, match="So nothing is exported"):
        export(file)
    assert not file.exists()


def test_the_report_names_this_app_without_a_number(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export(file)
    verify.main([str(file)])
    assert "by this app: the whole log" in capsys.readouterr().out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux's device that is always full")
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_full_disk_is_reported(file: Path, kind: str) -> None:
    with pytest.raises(CommandError, match="incomplete, because it can't be written: No space left on device"):
        export(Path("/dev/full"), kind=kind)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_lost_database_is_reported(file: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(**_window: int) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr({"csv": csv_file, "jsonl": jsonl}[kind], "windows", gone)
    with pytest.raises(CommandError, match="incomplete, because the log can't be read: gone"):
        export(file, kind=kind)
    assert "complete" not in file.read_text()
    if kind == "jsonl":
        assert verify.main([str(file)]) == verify.WRONG


def test_sealing_during_an_export_keeps_the_file_valid(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the log is exported, seals are made for links of the chain that are already in the file. The export writes
    these seals at the end of the file. Some of them are empty.
    """
    monkeypatch.setattr(chain_rows, "WINDOW", 3)
    monkeypatch.setattr(seals, "MOST", 1)
    read = chain_rows.rows
    count = 0

    def read_and_seal(entries: EntryQuerySet, window: Window, matching: EntryQuerySet | None) -> list[Row]:
        nonlocal count
        found, count = read(entries, window, matching=matching), count + 1
        if count == 2:
            list(seals.seal_all())
            seals.seal()
        return found

    for _ in range(3):
        saved()
    monkeypatch.setattr(jsonl, "rows", read_and_seal)
    monkeypatch.setattr(jsonl, "windows", partial(chain_rows.windows, size=3))

    export(file)

    assert verify.main([str(file), "--key", public_key()]) == verify.PROVED
    assert file.read_text().count('"type":"seal"') == 10
