"""Seals that anyone can check: their canonical bytes, hash and signature. Auditors can use this module without Django.

A seal states two things: the records of the links from `first_seq` to `last_seq` have the Merkle root `root`, and the
last of these links is `head`. Each seal also contains the hash of the seal before it. The signature is Ed25519 over the
seal's bytes.
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
except ImportError:  # hashes are checked without it, and the report says that signatures weren't checked
    CAN_CHECK = False
else:
    CAN_CHECK = True

VERSION = b"byline seal 1\n"
FIRST = bytes(32)  # the first seal has this as `previous`
_HASHES = ("root", "head", "previous")


class NotASeal(ValueError):
    """The text isn't a valid seal."""


class NotAKey(ValueError):
    """The text isn't a valid key."""


@dataclass(frozen=True, slots=True)
class Statement:
    """The content of a seal. Seals are numbered from 1 without gaps. `at` is in microseconds since 1970 (UTC).

    An empty seal states that nothing was written. Its `last_seq` is one less than its `first_seq`.
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
        """The canonical bytes that are hashed and signed: a JSON array of the fields, with hashes in hex."""
        facts = [self.number, self.at, self.first_seq, self.last_seq]
        hashes = [getattr(self, name).hex() for name in _HASHES]
        return VERSION + json.dumps([*facts, *hashes, self.key_id], separators=(",", ":")).encode()

    def hash(self) -> bytes:
        """The hash of this seal, 32 bytes. The next seal has it as `previous`."""
        return hashlib.sha256(self.content()).digest()

    def follows(self, before: Statement | None) -> bool:
        """Whether this seal can be the next one after the seal `before`. If `before` is None, whether this can be the
        first seal.
        """
        expected = (before.number + 1, before.last_seq + 1, before.hash()) if before else (1, 1, FIRST)
        return (self.number, self.first_seq, self.previous) == expected


@dataclass(frozen=True, slots=True)
class SignedSeal:
    """A seal: its content (`statement`) and its signature."""

    statement: Statement
    signature: bytes

    def checked(self) -> Self:
        """Check the types of the seal's parts, and return the seal. Raises NotASeal."""
        said = self.statement
        numbers = (said.number, said.at, said.first_seq, said.last_seq)
        hashes = (said.root, said.head, said.previous, self.signature)
        if not (
            all(type(number) is int for number in numbers)
            and all(isinstance(part, bytes) for part in hashes)
            and isinstance(said.key_id, str)
        ):
            raise NotASeal("This isn't a seal.")
        return self

    def is_signed_by(self, keys: Mapping[str, Ed25519PublicKey]) -> bool:
        """Whether the key that the seal names has signed the seal. `keys` maps ids to keys. The result is False if the
        seal's key isn't among them.
        """
        key = keys.get(self.statement.key_id)
        return key is not None and is_signed(self.statement.content(), self.signature, key)

    def to_json(self) -> dict[str, int | str]:
        """The seal as anchors and exports store it: an object for JSON, in which bytes are written as hex."""
        statement = self.statement
        numbers = {name: getattr(statement, name) for name in ("number", "at", "first_seq", "last_seq")}
        hashes = {name: getattr(statement, name).hex() for name in _HASHES}
        return numbers | hashes | {"key_id": statement.key_id, "signature": self.signature.hex()}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """Parse the result of to_json(). Raises NotASeal."""
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
            raise NotASeal("This isn't a seal.") from error


def sign(statement: Statement, key: Ed25519PrivateKey) -> SignedSeal:
    """Sign the statement."""
    return SignedSeal(statement, key.sign(statement.content()))


def is_signed(content: bytes, signature: bytes, key: Ed25519PublicKey) -> bool:
    """Whether `signature` is the signature of `content` with the key `key`."""
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def key_id(key: Ed25519PublicKey) -> str:
    """The id of a key: the first 16 hex digits of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def by_id(keys: Iterable[Ed25519PublicKey]) -> dict[str, Ed25519PublicKey]:
    """The keys, by their ids."""
    return {key_id(key): key for key in keys}


def public_key(text: str) -> Ed25519PublicKey:
    """Parse a public key: 32 bytes in base64. Raises NotAKey."""
    return Ed25519PublicKey.from_public_bytes(_bytes_of(text))


def private_key(text: str) -> Ed25519PrivateKey:
    """Parse a private key: 32 bytes in base64. Raises NotAKey."""
    return Ed25519PrivateKey.from_private_bytes(_bytes_of(text))


def written(key: Ed25519PublicKey | Ed25519PrivateKey) -> str:
    """The key's 32 bytes, in base64."""
    raw = key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else key.private_bytes_raw()
    return base64.b64encode(raw).decode()


def _bytes_of(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except binascii.Error:
        found = b""
    if len(found) != 32:
        raise NotAKey("A key is 32 bytes in base64.")  # without the wrong text, which can be a private key
    return found
