"""An entry's canonical bytes, and the hashes that the chain is made of. It only needs the standard library (and uses
orjson if it is installed, for speed), so that exports can be verified without Django and without the database.

    leaf    SHA-256 of an entry's content without its number and time; the app writes it with the entry
    record  SHA-256 of place in the chain, number, time and leaf; the leaves of the seals' Merkle trees
    link    SHA-256 of the link before and the record; the running chain, written by the database at commit

The first byte differs between records, Merkle nodes and links, so that none can be passed off as another.
https://www.rfc-editor.org/rfc/rfc9162#name-definition-of-the-merkle-tr
"""

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

GENESIS = bytes(32)  # the link before the first

# The columns of an entry in the order in which they are hashed. Never change these lists: a new column needs a new list
# and a new version, and older entries keep theirs.
COLUMNS_1 = (
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
COLUMNS_2 = (*COLUMNS_1, "via")
COLUMNS = COLUMNS_2  # what an entry can say today
VERSION_1, VERSION_2 = b"byline entry 1\n", b"byline entry 2\n"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PLACE = struct.Struct(">xqqq")  # begins with a zero byte


class NotCanonical(ValueError):
    """An entry can't be logged, because it contains something that has no canonical bytes."""


dumps: Callable[[object], bytes]
try:
    from orjson import dumps
except ImportError:  # optional on a verifier's machine; both write the same bytes

    def dumps(value: object) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def content(values: Sequence[object]) -> bytes:
    """The canonical bytes of an entry: its version, then a JSON array of its values, without spaces, in UTF-8.

    `values` are those of COLUMNS: text, integers, booleans and None; `edit_id` is 32 hex digits. An entry is of version
    1 exactly if its `via` is None, so each entry has one version and each version other bytes. If somebody takes `via`
    away from an entry, or gives one to an entry without, the leaf no longer matches. Raises NotCanonical.
    """
    try:
        return VERSION_1 + dumps(values[:-1]) if values[-1] is None else VERSION_2 + dumps(values)
    except (TypeError, ValueError) as error:  # as for an integer beyond 64 bits
        raise NotCanonical("An entry holds what has no canonical bytes.") from error


def leaf(values: Sequence[object]) -> bytes:
    """The hash of an entry's content: 32 bytes."""
    return sha256(content(values)).digest()


def as_object(values: Sequence[object]) -> dict[str, object]:
    """An entry as exports and streams write it: an object of the columns that its version has, in their order."""
    return dict(zip(COLUMNS_1 if values[-1] is None else COLUMNS_2, values, strict=False))


def values_of(entry: Mapping[str, object]) -> list[object] | None:
    """The values of COLUMNS in an object that as_object() made; None if it is another object."""
    match tuple(entry):
        case columns if columns == COLUMNS_1:
            return [*entry.values(), None]
        case columns if columns == COLUMNS_2 and entry["via"] is not None:
            return list(entry.values())
    return None


def record(*, seq: int, entry_id: int, at: int, leaf: bytes) -> bytes:
    """The hash of an entry at its place in the chain: 32 bytes. `at` is in microseconds since 1970, UTC."""
    return sha256(_PLACE.pack(seq, entry_id, at) + leaf).digest()


def link(before: bytes, record: bytes) -> bytes:
    """The chain's next value: 32 bytes that depend on every entry so far."""
    return sha256(b"\x02" + before + record).digest()


def microseconds(at: datetime) -> int:
    """An aware time in microseconds since 1970, UTC."""
    return (at - _EPOCH) // _MICROSECOND
