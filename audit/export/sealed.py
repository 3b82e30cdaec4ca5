"""The seals that cover the exported links, and the Merkle path from each entry to the root of its seal."""

import hashlib
from dataclasses import dataclass

from django.db.models import F, Q

from audit.export import chain_rows
from audit.models import Seal
from audit.proof import seals
from audit.proof.seal_bytes import SignedSeal

_HASH = 32  # bytes
_IS_EMPTY = Q(last_seq=F("first_seq") - 1)


class Tree:
    """A Merkle tree as in audit.proof.merkle. All its levels are kept in memory, so that making many paths is quick."""

    def __init__(self, records: bytes) -> None:
        """Build the tree over these records of 32 bytes, which follow each other in `records`."""
        self._levels = [records]
        while len(self._levels[-1]) > _HASH:
            self._levels.append(_level_above(self._levels[-1]))

    def path(self, index: int) -> bytes:
        """The path from the record at `index` to the root: the hash of the neighbour on each level, the lowest level
        first.
        """
        found = []
        for level in self._levels[:-1]:
            start = (index ^ 1) * _HASH
            found.append(level[start : start + _HASH])  # adds b"" if this node has no neighbour
            index //= 2
        return b"".join(found)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A seal and the tree over the seal's records. `tree` is None if some of the seal's entries were retired."""

    seal: SignedSeal
    tree: Tree | None


def sealed(*, first_seq: int, last_seq: int) -> list[Sealed]:
    """The seals that cover at least one of these links, in order."""
    return _sealed(Q(first_seq__lte=last_seq, last_seq__gte=first_seq) & ~_IS_EMPTY)


def all_sealed(*, first_seq: int, last_seq: int, after: int, since: int) -> list[Sealed]:
    """Return the seals that cover these links, the empty seals between them, and some seals over earlier links.

    The seals over earlier links are those that earlier calls missed. These seals were made while the export was
    running, after it had read the entries that they cover. They begin at the link `since` or later, and their numbers
    are above `after`.
    """
    is_missed = Q(pk__gt=after, first_seq__gte=since, last_seq__lt=first_seq)
    is_between = Q(first_seq__gte=first_seq, first_seq__lte=last_seq + 1)
    return _sealed(
        Q(first_seq__lte=last_seq, last_seq__gte=first_seq) & ~_IS_EMPTY | _IS_EMPTY & is_between | is_missed
    )


def _sealed(wanted: Q) -> list[Sealed]:
    found = [seals.signed(seal) for seal in Seal.objects.filter(wanted).order_by("pk")]
    return [Sealed(seal, tree) for seal, tree in zip(found, _trees(found), strict=True)]


def _trees(found: list[SignedSeal]) -> list[Tree | None]:
    if not found:
        return []
    first, last = found[0].statement.first_seq, found[-1].statement.last_seq
    records = chain_rows.records(first_seq=first, last_seq=last)
    is_all = len(records) == (last - first + 1) * _HASH
    return [_tree(seal, records[(seal.statement.first_seq - first) * _HASH :] if is_all else None) for seal in found]


def _tree(seal: SignedSeal, records: bytes | None) -> Tree | None:
    """The tree of a seal, or None if some of its records are missing. `records` begins with the seal's records. If
    `records` is None, this function reads the seal's records from the database.
    """
    first, last = seal.statement.first_seq, seal.statement.last_seq
    size = (last - first + 1) * _HASH
    own = chain_rows.records(first_seq=first, last_seq=last) if records is None else records[:size]
    return Tree(own) if len(own) == size else None


def _level_above(level: bytes) -> bytes:
    """The next higher level of the tree. It has the hash of each pair of nodes. A last node without a neighbour moves
    up unchanged.
    """
    whole = len(level) // (2 * _HASH) * 2 * _HASH
    pairs = [hashlib.sha256(b"\x01" + level[at : at + 2 * _HASH]).digest() for at in range(0, whole, 2 * _HASH)]
    return b"".join([*pairs, level[whole:]])
