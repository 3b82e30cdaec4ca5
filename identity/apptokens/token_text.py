"""The text of an app token: a prefix that scanners for leaked secrets can find, 32 random bytes, and a checksum.

With the checksum, this app recognizes a mistyped token without a database query.
"""

from __future__ import annotations

import re
import secrets
import string
import zlib
from hashlib import sha256

PREFIX = "byline_"
BASE62 = string.digits + string.ascii_letters
SECRET, CHECKSUM = 43, 6  # the numbers of base-62 digits for 32 bytes, and for a CRC-32
TOKEN = re.compile(f"{PREFIX}[0-9A-Za-z]{{{SECRET + CHECKSUM}}}")


def new() -> str:
    """Return the text of a new random token."""
    secret = PREFIX + _base62(int.from_bytes(secrets.token_bytes(32)), SECRET)
    return secret + _checksum(secret)


def is_well_formed(text: str) -> bool:
    """Whether the text has the format of a token."""
    return bool(TOKEN.fullmatch(text)) and text[-CHECKSUM:] == _checksum(text[:-CHECKSUM])


def digest_of(text: str) -> str:
    """Return the hash by which a token is stored and looked up. The hash needs no salt, because tokens are random."""
    return sha256(text.encode()).hexdigest()


def _checksum(secret: str) -> str:
    return _base62(zlib.crc32(secret.encode()), CHECKSUM)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(BASE62))
        digits.append(BASE62[digit])
    return "".join(reversed(digits))
