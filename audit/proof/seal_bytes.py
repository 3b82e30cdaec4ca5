"""Seals as anyone can check them: canonical bytes, hash and signature. No Django needed, so that auditors can use it.

A seal states that the links from `first_seq` to `last_seq` of the chain hold records whose Merkle root is `root`, and
that the chain's value was `head` then. Its hash stands in the seal after it; its signature is Ed25519 over its bytes.
https://www.rfc-editor.org/rfc/rfc8032
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
except ImportError:  # hashes can be checked without it; the report says that signatures were not checked
    CAN_CHECK = False
else:
    CAN_CHECK = True

VERSION = b"byline seal 1\n"
FIRST = bytes(32)  # what the first seal has for the hash of the one before
_HASHES = ("root", "head", "previous")


class NotASeal(ValueError):
    """A text that should hold a seal does not."""


class NotAKey(ValueError):
    """A text that should hold a key does not."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a seal says. Seals are numbered from 1 without gaps; `at` is in microseconds since 1970, UTC.

    An empty seal, which says that nothing was written, has a `last_seq` that is one less than its `first_seq`.
    """

    number: int
    at: int
    first_seq: int
    last_seq: int
    root: bytes
    head: bytes
    previous: bytes
    key_id: str

    def content(self) -> bytes:
        """The canonical bytes, which are hashed and signed: a JSON array of the above, hashes in hex."""
        facts = [self.number, self.at, self.first_seq, self.last_seq]
        hashes = [getattr(self, name).hex() for name in _HASHES]
        return VERSION + json.dumps([*facts, *hashes, self.key_id], separators=(",", ":")).encode()

    def hash(self) -> bytes:
        """The hash that the next seal has as `previous`: 32 bytes."""
        return hashlib.sha256(self.content()).digest()

    def follows(self, before: Statement | None) -> bool:
        """Whether this seal may come next after `before`; None stands for no seal at all."""
        expected = (before.number + 1, before.last_seq + 1, before.hash()) if before else (1, 1, FIRST)
        return (self.number, self.first_seq, self.previous) == expected


@dataclass(frozen=True, slots=True)
class SignedSeal:
    """A statement and its signature."""

    statement: Statement
    signature: bytes

    def checked(self) -> Self:
        """The seal itself, after checking the types of its parts. Raises NotASeal."""
        said = self.statement
        numbers = (said.number, said.at, said.first_seq, said.last_seq)
        hashes = (said.root, said.head, said.previous, self.signature)
        if not (
            all(type(number) is int for number in numbers)
            and all(isinstance(part, bytes) for part in hashes)
            and isinstance(said.key_id, str)
        ):
            raise NotASeal("This is not a seal.")
        return self

    def is_signed_by(self, keys: Mapping[str, Ed25519PublicKey]) -> bool:
        """Whether one of these keys, by id, is the one that the seal names and has signed it."""
        key = keys.get(self.statement.key_id)
        return key is not None and is_signed(self.statement.content(), self.signature, key)

    def to_json(self) -> dict[str, int | str]:
        """The seal as anchors and exports hold it: numbers, and bytes in hex."""
        statement = self.statement
        numbers = {name: getattr(statement, name) for name in ("number", "at", "first_seq", "last_seq")}
        hashes = {name: getattr(statement, name).hex() for name in _HASHES}
        return numbers | hashes | {"key_id": statement.key_id, "signature": self.signature.hex()}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """The seal that `to_json()` gave. Raises NotASeal."""
        try:
            statement = Statement(
                number=int(found["number"]),
                at=int(found["at"]),
                first_seq=int(found["first_seq"]),
                last_seq=int(found["last_seq"]),
                root=bytes.fromhex(found["root"]),
                head=bytes.fromhex(found["head"]),
                previous=bytes.fromhex(found["previous"]),
                key_id=str(found["key_id"]),
            )
            return cls(statement, bytes.fromhex(found["signature"]))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise NotASeal("This is not a seal.") from error


def sign(statement: Statement, key: Ed25519PrivateKey) -> SignedSeal:
    """The statement with its signature."""
    return SignedSeal(statement, key.sign(statement.content()))


def is_signed(content: bytes, signature: bytes, key: Ed25519PublicKey) -> bool:
    """Whether this is the key's signature of the content."""
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def key_id(key: Ed25519PublicKey) -> str:
    """The name of a key: the first 16 hex digits of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def by_id(keys: Iterable[Ed25519PublicKey]) -> dict[str, Ed25519PublicKey]:
    """The keys by their names."""
    return {key_id(key): key for key in keys}


def public_key(text: str) -> Ed25519PublicKey:
    """Parse a public key: 32 bytes in base64. Raises NotAKey."""
    return Ed25519PublicKey.from_public_bytes(_bytes_of(text))


def private_key(text: str) -> Ed25519PrivateKey:
    """Parse a private key: 32 bytes in base64. Raises NotAKey."""
    return Ed25519PrivateKey.from_private_bytes(_bytes_of(text))


def written(key: Ed25519PublicKey | Ed25519PrivateKey) -> str:
    """The key's 32 bytes in base64."""
    raw = key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else key.private_bytes_raw()
    return base64.b64encode(raw).decode()


def _bytes_of(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except binascii.Error:
        found = b""
    if len(found) != 32:
        raise NotAKey("A key is 32 bytes in base64.")  # without the text, which may be a private key
    return found
