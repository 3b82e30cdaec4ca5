"""manage.py audit_export."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit import verify
from audit.models import Entry
from tests.audit.edits import ALICE, BOB, BUDGET, saved

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
    assert verify.main([str(file)]) == verify.GOOD


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--person", str(BOB.id)], 2),
        (["--sheet", str(BUDGET[0]), "--person", str(ALICE.id)], 0),
        (["--since", "2020-01-01"], 4),
        (["--until", "2020-01-01T12:00Z"], 0),
        (["--since", "2020-01-01 12:00", "--until", "2099-01-01"], 4),
    ],
    ids=["person", "sheet and person", "since", "until", "between"],
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
    with pytest.raises(CommandError, match="no date or time"):
        export(file, "--since", "yesterday")
    with pytest.raises(CommandError, match="cannot be written"):
        export(file / "not" / "there")
    assert not Entry.objects.filter(action="export").exists()
