"""`python -m audit.verify` exits with 0 only if a signature by the given key covers every entry. The first line of the
command's output says whether the entries are covered.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pytest_django import Settings

from audit import verify
from audit.proof import leaves, seal_bytes, seals
from audit.recording import note
from tests.audit.edits import ALICE
from tests.audit.export.conftest import exported, public_key
from tests.audit.export.test_verifying import Lines, ended_anew, lines_of

pytestmark = pytest.mark.usefixtures("sealed_log")

Told = Callable[..., tuple[int, str]]


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    """Return told(), which verifies a file, and returns the exit code and the first line of the output. Unless a test
    passes other keys, the log's public key is used.
    """

    def verified(file: bytes, *keys: str) -> tuple[int, str]:
        path = tmp_path / "log.jsonl"
        path.write_bytes(file)
        options = [word for key in keys or [public_key()] for word in ("--key", key)]
        status = verify.main([str(path), *(options if keys != ("",) else [])])
        return status, capsys.readouterr().out.splitlines()[0]

    return verified


def without_signatures(lines: Lines, *, after: int = 0) -> bytes:
    """Return a forged export. Every entry after the link `after` is changed, and everything that needs no key is
    computed again. The seals after this link are left out.
    """
    head = bytes.fromhex(lines[0]["before"])
    for line in lines:
        if line["type"] != "entry":
            continue
        if line["seq"] > after:
            line["entry"]["message"] = "forged"
            line["path"] = None
        values = leaves.values_of(line["entry"])
        assert values is not None
        line["leaf"] = leaves.leaf(values).hex()
        at = leaves.microseconds(datetime.fromisoformat(line["at"]))
        record = leaves.record(seq=line["seq"], entry_id=line["id"], at=at, leaf=bytes.fromhex(line["leaf"]))
        head = leaves.link(head, record)
    lines[0]["head"] = head.hex()
    return ended_anew([line for line in lines if line["type"] != "seal" or line["last_seq"] <= after])


def test_fault_22_a_forgery_without_signatures_is_not_proved(told: Told) -> None:
    forged = without_signatures(lines_of(exported("jsonl")))

    status, first = told(forged)

    assert status == verify.NOT_PROVED
    assert first.startswith("Not proved: no signature covers 7 of the 7 entries, the first at link 1, so anyone may")


def test_fault_22_seals_that_were_kept_prove_no_other_entry(told: Told) -> None:
    lines = lines_of(exported("jsonl"))
    sealed = next(line for line in lines if line["type"] == "seal")["last_seq"]

    status, first = told(without_signatures(lines, after=sealed))

    assert status == verify.NOT_PROVED
    assert f"covers {7 - sealed} of the 7 entries, the first at link {sealed + 1}," in first
    assert f"Proved: the other {sealed} entries haven't changed since they were sealed." in first


def test_fault_22_a_selection_is_forged_no_better(told: Told) -> None:
    lines = lines_of(exported("jsonl", action="sign_in"))
    lines[1:-1] = [line | {"path": None} for line in lines[1:-1] if line["type"] == "entry"]

    status, first = told(ended_anew(lines))

    assert (status, first[:11]) == (verify.NOT_PROVED, "Not proved:")


@pytest.mark.parametrize("query", [{}, {"action": "sign_in"}], ids=["whole", "selection"])
def test_fault_22_keys_that_the_file_names_itself_prove_nothing(told: Told, query: dict[str, str]) -> None:
    status, first = told(exported("jsonl", **query), "")

    assert status == verify.NOT_PROVED
    assert first == (
        "Not proved: anyone can sign a file with a key of their own. Give the log's public key with --key."
    )


def test_fault_22_the_key_of_another_deployment_proves_nothing(told: Told) -> None:
    other = seal_bytes.written(Ed25519PrivateKey.generate().public_key())

    status, first = told(exported("jsonl"), other)

    assert status == verify.WRONG
    assert first.startswith("Nothing is proved. Line 2: Seal 1 is signed with the key")


def test_fault_22_the_signature_of_another_export_proves_nothing(told: Told) -> None:
    one, other = lines_of(exported("jsonl")), lines_of(exported("jsonl", action="sign_in"))
    facts = {name: one[-1][name] for name in ("key_id", "signature")}
    lines = lines_of(ended_anew(other))

    status, first = told(b"".join(leaves.dumps(line) + b"\n" for line in [*lines[:-1], lines[-1] | facts]))

    assert status == verify.WRONG
    assert first.endswith("The export has a wrong signature.")


def test_fault_22_a_seal_is_no_signature_of_a_file(told: Told) -> None:
    """The same key signs seals and exports. It signs different bytes for each, so a seal's signature isn't valid for a
    file.
    """
    lines = lines_of(exported("jsonl"))
    seal = next(line for line in lines if line["type"] == "seal")
    facts = {name: seal[name] for name in ("key_id", "signature")}

    status, _ = told(b"".join(leaves.dumps(line) + b"\n" for line in [*lines[:-1], lines[-1] | facts]))

    assert status == verify.WRONG


def test_fault_22_an_empty_file_proves_nothing_without_a_signature(told: Told) -> None:
    file = exported("jsonl", action="nothing of the kind")

    assert told(file)[0] == verify.PROVED
    status, first = told(ended_anew(lines_of(file)))

    assert status == verify.NOT_PROVED
    assert first == "Not proved: the file has no entry and is not signed, so anyone may have written it."


HEADERS: list[dict[str, Any]] = [
    {"by": {"id": 1, "region": "com", "name": "Eve", "email": "eve@example.com"}},
    {"query": {"sheet": "1"}},
    {"at": "2020-01-01T00:00:00.000000Z"},
    {"is_whole": False},
    {"export": "0" * 32},
    {"keys": {}},
]


@pytest.mark.parametrize("facts", HEADERS, ids=lambda facts: next(iter(facts)))
def test_fault_23_the_first_line_of_a_signed_file_counts_and_of_another_is_not_proved(
    told: Told, facts: dict[str, Any]
) -> None:
    list(seals.seal_all())
    lines = lines_of(exported("jsonl"))
    signature = {name: lines[-1][name] for name in ("key_id", "signature")}
    lines[0] |= facts
    unsigned = ended_anew(lines)
    signed = lines_of(unsigned)

    assert (
        told(b"".join(leaves.dumps(line) + b"\n" for line in [*signed[:-1], signed[-1] | signature]))[0] == verify.WRONG
    )
    status, first = told(unsigned)
    assert status == verify.PROVED
    assert "Not proved: what the first line says about who exported the file, when, and with which query;" in first


def test_fault_23_left_out_texts_are_named_as_not_proved(told: Told) -> None:
    list(seals.seal_all())
    lines = lines_of(exported("jsonl"))
    for line in lines:
        if line["type"] == "entry":
            line["clear"] = {}

    assert "that no clear text was left out" in told(ended_anew(lines))[1]


def test_a_signed_file_is_proved_and_what_is_unsealed_is_named(told: Told) -> None:
    status, first = told(exported("jsonl"))

    assert (status, first) == (
        verify.PROVED,
        "Proved: the file's first line and its 7 entries haven't changed since the file was signed. Not proved: that 1"
        " entry without a seal was unchanged before the export.",
    )


@pytest.mark.parametrize(
    ("query", "told_of"),
    [
        (
            {},
            "Proved: 7 entries haven't changed since they were sealed, and none is missing between them. Not proved: ",
        ),
        ({"action": "sign_in"}, "Proved: 1 entry hasn't changed since it was sealed. Not proved: what"),
    ],
    ids=["whole", "selection"],
)
def test_entries_under_seals_are_proved_without_the_key_that_exports(
    told: Told, settings: Settings, query: dict[str, str], told_of: str
) -> None:
    """The process that exports from the page doesn't have the private key, so it can't sign the file. The entries are
    proved anyway, because another process has made signed seals.
    """
    list(seals.seal_all())
    settings.AUDIT_SEAL_PUBLIC_KEYS, settings.AUDIT_SEAL_KEY = [own := public_key()], ""

    status, first = told(exported("jsonl", **query), own)

    assert status == verify.PROVED
    assert first.startswith(told_of)
    assert first.endswith("The file as a whole is not signed.")


def test_seals_of_two_keys_are_proved_with_both(told: Told, settings: Settings) -> None:
    old = public_key()
    settings.AUDIT_SEAL_KEY = seal_bytes.written(Ed25519PrivateKey.generate())
    note(actor=ALICE, action="sign_in")
    list(seals.seal_all())
    file = exported("jsonl")

    assert told(file, old, public_key())[0] == verify.PROVED
    assert told(file, public_key())[0] == verify.WRONG
    assert told(file, old)[0] == verify.WRONG
