"""The keys that sign seals and check them. They come only from the settings, so that the database's owner can't seal.

AUDIT_SEAL_KEY, or the file AUDIT_SEAL_KEY_FILE, has the private key. Only the process that makes seals needs this key.
AUDIT_SEAL_PUBLIC_KEYS lists other public keys that verifying accepts, such as keys that were used earlier.
"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.conf import settings
from audit.proof import seal_bytes
from audit.proof.seal_bytes import NotAKey


class NoSealKey(Exception):
    """Seals can't be signed or checked. The message says which setting to correct."""


def private_key() -> Ed25519PrivateKey:
    """The key that seals are signed with. Raises NoSealKey."""
    key = _own_key()
    if key is None:
        raise NoSealKey(
            "There is no key for sealing: set AUDIT_SEAL_KEY or AUDIT_SEAL_KEY_FILE (manage.py audit_keys)."
        )
    return key


def public_keys() -> dict[str, Ed25519PublicKey]:
    """Map ids to public keys. A seal must be signed with one of these keys. Raises NoSealKey if one can't be read."""
    try:
        listed = [seal_bytes.public_key(text) for text in settings.AUDIT_SEAL_PUBLIC_KEYS]
    except NotAKey as error:
        raise NoSealKey("AUDIT_SEAL_PUBLIC_KEYS must be public keys, each 32 bytes in base64.") from error
    own = _own_key()
    return seal_bytes.by_id([*listed, own.public_key()] if own else listed)


def _own_key() -> Ed25519PrivateKey | None:
    where, text = "AUDIT_SEAL_KEY", settings.AUDIT_SEAL_KEY
    if settings.AUDIT_SEAL_KEY_FILE:
        where, text = "AUDIT_SEAL_KEY_FILE", _content_of(settings.AUDIT_SEAL_KEY_FILE)
    if not text:
        return None
    try:
        return seal_bytes.private_key(text)
    except NotAKey:
        raise NoSealKey(f"{where} has no valid private key: 32 bytes in base64.") from None


def _content_of(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise NoSealKey(f"AUDIT_SEAL_KEY_FILE cannot be read: {path}") from None
