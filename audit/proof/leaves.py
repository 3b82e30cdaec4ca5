"""What the chain is made of: an entry's canonical bytes and the hashes over them. Standard library alone (orjson where
it is there, for speed), so that an exported log can be verified without Django and without this app's database.

    leaf    SHA-256 of everything an entry says but its number and time; the app gives it with the entry
    record  SHA-256 of place in the chain, number, time and leaf; the leaves of the seals' Merkle trees
    link    SHA-256 of the link before and the record; the running chain, written by the database at commit

The first byte tells a record from a Merkle node and from a link, so that none can pass for another.
https://www.rfc-editor.org/rfc/rfc9162#name-definition-of-the-merkle-tr
"""

import json
import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

GENESIS = bytes(32)  # the link before the first

# The columns of an entry in the order in which they are hashed. Never change this list: what is added later gets a
# list and a version of its own, and older entries keep theirs.
COLUMNS = (
    "edit_id",
    "line",
    "is_head",
    "request_id",
    "phase",
    "actor_id",
    "region",
    "actor",
    "action",
    "subject",
    "sheet_id",
    "sheet_name",
    "row_id",
    "row_label",
    "column_id",
    "column_title",
    "old",
    "new",
    "reason",
    "origin",
    "ip",
    "user_agent",
    "error_code",
    "ref_id",
    "message",
    "evidence",
    "refers_to",
)
VERSION = b"byline entry 1\n"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PLACE = struct.Struct(">xqqq")  # begins with a zero byte


class NotCanonical(ValueError):
    """An entry holds something that cannot be written as canonical bytes, and so not be logged."""


dumps: Callable[[object], bytes]
try:
    from orjson import dumps
except ImportError:  # a verifier's machine need not have it; both write the same bytes

    def dumps(value: object) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def content(values: Sequence[object]) -> bytes:
    """The canonical bytes of an entry: a JSON array of the values of COLUMNS, without spaces, in UTF-8.

    Values are text, integers, booleans and None; `edit_id` is 32 hex digits. Raises NotCanonical.
    """
    try:
        return VERSION + dumps(values)
    except (TypeError, ValueError) as error:  # as for an integer beyond 64 bits
        raise NotCanonical("An entry holds what has no canonical bytes.") from error


def leaf(values: Sequence[object]) -> bytes:
    """The 32 bytes that stand for what an entry says."""
    return sha256(content(values)).digest()


def record(*, seq: int, entry_id: int, at: int, leaf: bytes) -> bytes:
    """The 32 bytes that stand for an entry in its place; `at` in microseconds since 1970, UTC."""
    return sha256(_PLACE.pack(seq, entry_id, at) + leaf).digest()


def link(before: bytes, record: bytes) -> bytes:
    """The chain's next value: 32 bytes that depend on every entry so far."""
    return sha256(b"\x02" + before + record).digest()


def microseconds(at: datetime) -> int:
    """An aware time in microseconds since 1970, UTC."""
    return (at - _EPOCH) // _MICROSECOND
