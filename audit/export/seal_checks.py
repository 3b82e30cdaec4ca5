"""Checks the seals of an export: their signatures, their order, and the entries under each seal. It needs no Django.

https://cryptography.io/en/latest/hazmat/primitives/asymmetric/ed25519/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from audit.export.file_format import Wrong, unhexed
from audit.proof import leaves, merkle, seal_bytes
from audit.proof.seal_bytes import NotAKey, NotASeal, SignedSeal

_HASH = 32  # bytes


class Keys:
    """The public keys that signatures are checked with. Without the package `cryptography`, no signature is checked."""

    def __init__(self, given: Sequence[str]) -> None:
        """`given` has public keys in base64. If `given` is empty, the keys that the export lists are used. Raises
        NotAKey.
        """
        self.are_given = bool(given)
        self._keys = seal_bytes.by_id(map(seal_bytes.public_key, given)) if seal_bytes.CAN_CHECK else {}

    def believe(self, named: Mapping[str, str]) -> None:
        """Use the keys that the export lists, unless __init__() was given keys. Raises Wrong."""
        if self.are_given or not seal_bytes.CAN_CHECK:
            return
        try:
            self._keys = seal_bytes.by_id(map(seal_bytes.public_key, named.values()))
        except NotAKey as error:
            raise Wrong(f"The file lists a key that isn't valid. {error}") from None
        if list(self._keys) != list(named):
            raise Wrong("The file lists a key under the id of another key.")

    def check(self, key_id: str, signature: bytes, content: bytes, *, what: str) -> None:
        """Check that this key signed this content. Raises Wrong."""
        if not seal_bytes.CAN_CHECK:
            return
        if key_id not in self._keys:
            raise Wrong(f"{what} is signed with the key {key_id}, which is not one of the trusted keys.")
        if not seal_bytes.is_signed(content, signature, self._keys[key_id]):
            raise Wrong(f"{what} has a wrong signature.")


class ExportedSeals:
    """The seals that were read so far. Only the last of them can cover the entries that follow in the file."""

    def __init__(self, keys: Keys, *, first_seq: int, is_whole: bool) -> None:
        self._keys = keys
        self._first_seq = first_seq
        self._is_whole = is_whole
        self._last: SignedSeal | None = None
        self._paths: SealedPaths | None = None
        self.count = 0
        self.key_ids: set[str] = set()

    def take(self, line: Mapping[str, Any], *, at: int) -> None:
        """Check the next seal. `at` is the place in the chain of the last entry that the file has before this seal.
        Raises Wrong.
        """
        try:
            seal = SignedSeal.from_json(line)
        except NotASeal:
            raise Wrong("This isn't a seal.") from None
        # The bytes are compared, because in Python True equals 1, 5.0 equals 5, and the order of keys doesn't matter.
        if leaves.dumps({"type": "seal", **seal.to_json()}) != leaves.dumps(dict(line)):
            raise Wrong("This seal isn't in the format of an export.")
        statement = seal.statement
        self._check_place(seal, at)
        self._keys.check(statement.key_id, seal.signature, statement.content(), what=f"Seal {statement.number}")
        self._last = seal
        size = statement.last_seq - statement.first_seq + 1
        self._paths = SealedPaths(root=statement.root, size=size) if size else None
        self.count += 1
        self.key_ids.add(statement.key_id)

    def holds(self, record: bytes, *, seq: int, path: str | None) -> bool:
        """Whether the entry's path proves that the last seal covers the entry.

        The result is False if the entry has a good reason to lack a path: the last seal doesn't cover the entry, or the
        first entries under this seal were retired. Raises Wrong if the entry lacks a path without such a reason, if the
        path is wrong, or if the entry has a path although the last seal doesn't cover it.
        """
        statement = self._last.statement if self._last else None
        is_under = statement is not None and statement.first_seq <= seq <= statement.last_seq
        if path is None:
            if is_under and statement is not None and statement.first_seq >= self._first_seq:
                raise Wrong(f"The entry at {seq} is under seal {statement.number}, but its path was removed.")
            return False
        if not is_under or statement is None or self._paths is None:
            raise Wrong(f"The entry at {seq} has a path, but its seal is missing.")
        if not self._paths.holds(record, index=seq - statement.first_seq, path=unhexed(path)):
            raise Wrong(
                f"The entry at {seq} is not what was sealed: its path does not lead to seal {statement.number}."
            )
        return True

    def check_head(self, link: bytes, *, seq: int) -> None:
        """If the last seal ends at link `seq`, check that the hash in the seal is `link`. Raises Wrong."""
        statement = self._last.statement if self._last else None
        if statement and seq == statement.last_seq and link != statement.head:
            raise Wrong(f"The chain up to {seq} is not the one that was sealed.")

    def _check_place(self, seal: SignedSeal, at: int) -> None:
        statement, last = seal.statement, self._last.statement if self._last else None
        if last and statement.number <= last.number:
            raise Wrong(f"Seal {statement.number} comes after seal {last.number}: a line was moved or doubled.")
        if statement.number == (last.number + 1 if last else 1):
            if not statement.follows(last):
                raise Wrong(f"Seal {statement.number} does not follow from the seal before it.")
        elif self._is_whole and (last or self._first_seq == 1):
            raise Wrong(f"Seals are missing before seal {statement.number}.")
        if self._is_whole and statement.first_seq > at + 1:
            raise Wrong(f"Entries before seal {statement.number} are missing.")


class SealedPaths:
    """Checks whether records are under a seal. The paths of neighbouring records are mostly the same, so this class
    keeps the last path that it verified. When a new path reaches a node of the kept path, and the rest of both paths is
    the same, the new path leads to the root too. So the rest isn't computed again.
    """

    def __init__(self, *, root: bytes, size: int) -> None:
        self._root = root
        self._size = size
        self._way: list[tuple[int, bytes, bytes]] = []  # for each level: place, node, and the rest of the path

    def holds(self, record: bytes, *, index: int, path: bytes) -> bool:
        """Whether this record is the one at `index` among the records that the seal covers. `path` has the hashes on
        the way from the record to the root, one after the other.
        """
        if not 0 <= index < self._size or len(path) % _HASH:
            return False
        way: list[tuple[int, bytes, bytes]] = []
        node, last = record, self._size - 1
        while last:
            step = (index, node, path)
            if len(way) < len(self._way) and self._way[len(way)] == step:
                self._way[: len(way)] = way
                return True
            way.append(step)
            if index % 2 or index < last:
                neighbour, path = path[:_HASH], path[_HASH:]
                node = merkle.node(neighbour, node) if index % 2 else merkle.node(node, neighbour)
            index, last = index // 2, last // 2
        if path or node != self._root:
            return False
        self._way = way
        return True
