"""Reads the proof of a single entry from the database. audit/proof/inclusion.py checks it without the database."""

from audit.models import Entry, Leaf, Seal
from audit.proof import leaves, merkle, seals
from audit.proof.inclusion import Proof


def proof_of(entry: Entry) -> Proof | None:
    """The proof that a seal covers this entry. None if no seal covers the entry yet, or if the chain has no link for
    the entry.
    """
    link = Leaf.objects.filter(entry_id=entry.pk).first()
    if link is None:
        return None
    seal = Seal.objects.filter(last_seq__gte=link.seq).order_by("last_seq", "id").first()
    if seal is None or seal.first_seq > link.seq:
        return None
    records = seals.records(first_seq=seal.first_seq, last_seq=seal.last_seq)
    path = merkle.path(records, link.seq - seal.first_seq)
    return Proof(seq=link.seq, seal=seals.signed(seal), path=tuple(path))


def record_of(entry: Entry, *, seq: int) -> bytes:
    """The entry's record, computed from its current columns. If the entry's proof is valid for this record, the entry
    is unchanged.
    """
    at = leaves.microseconds(entry.at)
    return leaves.record(seq=seq, entry_id=entry.pk, at=at, leaf=leaves.leaf(values_of(entry)))


def values_of(entry: Entry) -> list[object]:
    """The values that are hashed for this entry, in the order of leaves.COLUMNS."""
    values = [getattr(entry, column) for column in leaves.COLUMNS]
    return [entry.edit_id.hex, *values[1:]]
