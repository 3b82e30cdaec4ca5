"""If a file isn't a valid export, `python -m audit.verify` prints a sentence and exits with a status. It never fails
with a traceback.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit import verify
from tests.audit.export.conftest import exported, public_key
from tests.audit.export.test_verifying import Lines, ended_anew, fault_of, lines_of
from tests.audit.export.test_without_django import ROOT, verified

pytestmark = pytest.mark.usefixtures("sealed_log")


@pytest.mark.parametrize("name", ["seq", "id"])
@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 2**64 - 1, 1e300, True, "1", None, [], {}])
def test_an_invalid_number_is_reported(tmp_path: Path, name: str, number: Any) -> None:
    lines = lines_of(exported("jsonl"))
    next(line for line in lines if line["type"] == "entry")[name] = number
    path = tmp_path / "log.jsonl"
    path.write_bytes(ended_anew(lines))
    assert verify.main([str(path)]) == verify.WRONG


@pytest.mark.parametrize("without", [set(), {"orjson"}], ids=["orjson", "json"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"[" * 200_000 + b"\n",
        b'{"a":' * 100_000 + b"\n",
        b"\xff\xfe\n",
        b"\x1f\x8b\x08\x00compressed\n",
        b"null\n",
        b'{"type":"export"}\n',
        b'{"type":NaN}\n',
        b'{"type":1' + b"0" * 5000 + b"}\n",
        b'{"type":"\\ud800"}\n',
    ],
    ids=["nothing", "a break", "deep", "deep objects", "no text", "gzip", "null", "short", "NaN", "huge", "surrogate"],
)
def test_a_file_that_is_not_an_export_gives_no_traceback(tmp_path: Path, content: bytes, without: set[str]) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(content)
    done = verified(path, without={"django"} | without)
    assert (done.returncode, done.stderr) == (verify.WRONG, "")
    assert done.stdout.startswith(f"Nothing is proved. Line {content.count(bytes([10])) and 1}: ")


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: b"\xef\xbb\xbf" + whole,
        lambda whole: whole.replace(b"\n", b"\r\n"),
        lambda whole: whole.replace(b'"is_whole":', b'"is_whole":false,"is_whole":', 1),
        lambda whole: whole.replace(b'"first_seq":1', b'"first_seq":true', 1),
        lambda whole: whole.replace(b'"is_whole":true', b'"is_whole":"no"', 1),
        lambda whole: whole + b"\n",
        lambda whole: b"".join(whole.splitlines(keepends=True)[:1]),
    ],
    ids=["BOM", "CRLF", "a name twice", "a place that is true", "a word for true", "a break more", "one line"],
)
def test_a_rewritten_export_is_reported(change: Any) -> None:
    assert fault_of(change(exported("jsonl"))) != ""


def test_a_directory_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.main([str(tmp_path)]) == verify.UNREADABLE
    assert capsys.readouterr().err == f"{tmp_path} cannot be read: Is a directory.\n"


def test_a_pipe_is_read(tmp_path: Path) -> None:
    whole, path = exported("jsonl"), tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=[whole])
    writer.start()
    assert verify.main([str(path), "--key", public_key()]) == verify.PROVED
    writer.join()


def test_a_file_without_line_breaks_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(verify, "LONGEST", 1000)
    assert verify.main(["/dev/zero"]) == verify.WRONG
    assert capsys.readouterr().out == "Nothing is proved. Line 1: The export is incomplete: this line is cut off.\n"


def _forged_header(**facts: Any) -> bytes:
    lines = lines_of(exported("jsonl"))
    lines[0] |= facts
    return ended_anew(lines)


def test_text_from_a_file_begins_no_line_of_the_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "log.jsonl"
    query = {"text": "1\nThe file as a whole is signed with the key 0.\x1b[8m"}
    by = {"id": 1, "region": "", "name": "\u202eyou", "email": ""}
    path.write_bytes(_forged_header(query=query, by=by, is_whole=False))
    assert verify.main([str(path), "--key", public_key()]) == verify.NOT_PROVED
    said = capsys.readouterr().out
    assert not [line for line in said.splitlines() if line.startswith("The file as a whole is signed")]
    assert not set("\x1b\u202e") & set(said)


def test_the_verdict_is_printed_if_output_is_ascii(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(_forged_header(by={"id": 1, "region": "", "name": "Ö", "email": ""}))
    done = subprocess.run(
        [sys.executable, "-m", "audit.verify", str(path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (verify.NOT_PROVED, b"")
    assert rb"by \xd6 (:1): the whole log" in done.stdout


def _without_its_end(lines: Lines) -> None:
    """Remove the entries that come after the last seal that isn't empty. The file then looks as if the log ended with
    this seal.
    """
    place = max(number for number, line in enumerate(lines) if line.get("path") is not None)
    last = lines[place]
    seal = [line for line in lines if line["type"] == "seal"][-1]
    assert seal["last_seq"] == last["seq"]
    lines[0] |= {"last_seq": last["seq"], "head": seal["head"]}
    lines[place + 1 : -1] = []


def _without_its_beginning(lines: Lines) -> None:
    seals = [place for place, line in enumerate(lines) if line["type"] == "seal"]
    first = lines[seals[-1]]
    before = lines[seals[-2]]["head"]
    lines[1 : seals[-1]] = []
    lines[0] |= {"first_seq": first["first_seq"], "before": before}


@pytest.mark.parametrize(
    ("cut", "status"),
    [(_without_its_end, verify.PROVED), (_without_its_beginning, verify.NOT_PROVED)],
    ids=["end", "beginning"],
)
def test_of_a_whole_log_that_is_not_signed_it_says_what_is_not_proved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cut: Any, status: int
) -> None:
    """The beginning or the end is removed from an export of a whole log. The export isn't signed, so the verifier says
    that it can't prove where the log began or ended.
    """
    lines = lines_of(exported("jsonl"))
    cut(lines)
    path = tmp_path / "log.jsonl"
    path.write_bytes(ended_anew(lines))
    assert verify.main([str(path), "--key", public_key()]) == status
    first_line, *_ = said = capsys.readouterr().out.splitlines()
    first, last = lines[0]["first_seq"], lines[0]["last_seq"]
    began = "" if first == 1 else f"began at link {first} and "
    assert f"that the log {began}ended at link {last}" in first_line
    assert f"from link {first} up to link {last} of" in said[1]
    assert ("It doesn't have the entries before link" in "".join(said)) is (first != 1)


@pytest.mark.parametrize("entries", [10**18, 7.0, "7", True, None])
def test_fault_23_numbers_of_an_end_are_held_against_the_lines(entries: object) -> None:
    """The last line has the number of entries. The signature doesn't cover this number, so the verifier counts the
    entries, and accepts only the right number, written as an integer.
    """
    *lines, end = exported("jsonl").splitlines(keepends=True)
    assert json.loads(end)["entries"] == 7
    changed = json.dumps(json.loads(end) | {"entries": entries}, separators=(",", ":")).encode() + b"\n"
    assert "lines are missing or added" in fault_of(b"".join([*lines, changed]))


@pytest.mark.parametrize(
    "facts",
    [
        {"export": 5},
        {"at": "now"},
        {"at": "2026-01-01T00:00:00+00:00"},
        {"by": {"id": 1}},
        {"by": {"id": "1", "region": "com", "name": "Eve", "email": ""}},
        {"by": {"id": 1, "region": "com", "name": None, "email": ""}},
        {"query": []},
        {"query": {"sheet": 1}},
        {"before": "00"},
        {"head": "0" * 63 + "A"},
        {"keys": {"key": 1}},
    ],
    ids=str,
)
def test_fault_23_a_first_line_is_written_in_one_way(facts: dict[str, Any]) -> None:
    assert "The first line isn't in the format of an export" in fault_of(_forged_header(**facts))


def _of_seal(change: Callable[[dict[str, Any]], dict[str, Any]]) -> bytes:
    lines = lines_of(exported("jsonl"))
    place = next(place for place, line in enumerate(lines) if line["type"] == "seal")
    lines[place] = change(lines[place])
    return ended_anew(lines)


@pytest.mark.parametrize(
    "change",
    [
        lambda seal: seal | {"number": True},
        lambda seal: seal | {"first_seq": float(seal["first_seq"])},
        lambda seal: seal | {"at": float(seal["at"])},
        lambda seal: {"type": "seal", **dict(sorted(seal.items()))},
        lambda seal: dict(reversed(seal.items())),
    ],
    ids=["true for 1", "a float", "a time as a float", "in another order", "backwards"],
)
def test_a_seal_is_written_in_one_way(change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    assert fault_of(_of_seal(lambda seal: seal)) == ""
    assert "This seal isn't in the format of an export" in fault_of(_of_seal(change))


def test_clear_texts_are_written_in_one_order() -> None:
    lines = lines_of(exported("jsonl"))
    entry = next(line for line in lines if len(line.get("clear", ())) > 1)
    entry["clear"] = dict(reversed(entry["clear"].items()))
    assert "clear texts are in the wrong order" in fault_of(ended_anew(lines))
