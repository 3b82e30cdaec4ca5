"""The proof that a signed seal covers an entry. Anyone can check it without the database and without Django."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from audit.proof import merkle
from audit.proof.seal_bytes import NotASeal, SignedSeal


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry's place in the chain, the seal that covers the entry, and the path from the entry's record to the seal's
    root.
    """

    seq: int
    seal: SignedSeal
    path: tuple[bytes, ...]

    @property
    def index(self) -> int:
        """The entry's index among the entries that the seal covers. The first entry has the index 0."""
        return self.seq - self.seal.statement.first_seq

    @property
    def size(self) -> int:
        """How many entries the seal covers."""
        return self.seal.statement.last_seq - self.seal.statement.first_seq + 1

    def holds(self, record: bytes, *, keys: Mapping[str, Ed25519PublicKey]) -> bool:
        """Whether the seal covers an entry with this record (leaves.record) and is signed with one of these keys."""
        try:
            root = merkle.root_from(record, index=self.index, size=self.size, path=self.path)
        except ValueError:
            return False
        return root == self.seal.statement.root and self.seal.is_signed_by(keys)

    def to_json(self) -> dict[str, Any]:
        """The proof as JSON. Hashes are hex."""
        return {"seq": self.seq, "seal": self.seal.to_json(), "path": [part.hex() for part in self.path]}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """Parse the result of to_json(). Raises NotASeal."""
        try:
            path = tuple(bytes.fromhex(part) for part in found["path"])
            return cls(seq=int(found["seq"]), seal=SignedSeal.from_json(found["seal"]), path=path)
        except (KeyError, TypeError, ValueError) as error:
            raise NotASeal("This isn't a proof.") from error
