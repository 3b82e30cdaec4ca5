"""Seals cover all links without gap or overlap, even if several processes seal at the same time."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from audit.models import Entry, Leaf, Seal
from audit.proof import leaves, merkle, seal_keys, seals
from audit.proof.seal_bytes import FIRST
from tests.append_only import lifted
from tests.audit import edits
from tests.audit.verification.tampering import execute, rechain

pytestmark = pytest.mark.usefixtures("log")


def ranges() -> list[tuple[int, int]]:
    return list(Seal.objects.order_by("pk").values_list("first_seq", "last_seq"))


def in_order(found: list[Seal]) -> None:
    """Assert that each seal is signed and contains the hash of the seal before it."""
    previous = FIRST
    for number, seal in enumerate(found, 1):
        signed = seals.signed(seal)
        assert signed.statement.number == number
        assert signed.statement.previous == previous
        assert signed.is_signed_by(seal_keys.public_keys())
        previous = signed.statement.hash()


def test_a_seal_is_over_all_that_was_linked_since_the_last() -> None:
    edits.saved()
    first = seals.seal()
    edits.saved()
    edits.saved()
    second = seals.seal()
    assert ranges() == [(1, 2), (3, 6)]
    assert bytes(second.head) == bytes(Leaf.objects.get(seq=6).hash)
    assert bytes(first.root) == merkle.root(seals.records(first_seq=1, last_seq=2))
    in_order(list(Seal.objects.order_by("pk")))


def test_a_stored_seal_is_what_was_signed() -> None:
    edits.saved()
    made = seals.seal()
    assert seals.signed(Seal.objects.get(pk=made.pk)) == seals.signed(made)


def test_silence_is_sealed_too() -> None:
    assert bytes(seals.seal().head) == leaves.GENESIS
    edits.saved()
    full, empty = seals.seal(), seals.seal()
    assert ranges() == [(1, 0), (1, 2), (3, 2)]
    assert bytes(empty.root) == merkle.EMPTY
    assert bytes(empty.head) == bytes(full.head)
    in_order(list(Seal.objects.order_by("pk")))


def test_many_entries_are_sealed_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "MOST", 3)
    for _ in range(4):
        edits.saved()
    assert [(seal.first_seq, seal.last_seq) for seal in seals.seal_all()] == [(1, 3), (4, 6), (7, 8)]
    assert [(seal.first_seq, seal.last_seq) for seal in seals.seal_all()] == [(9, 8)]


def test_a_seal_cannot_be_changed_or_taken_away() -> None:
    seals.seal()
    for attempt in ("UPDATE audit_seal SET last_seq = 9", "DELETE FROM audit_seal"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attempt)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM audit_entry WHERE id = (SELECT min(id) + 1 FROM audit_entry)",
        "UPDATE audit_entry SET leaf = (SELECT hash FROM audit_leaf WHERE seq = 1)",
        "UPDATE audit_leaf SET hash = (SELECT hash FROM audit_leaf WHERE seq = 1) WHERE seq = 2",
        "DELETE FROM audit_leaf WHERE seq = 2",
    ],
)
def test_a_broken_chain_is_not_sealed(damage: str) -> None:
    edits.saved()
    edits.saved()
    with lifted(connection), connection.cursor() as cursor:
        cursor.execute(damage)
    with pytest.raises(seals.ChainBroken, match="audit_verify"):
        seals.seal()
    assert not Seal.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_who_seal_at_once_leave_no_gap_and_no_overlap() -> None:
    def work(number: int) -> None:
        try:
            if number % 2:
                edits.saved()
            seals.seal()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work, number) for number in range(24)]:
            done.result()
    found = list(Seal.objects.order_by("pk"))
    in_order(found)
    assert len(found) == 24
    ends = [0, *(seal.last_seq for seal in found)]
    assert [seal.first_seq for seal in found] == [end + 1 for end in ends[:-1]]
    assert ends[-1] == Leaf.objects.count() == Entry.objects.count()


def test_the_state_has_the_waiting_entries_and_whether_sealing_has_stopped(settings: Settings) -> None:
    seals.seal()
    state = seals.state()
    assert (state.unsealed, state.waiting_since, state.has_stopped, state.is_due) == (0, None, False, False)
    edits.saved()
    state = seals.state()
    assert (state.unsealed, state.has_stopped, state.is_due) == (2, False, True)
    assert state.waiting_since == Entry.objects.order_by("id")[0].at
    settings.AUDIT_SEAL_STALE = -1
    assert seals.state().has_stopped


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["DELETE FROM audit_seal", "UPDATE audit_seal SET head = root WHERE id = 2"])
def test_a_process_does_not_seal_a_rebuilt_chain(change: str) -> None:
    """If a process sealed a rebuilt chain, the database's owner could change the log without having the key. The owner
    would delete the seals, rebuild the chain, and wait for new seals.
    """
    for _ in range(2):
        edits.saved()
        seals.seal()
    with lifted(connection):
        execute(change)
        execute("UPDATE audit_entry SET new = '\"forged\"'")
        rechain(1)
        count = Seal.objects.count()
        with pytest.raises(seals.ChainBroken, match="Seal 2, which this process made, is missing or altered"):
            seals.seal()
        assert Seal.objects.count() == count
