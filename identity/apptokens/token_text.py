"""What a token looks like: a prefix that scanners for leaked secrets can find, 32 random bytes, and a checksum.

With the checksum a mistyped token is told from a real one without a look into the database.
"""

from __future__ import annotations

import re
import secrets
import string
import zlib
from hashlib import sha256

PREFIX = "byline_"
BASE62 = string.digits + string.ascii_letters
SECRET, CHECKSUM = 43, 6  # digits of base 62 that 32 bytes and a CRC-32 take
TOKEN = re.compile(f"{PREFIX}[0-9A-Za-z]{{{SECRET + CHECKSUM}}}")


def new() -> str:
    """A token that nobody has yet."""
    secret = PREFIX + _base62(int.from_bytes(secrets.token_bytes(32)), SECRET)
    return secret + _checksum(secret)


def is_well_formed(text: str) -> bool:
    """Whether this can be a token at all."""
    return bool(TOKEN.fullmatch(text)) and text[-CHECKSUM:] == _checksum(text[:-CHECKSUM])


def digest_of(text: str) -> str:
    """What is stored in a token's place, and looked up. The token is random, so it needs no salt."""
    return sha256(text.encode()).hexdigest()


def _checksum(secret: str) -> str:
    return _base62(zlib.crc32(secret.encode()), CHECKSUM)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(BASE62))
        digits.append(BASE62[digit])
    return "".join(reversed(digits))
