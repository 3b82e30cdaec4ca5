"""Checks callback URLs. https://developers.smartsheet.com/api/smartsheet/openapi/webhooks: Webhook Callbacks"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from sandbox.errors import ApiError

PORTS = (443, 8000, 8008, 8080, 8443)


def check_callback_url(url: str, *, allow_loopback: bool) -> None:
    """Raise ApiError 1152 if the URL isn't https, and 1031 if Smartsheet would refuse its port or address.

    If `allow_loopback` is true, any URL on this machine is accepted, so that no tunnel is necessary.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ApiError(1031, url, "webhook.callbackUrl") from None
    if allow_loopback and is_loopback(host) and parts.scheme in ("http", "https"):
        return
    if parts.scheme != "https":
        raise ApiError(1152, "callbackUrl")
    if not host or (port or 443) not in PORTS or is_private(host):
        raise ApiError(1031, url, "webhook.callbackUrl")


def is_address(url: object) -> bool:
    """Whether the value is a URL: one line with a scheme and a host."""
    if not isinstance(url, str) or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc)


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_private(host: str) -> bool:
    """Whether an address isn't public. Host names count as public."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return is_loopback(host)
