"""What an HTTPS receiver can hold a delivery against: an HMAC over its time, its name and its body. No Django.

    X-Byline-Signature = "sha256=" + hex HMAC-SHA256(secret, timestamp + "." + delivery + "." + body)

A receiver that refuses old timestamps cannot be played an old delivery; one that was sent again has the same places of
the chain in it, by which it is known.
"""

import hmac

TIMESTAMP, DELIVERY, SIGNATURE = "X-Byline-Timestamp", "X-Byline-Delivery", "X-Byline-Signature"


def headers(secret: str, *, delivery: str, at: int, body: bytes) -> dict[str, str]:
    """The headers of a delivery, "FIRST-LAST" of the chain, that is sent `at` seconds since 1970."""
    return {TIMESTAMP: str(at), DELIVERY: delivery, SIGNATURE: signature(secret, f"{at}.{delivery}.".encode() + body)}


def signature(secret: str, content: bytes) -> str:
    """The signature of this content."""
    return f"sha256={hmac.digest(secret.encode(), content, 'sha256').hex()}"
