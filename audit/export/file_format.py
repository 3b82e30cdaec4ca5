"""The form of an export as JSON Lines, for whoever writes one and whoever verifies one. No Django needed.

    {"type":"export",…}    who exported what, when, up to which link of the chain; always the first line
    {"type":"seal",…}      a signed seal; before the first entry that is under it
    {"type":"entry",…}     an entry, its place in the chain, and the path from its record to the seal's root
    {"type":"end",…}       how many lines of each there were, and the SHA-256 of all bytes before it, signed if there is
                           a key; a file without it is incomplete

Each line is JSON without spaces, in UTF-8, and hashes are hex. What a line says more than once is said once: a line
that is not just as orjson or json write what they read in it is refused, so that no two readers see two things.
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
    """What the signature at the end of a file is over; no seal begins so."""
    return VERSION + digest


def unhexed(text: str) -> bytes:
    """The bytes of a hash. Raises Wrong for hex in capitals or with spaces, which would say the same in another way."""
    found = bytes.fromhex(text)
    if found.hex() != text:
        raise Wrong("A hash is not written as exports are.")
    return found


def written(at: datetime) -> str:
    """A time as ISO 8601, UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
