"""The format of exports as JSON Lines, shared by the writer and the verifier. No Django needed.

    {"type":"export",…}    who exported what, when, up to which link of the chain; always the first line
    {"type":"seal",…}      a signed seal; before the first entry that it covers
    {"type":"entry",…}     an entry, its place in the chain, and the path from its record to the seal's root
    {"type":"end",…}       how many lines of each there were, and the SHA-256 of all bytes before it, signed if there is
                           a key; a file without it is incomplete

Each line is JSON without spaces, in UTF-8, and hashes are hex. A line is refused if parsing and writing it again gives
other bytes. So two readers can't read two different things in it, as with a key that occurs twice.
"""

from datetime import UTC, datetime

from audit.proof import leaves

FORMAT = "byline log 2"
FORMATS = {"byline log 1": (leaves.COLUMNS_1,), FORMAT: (leaves.COLUMNS_1, leaves.COLUMNS_2)}  # with what entries have
VERSION = b"byline export 1\n"
HEADER = (
    "type",
    "format",
    "export",
    "at",
    "by",
    "query",
    "is_whole",
    "first_seq",
    "last_seq",
    "before",
    "head",
    "keys",
)
ENTRY = ("type", "seq", "id", "at", "leaf", "entry", "clear", "path")
END = ("type", "entries", "seals", "unsealed", "sha256", "key_id", "signature")


class Wrong(Exception):
    """Something is wrong with a line of an export; says what, as a sentence."""


def signed_content(digest: bytes) -> bytes:
    """The bytes that the signature at the end of a file covers. No seal begins like this."""
    return VERSION + digest


def unhexed(text: str) -> bytes:
    """The bytes of a hash. Raises Wrong for hex with capitals or spaces, which would be a second way to write it."""
    found = bytes.fromhex(text)
    if found.hex() != text:
        raise Wrong("A hash is not written as exports are.")
    return found


def written(at: datetime) -> str:
    """A time as ISO 8601, UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
