"""Parses a stream's address: stdout, syslog://host:port?tls, or https://host/path. It needs no Django."""

import hashlib
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

LONGEST_NAME = 90  # characters, because a cursor's name can't be much longer
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_SYSLOG_PORTS = {"tcp": 601, "tls": 6514}  # https://www.rfc-editor.org/rfc/rfc5425#section-4.1


class NotAnAddress(ValueError):
    """The address of a stream isn't valid. The message says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Address:
    """The address that a stream sends to. `kind` is stdout, syslog or http. The stream's cursor is stored under
    `name`.
    """

    kind: str
    name: str
    host: str = ""
    port: int = 0
    path: str = ""
    is_tls: bool = False


def address(text: str) -> Address:
    """Parse an address. Raises NotAnAddress. The exception's message doesn't contain the address, because an address
    can contain a secret.
    """
    if text == "stdout":
        return Address("stdout", "stdout")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise NotAnAddress("Write an address in ASCII, without spaces; write other characters as %XX.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise NotAnAddress("The address has no valid host or port.") from None
    if parts.username is not None or parts.password is not None:
        raise NotAnAddress(
            "The address of a stream must not have a user name or a password, because the address appears in logs."
        )
    if parts.scheme == "syslog" and parts.hostname:
        return _syslog(parts, parts.hostname, port)
    if parts.scheme in {"http", "https"} and parts.hostname:
        return _http(parts, parts.hostname, port)
    raise NotAnAddress(
        "The address must be one of stdout, syslog://host:port?tcp, syslog://host:port?tls and https://…."
    )


def _syslog(parts: SplitResult, host: str, port: int | None) -> Address:
    transport = parts.query or "tcp"
    if transport not in _SYSLOG_PORTS or parts.path:
        raise NotAnAddress("Syslog needs ?tcp or ?tls, because UDP can lose entries unnoticed.")
    port = port or _SYSLOG_PORTS[transport]
    return Address("syslog", f"syslog {host}:{port}", host=host, port=port, is_tls=transport == "tls")


def _http(parts: SplitResult, host: str, port: int | None) -> Address:
    is_tls = parts.scheme == "https"
    if not is_tls and host not in _LOOPBACK:
        raise NotAnAddress("The log can be sent only over https, or over http to this machine itself.")
    port = port or (443 if is_tls else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    name = _named(f"http {host}:{port}{parts.path}", query=parts.query)
    return Address("http", name, host=host, port=port, path=path, is_tls=is_tls)


def _named(shown: str, *, query: str) -> str:
    """The address's unique name, which log lines and the cursor use. The name doesn't contain the address's query,
    because the query can be a secret. Addresses with different queries get different names.
    """
    if not query and len(shown) <= LONGEST_NAME:
        return shown
    digest = hashlib.sha256(f"{shown}?{query}".encode()).hexdigest()[:8]
    return f"{shown[: LONGEST_NAME - 9]}#{digest}"
