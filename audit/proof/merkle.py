"""Merkle trees as in RFC 9162. One hash covers many records, and a short proof shows that a record is among them.

https://www.rfc-editor.org/rfc/rfc9162#name-merkle-trees
"""

from collections.abc import Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()  # the root of an empty tree


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node whose subtrees have these hashes."""
    return sha256(b"\x01" + left + right).digest()


def root(records: Sequence[bytes]) -> bytes:
    """Return the hash over all records in this order, 32 bytes."""
    levels = list(records)
    if not levels:
        return EMPTY
    while len(levels) > 1:
        levels = _level_above(levels)
    return levels[0]


def path(records: Sequence[bytes], index: int) -> list[bytes]:
    """Return the sibling hashes, lowest level first, that are needed to compute the root from the record at `index`."""
    found = []
    level = list(records)
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            found.append(level[neighbour])
        level, index = _level_above(level), index // 2
    return found


def root_from(record: bytes, *, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Compute the root of a tree of `size` records from the record at `index` and its path.

    Raises:
        ValueError: the path has the wrong length, or there is no such index.
    """
    if not 0 <= index < size:
        raise ValueError("The place is outside the tree.")
    rest, current, last = list(path), record, size - 1
    while last:
        if index % 2 or index < last:
            if not rest:
                raise ValueError("The path is too short.")
            neighbour = rest.pop(0)
            current = node(neighbour, current) if index % 2 else node(current, neighbour)
        index, last = index // 2, last // 2
    if rest:
        raise ValueError("The path is too long.")
    return current


def _level_above(level: list[bytes]) -> list[bytes]:
    """Return the next higher level of the tree, which has the hash of each pair of nodes. As in the RFC, a last node
    without a neighbour moves up unchanged.
    """
    # node() is inlined here, because verifying creates as many nodes as there are entries.
    pairs = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
    return pairs if len(level) % 2 == 0 else [*pairs, level[-1]]
