"""Signs deliveries over HTTPS. The signature is an HMAC of the delivery's time, name and body. This module needs no
Django.

X-Byline-Signature = "sha256=" + hex HMAC-SHA256(secret, timestamp + "." + delivery + "." + body)

A receiver is safe from replays if it refuses old timestamps. A delivery that is sent again has the same places of the
chain in its lines, so the receiver can recognise it.
"""

import hmac

TIMESTAMP, DELIVERY, SIGNATURE = "X-Byline-Timestamp", "X-Byline-Delivery", "X-Byline-Signature"


def headers(secret: str, *, delivery: str, at: int, body: bytes) -> dict[str, str]:
    """The headers of a delivery. `delivery` is its name: the first and the last place in the chain, such as "501-1000".
    `at` is the time of sending, in seconds since 1970.
    """
    return {TIMESTAMP: str(at), DELIVERY: delivery, SIGNATURE: signature(secret, f"{at}.{delivery}.".encode() + body)}


def signature(secret: str, content: bytes) -> str:
    """The signature of this content with this secret."""
    return f"sha256={hmac.digest(secret.encode(), content, 'sha256').hex()}"
