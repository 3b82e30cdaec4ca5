"""Commitments as anyone can check them: HMAC-SHA256 of a text, with a random salt as the key. No Django needed.

https://www.rfc-editor.org/rfc/rfc2104
"""

import hmac

SALT = 32  # bytes. HMAC pads a short key with zeros and hashes a long one, so another length could give the same value


def commit(*, salt: str, text: str) -> str:
    """The commitment to a text: 64 hex digits. `salt` is hex too."""
    return hmac.digest(bytes.fromhex(salt), text.encode(), "sha256").hex()


def is_opened(commitment: str, *, salt: str, text: str) -> bool:
    """Whether this is the text that was committed to, with the salt as it was written then."""
    try:
        raw = bytes.fromhex(salt)
        return len(raw) == SALT and raw.hex() == salt and commit(salt=salt, text=text) == commitment
    except ValueError:  # a salt that is no hex, a text that is no UTF-8
        return False
