"""The format of an export as JSON Lines. Both the code that writes exports and the code that verifies them use this
module. It needs no Django.

    {"type":"export",…}    says who exported what, when, and up to which link of the chain; it is the first line
    {"type":"seal",…}      is a signed seal, and comes before the first entry that it covers
    {"type":"entry",…}     is an entry, with its place in the chain and the path from its record to the seal's root
    {"type":"end",…}       says how many entries and seals the file has, and has the SHA-256 of all bytes before this
                           line; the SHA-256 is signed if there is a key; a file without this line is incomplete

Each line is JSON without spaces, in UTF-8. Hashes are hex. A line is refused if parsing it and writing it again gives
other bytes. Otherwise two programs could understand the line differently, for example if a key occurs twice in the
line.
"""

from datetime import UTC, datetime

from audit.proof import leaves

FORMAT = "byline log 2"
# The formats that can be verified. Each entry of a file must have one of its format's lists of columns.
FORMATS = {"byline log 1": (leaves.COLUMNS_1,), FORMAT: (leaves.COLUMNS_1, leaves.COLUMNS_2)}
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
    """A line of an export is wrong. The message is a sentence that says what is wrong."""


def signed_content(digest: bytes) -> bytes:
    """The bytes that are signed at the end of a file. They begin differently from a seal's bytes, so a seal's signature
    can't be used for a file.
    """
    return VERSION + digest


def unhexed(text: str) -> bytes:
    """The bytes of a hash. Raises Wrong for capitals or spaces, because each hash must have exactly one spelling."""
    found = bytes.fromhex(text)
    if found.hex() != text:
        raise Wrong("A hash isn't in the format of an export.")
    return found


def written(at: datetime) -> str:
    """A time as ISO 8601 in UTC, with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
