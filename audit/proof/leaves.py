"""The canonical bytes of an entry, and the hashes that the chain consists of. This module needs only the standard
library, so that an export can be verified without Django and without the database. This module is faster with orjson.

    leaf    the SHA-256 of an entry's content, without its number and time; the app writes it with the entry
    record  the SHA-256 of an entry's place in the chain, number, time and leaf; seals have Merkle trees of records
    link    the SHA-256 of the previous link and the record; the database writes it at commit

The first byte of the hashed bytes is different for a record, a Merkle node and a link. So none of the three can be
mistaken for another. https://www.rfc-editor.org/rfc/rfc9162#name-definition-of-the-merkle-tr
"""

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

GENESIS = bytes(32)  # takes the place of the link before the first link

# The columns of an entry, in the order in which they are hashed. Never change these lists. A new column needs a new
# list and a new version; existing entries keep the old list.
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
COLUMNS = COLUMNS_2  # the columns of new entries
VERSION_1, VERSION_2 = b"byline entry 1\n", b"byline entry 2\n"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PLACE = struct.Struct(">xqqq")  # x makes a zero byte, with which the bytes of a record begin


class NotCanonical(ValueError):
    """An entry can't be logged, because one of its values has no canonical bytes."""


dumps: Callable[[object], bytes]
try:
    from orjson import dumps
except ImportError:  # it is optional for a verifier; json writes the same bytes

    def dumps(value: object) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def content(values: Sequence[object]) -> bytes:
    """Return the canonical bytes of an entry: its version, and then a JSON array of its values, without spaces, in
    UTF-8.

    `values` are those of COLUMNS: texts, integers, booleans and None. `edit_id` is 32 hex digits. An entry has version
    1 if its `via` is None, and otherwise version 2. So if someone removes `via` from an entry, or adds `via` to an
    entry, the leaf no longer matches. Raises NotCanonical.
    """
    try:
        return VERSION_1 + dumps(values[:-1]) if values[-1] is None else VERSION_2 + dumps(values)
    except (TypeError, ValueError) as error:  # for example an integer beyond 64 bits
        raise NotCanonical("An entry has a value without canonical bytes.") from error


def leaf(values: Sequence[object]) -> bytes:
    """The hash of an entry's content, 32 bytes."""
    return sha256(content(values)).digest()


def as_object(values: Sequence[object]) -> dict[str, object]:
    """An entry as exports and streams write it: an object with the columns of the entry's version, in order."""
    return dict(zip(COLUMNS_1 if values[-1] is None else COLUMNS_2, values, strict=False))


def values_of(entry: Mapping[str, object]) -> list[object] | None:
    """Return the values of an object that as_object() made, in the order of COLUMNS. None if the object has other
    columns.
    """
    match tuple(entry):
        case columns if columns == COLUMNS_1:
            return [*entry.values(), None]
        case columns if columns == COLUMNS_2 and entry["via"] is not None:
            return list(entry.values())
    return None


def record(*, seq: int, entry_id: int, at: int, leaf: bytes) -> bytes:
    """The hash of an entry at its place in the chain, 32 bytes. `at` is in microseconds since 1970 (UTC)."""
    return sha256(_PLACE.pack(seq, entry_id, at) + leaf).digest()


def link(before: bytes, record: bytes) -> bytes:
    """The chain's next link: 32 bytes, which depend on every entry so far."""
    return sha256(b"\x02" + before + record).digest()


def microseconds(at: datetime) -> int:
    """A time as microseconds since 1970 (UTC). It must have a time zone."""
    return (at - _EPOCH) // _MICROSECOND
