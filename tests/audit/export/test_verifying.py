"""`python -m audit.verify` accepts an unchanged export, and detects every change to it."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from audit import verify
from audit.export.checks import Check
from audit.export.file_format import Wrong
from audit.export.seal_checks import Keys
from audit.models import PersonalText
from audit.proof import seal_bytes, seal_keys, seals
from tests.audit.export.conftest import exported, note_edit

Lines = list[dict[str, Any]]

pytestmark = pytest.mark.usefixtures("sealed_log")


def fault_of(file: bytes, *keys: str) -> str:
    """Verify the file with these keys. Return the error that was found, or "" if there is none."""
    check = Check(Keys(keys))
    try:
        for line in file.splitlines(keepends=True):
            check.take(line)
        check.finish()
    except Wrong as wrong:
        return str(wrong)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:  # as verify.main() does
        return repr(error)
    return ""


def ended_anew(lines: Lines) -> bytes:
    """Return the file with these lines and a new last line. The new last line is correct, but has no signature, because
    forgers don't have the key.
    """
    *rest, _end = lines
    body = b"".join(_dumped(line) for line in rest)
    entries = [line for line in rest if line["type"] == "entry"]
    counts = {"entries": len(entries), "seals": sum(line["type"] == "seal" for line in rest)}
    unsealed = sum(line["path"] is None for line in entries)
    facts = {"unsealed": unsealed, "sha256": hashlib.sha256(body).hexdigest(), "key_id": None, "signature": None}
    return body + _dumped({"type": "end", **counts, **facts})


def _dumped(line: dict[str, Any]) -> bytes:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def lines_of(file: bytes) -> Lines:
    return [json.loads(line) for line in file.splitlines()]


def test_a_selection_verifies_too() -> None:
    file = exported("jsonl", action="sign_in")

    kinds = [line["type"] for line in lines_of(file)]
    assert kinds == ["export", "seal", "entry", "end"]
    assert fault_of(file) == ""


def test_an_export_without_a_key_is_not_signed_and_verifies(settings: Settings) -> None:
    settings.AUDIT_SEAL_PUBLIC_KEYS = [seal_bytes.written(seal_keys.private_key().public_key())]
    settings.AUDIT_SEAL_KEY = ""

    assert lines_of(exported("jsonl"))[-1]["signature"] is None
    assert fault_of(exported("jsonl")) == ""


def test_an_erased_name_leaves_the_export_whole() -> None:
    PersonalText.objects.update(text="", salt="", email="", erased_at="2026-01-01T00:00Z")
    file = exported("jsonl")

    assert "Bob Baker" not in file.decode()
    assert fault_of(file) == ""


def test_a_key_that_is_not_trusted_is_named() -> None:
    other = seal_bytes.written(Ed25519PrivateKey.generate().public_key())

    assert "which is not one of the trusted keys" in fault_of(exported("jsonl"), other)


def test_the_first_bad_line_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = exported("jsonl").splitlines(keepends=True)
    lines[2] = lines[2].replace(b"Done", b"Dane")
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"".join(lines))

    assert verify.main([str(path)]) == verify.WRONG
    assert capsys.readouterr().out.startswith("Nothing is proved. Line 3: Entry ")


def entry_at(lines: Lines, place: int) -> dict[str, Any]:
    return [line for line in lines if line["type"] == "entry"][place]


def taken_out(lines: Lines) -> None:
    lines.remove(entry_at(lines, 2))


def swapped(lines: Lines) -> None:
    lines[2], lines[3] = lines[3], lines[2]


def doubled(lines: Lines) -> None:
    lines.insert(3, lines[2])


def moved_in_time(lines: Lines) -> None:
    entry = entry_at(lines, 1)
    entry["at"] = "2" + entry["at"][1:-2] + ("1Z" if entry["at"][-2] != "1" else "2Z")


def renumbered(lines: Lines) -> None:
    entry_at(lines, 1)["id"] += 1


def renamed(lines: Lines) -> None:
    clear = entry_at(lines, 1)["clear"]
    next(iter(clear.values()))["text"] = '["Eve","eve@example.com"]'


def unsealed(lines: Lines) -> None:
    entry_at(lines, 1)["path"] = None


def without_seals(lines: Lines) -> None:
    lines[:] = [line for line in lines if line["type"] != "seal"]


def without_a_seal(lines: Lines) -> None:
    lines.remove([line for line in lines if line["type"] == "seal"][1])


def cut_off(lines: Lines) -> None:
    lines.pop(-2)


def seal_altered(lines: Lines) -> None:
    next(line for line in lines if line["type"] == "seal")["at"] += 1


def without_via(lines: Lines) -> None:
    del entry_at(lines, 0)["entry"]["via"]


def with_no_via(lines: Lines) -> None:
    entry_at(lines, 0)["entry"]["via"] = None


def with_another_via(lines: Lines) -> None:
    entry_at(lines, 0)["entry"]["via"] = '{"job":18}'


def with_a_via(lines: Lines) -> None:
    entry_at(lines, 2)["entry"]["via"] = '{"job":17}'


def of_the_format_before(lines: Lines) -> None:
    lines[0]["format"] = "byline log 1"


def rewritten(lines: Lines) -> None:
    """Change an entry and compute its leaf again, but keep the hashes that lead from the old leaf to the seal."""
    from audit.proof import leaves

    entry = entry_at(lines, 1)
    entry["entry"]["new"] = '"Never"'
    values = leaves.values_of(entry["entry"])
    assert values is not None
    entry["leaf"] = leaves.leaf(values).hex()


@pytest.mark.parametrize(
    ("forge", "told"),
    [
        (taken_out, "are missing"),
        (swapped, "Entries are missing"),
        (doubled, "a line was moved or doubled"),
        (moved_in_time, "is not what was sealed"),
        (renumbered, "is not what was sealed"),
        (renamed, "A clear text was altered"),
        (unsealed, "but its path was removed"),
        (without_seals, "its seal is missing"),
        (without_a_seal, "Seals are missing"),
        (cut_off, "Entries are missing"),
        (seal_altered, "has a wrong signature"),
        (without_via, "was altered"),
        (with_no_via, "isn't an entry in the format of an export"),
        (with_another_via, "was altered"),
        (with_a_via, "was altered"),
        (of_the_format_before, "isn't an entry in the format of an export"),
        (rewritten, "is not what was sealed"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_forgery_that_is_summed_up_rightly_is_found(forge: Callable[[Lines], None], told: str) -> None:
    lines = lines_of(exported("jsonl"))
    assert fault_of(ended_anew(lines)) == ""

    forge(lines)

    assert told in fault_of(ended_anew(lines))


@pytest.mark.parametrize("respelt", [str.upper, lambda text: f"{text[:2]} {text[2:]}"], ids=["capitals", "a space"])
def test_a_hash_has_only_one_spelling(respelt: Callable[[str], str]) -> None:
    lines = lines_of(exported("jsonl"))
    line = next(line for line in lines if line.get("path"))
    line["path"] = respelt(line["path"])
    assert "A hash isn't in the format of an export" in fault_of(ended_anew(lines))


@pytest.mark.parametrize(
    "respelt",
    [str.upper, lambda salt: f"{salt[:2]} {salt[2:]}", lambda salt: f"{salt}00", lambda salt: salt + "00" * 32],
    ids=["capitals", "a space", "longer", "a whole block"],
)
def test_fault_23_a_salt_has_only_one_spelling(respelt: Callable[[str], str]) -> None:
    """The verifier accepts only one spelling of a salt, because another spelling could give the same commitment. For
    example, HMAC treats a key and the same key with trailing zeros as equal.
    """
    lines = lines_of(exported("jsonl"))
    clear = next(iter(next(line for line in lines if line.get("clear"))["clear"].values()))
    clear["salt"] = respelt(clear["salt"])
    assert "A clear text was altered" in fault_of(ended_anew(lines))


def test_a_log_that_was_made_up_with_another_key_is_not_trusted(settings: Settings) -> None:
    own = seal_bytes.written(seal_keys.private_key().public_key())
    settings.AUDIT_SEAL_KEY = seal_bytes.written(Ed25519PrivateKey.generate())
    note_edit()
    list(seals.seal_all())

    assert "not one of the trusted keys" in fault_of(exported("jsonl"), own)


def test_every_byte_counts() -> None:
    file = exported("jsonl")

    @settings(max_examples=150, deadline=None)
    @given(place=st.integers(0, len(file) - 1), byte=st.integers(0, 255))
    def check(place: int, byte: int) -> None:
        changed = file[:place] + bytes([byte]) + file[place + 1 :]
        assert (fault_of(changed) == "") is (changed == file)

    check()


def test_every_byte_of_what_is_sealed_counts_without_the_sum() -> None:
    lines = lines_of(exported("jsonl"))
    sealed = [place for place, line in enumerate(lines) if line["type"] == "seal" or line.get("path") is not None]

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        at = data.draw(st.sampled_from(sealed))
        text = json.dumps(lines[at], ensure_ascii=False, separators=(",", ":"))
        place = data.draw(st.integers(0, len(text) - 1))
        changed = text[:place] + data.draw(st.characters(codec="utf-8")) + text[place + 1 :]
        try:
            line = json.loads(changed)
        except ValueError:
            return
        if line == lines[at] or line.get("type") != lines[at]["type"] or line.keys() != lines[at].keys():
            return  # the lines have no valid sum
        assert fault_of(ended_anew([*lines[:at], line, *lines[at + 1 :]])) != ""

    check()


@pytest.mark.parametrize("cut", [1, 30, 700])
def test_a_file_that_is_cut_off_is_incomplete(cut: int) -> None:
    assert "incomplete" in fault_of(exported("jsonl")[:-cut])


def test_a_missing_file_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "lost.jsonl"
    assert verify.main([str(path)]) == verify.UNREADABLE
    assert capsys.readouterr().err == f"{path} cannot be read: No such file or directory.\n"
