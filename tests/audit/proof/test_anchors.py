"""Every seal is written to the anchors. A failed write is tried again, and never stops sealing."""

import json
import logging
import resource
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest
from pytest_django import Settings

from audit.models import Cursor, Seal
from audit.proof import anchors, seals
from audit.proof.seal_bytes import SignedSeal
from audit.verification.findings import Anchored, Kind
from tests.audit import edits
from tests.audit.verification.tampering import verified

pytestmark = pytest.mark.usefixtures("log")


@pytest.fixture
def file(settings: Settings, tmp_path: Path) -> Path:
    settings.AUDIT_ANCHORS, settings.AUDIT_ANCHOR_FILE = ["file"], str(tmp_path / "anchors.jsonl")
    return tmp_path / "anchors.jsonl"


def sealed(count: int) -> list[SignedSeal]:
    made = []
    for _ in range(count):
        edits.saved()
        made.append(seals.signed(seals.seal()))
    return made


def in_file(file: Path) -> list[SignedSeal]:
    return [SignedSeal.from_json(json.loads(line)) for line in file.read_text().splitlines()]


def test_a_file_gets_each_seal_once_and_goes_on_where_it_was(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchors, "AT_ONCE", 2)
    made = sealed(3)
    assert anchors.publish() == []
    assert in_file(file) == made
    made += sealed(2)
    assert anchors.publish() == anchors.publish() == []
    assert in_file(file) == made
    assert Cursor.objects.get(name="anchor file").seq == 5


def test_a_log_line_holds_the_seal(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.AUDIT_ANCHORS = ["log"]
    made = sealed(2)
    with caplog.at_level(logging.INFO, logger="audit.anchor"):
        anchors.publish()
    lines = [record.getMessage() for record in caplog.records if record.name == "audit.anchor"]
    assert [SignedSeal.from_json(json.loads(line)) for line in lines] == made


def test_a_failing_anchor_is_reported_retried_and_does_not_stop_others(
    file: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.AUDIT_ANCHORS = ["far away", "file"]
    seen: list[int] = []
    is_there = False

    def far_away(found: Sequence[SignedSeal]) -> None:
        if not is_there:
            raise ConnectionError("token 1234 was refused")
        seen.extend(seal.statement.number for seal in found)

    anchors.register("far away", anchors.Anchor(far_away))
    made = sealed(2)
    assert anchors.publish() == ["far away"]
    assert in_file(file) == made
    assert "far away failed at seal 1: ConnectionError" in caplog.text
    assert "1234" not in caplog.text
    assert not [record for record in caplog.records if record.name == "audit.anchor"]  # this logger only writes seals
    is_there = True
    made += sealed(1)
    assert anchors.publish() == []
    assert seen == [1, 2, 3]


def test_one_that_rests_gets_the_newest_seal_now_and_then(settings: Settings) -> None:
    seen: list[int] = []
    pause = 3600.0
    anchors.register(
        "sheet of paper",
        anchors.Anchor(lambda found: seen.extend(seal.statement.number for seal in found), pause=lambda: pause),
    )
    settings.AUDIT_ANCHORS = ["sheet of paper"]
    for _ in range(3):
        sealed(2)
        anchors.publish()
    assert seen == [2]
    pause = 0.000001
    anchors.publish()
    assert seen == [2, 6]
    assert Seal.objects.count() == 6


def test_a_relative_path_begins_in_the_projects_folder(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    settings.BASE_DIR, settings.AUDIT_ANCHORS, settings.AUDIT_ANCHOR_FILE = tmp_path, ["file"], "anchors.jsonl"
    sealed(1)
    assert anchors.publish() == []
    assert (tmp_path / "anchors.jsonl").read_text().count("\n") == 1
    assert list(elsewhere.iterdir()) == []


def test_only_a_file_that_cannot_be_written_fails(settings: Settings) -> None:
    settings.AUDIT_ANCHORS, settings.AUDIT_ANCHOR_FILE = ["file", "log"], "/nowhere/anchors.jsonl"
    sealed(1)
    assert anchors.publish() == ["file"]
    assert Cursor.objects.get(name="anchor log").seq == 1


def test_a_disk_that_is_full_in_the_middle_of_a_line_spoils_no_other(file: Path) -> None:
    for _ in range(3):
        seals.seal()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (700, before[1]))
        assert anchors.publish() == ["file"]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)
    assert file.stat().st_size == 700

    assert anchors.publish() == []
    seals.seal()
    assert anchors.publish() == []
    report = verified(anchors=file)
    assert [finding for finding in report.findings.kept if finding.kind is Kind.ANCHOR] == []
    assert report.anchored == Anchored(5, 4)


def test_where_seals_are_gone_it_is_told_and_anchoring_goes_on(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The database says that the anchor file has seals up to a number far beyond the newest seal. The app reports that
    seals are missing. It still writes new seals to the anchor file.
    """
    first = sealed(1)
    Cursor.objects.create(name="anchor file", seq=10**9)
    assert anchors.publish() == []
    assert (
        "The anchor file has seal 1000000000, but the newest seal in the database is 1: seals are missing."
        in caplog.text
    )
    more = sealed(2)
    assert anchors.publish() == []
    assert in_file(file) == first + more
