"""The proof of an entry can be checked without the database, and is valid for no other entry."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from audit.models import Entry
from audit.proof import seal_keys, seals
from audit.proof.inclusion import Proof
from audit.proof.proofs import proof_of, record_of
from audit.proof.seal_bytes import NotASeal, written
from tests.audit import edits

pytestmark = pytest.mark.usefixtures("log")
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def entries() -> list[Entry]:
    """Return nine entries. The first seal covers two entries, the second seal covers seven, and the third seal is
    empty.
    """
    edits.saved()
    seals.seal()
    for _ in range(3):
        edits.saved()
    edits.intended()
    seals.seal()
    seals.seal()
    return list(Entry.objects.order_by("id"))


def proved(entry: Entry) -> Proof:
    proof = proof_of(entry)
    assert proof is not None
    return proof


def test_it_holds_for_each_entry_and_no_other(entries: list[Entry]) -> None:
    keys = seal_keys.public_keys()
    proofs = [proved(entry) for entry in entries]
    for entry in entries:
        found = [proof.holds(record_of(entry, seq=proof.seq), keys=keys) for proof in proofs]
        assert found == [other.pk == entry.pk for other in entries]


def test_it_is_invalid_for_another_entry(entries: list[Entry]) -> None:
    proof = proved(entries[3])
    entries[3].new = '"forged"'
    assert not proof.holds(record_of(entries[3], seq=proof.seq), keys=seal_keys.public_keys())


def test_it_holds_only_with_the_key_that_sealed(entries: list[Entry]) -> None:
    proof = proved(entries[3])
    record = record_of(entries[3], seq=proof.seq)
    assert not proof.holds(record, keys={})
    forged = replace(proof, seal=replace(proof.seal, signature=bytes(64)))
    assert not forged.holds(record, keys=seal_keys.public_keys())


def test_an_entry_that_is_not_sealed_has_none(entries: list[Entry]) -> None:
    (newer,) = edits.entries_of(edits.intended())
    assert proof_of(newer) is None
    assert proof_of(entries[-1]) is not None


def test_it_survives_being_written_down(entries: list[Entry]) -> None:
    proof = proved(entries[4])
    assert Proof.from_json(json.loads(json.dumps(proof.to_json()))) == proof
    with pytest.raises(NotASeal):
        Proof.from_json({"seq": 1, "seal": {}, "path": []})


def test_it_is_checked_without_django(entries: list[Entry]) -> None:
    proof = proved(entries[4])
    given = {
        "proof": proof.to_json(),
        "record": record_of(entries[4], seq=proof.seq).hex(),
        "key": written(seal_keys.private_key().public_key()),
    }
    check = """if True:
        import json, sys
        from audit.proof.inclusion import Proof
        from audit.proof.seal_bytes import by_id, public_key
        given = json.load(sys.stdin)
        proof, keys = Proof.from_json(given["proof"]), by_id([public_key(given["key"])])
        assert "django" not in sys.modules
        print(proof.holds(bytes.fromhex(given["record"]), keys=keys), proof.holds(bytes(32), keys=keys))"""
    done = subprocess.run(
        [sys.executable, "-c", check], cwd=ROOT, input=json.dumps(given), text=True, capture_output=True, timeout=30
    )
    assert done.stdout == "True False\n", done.stderr
