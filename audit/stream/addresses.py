"""Where the log can be streamed to, as text says it: stdout, syslog://host:port?tls, https://host/path. No Django."""

import hashlib
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

LONGEST_NAME = 90  # characters, which a cursor can hold
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_SYSLOG_PORTS = {"tcp": 601, "tls": 6514}  # https://www.rfc-editor.org/rfc/rfc5425#section-4.1


class NotAnAddress(ValueError):
    """Nothing can be streamed to there; says why, as a sentence."""


@dataclass(frozen=True, slots=True)
class Address:
    """A place that takes the log. `kind` is stdout, syslog or http; `name` tells it from others, for its cursor."""

    kind: str
    name: str
    host: str = ""
    port: int = 0
    path: str = ""
    is_tls: bool = False


def address(text: str) -> Address:
    """The address that is written so. Raises NotAnAddress, which does not say it again: it may hold a secret."""
    if text == "stdout":
        return Address("stdout", "stdout")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise NotAnAddress("An address is written in ASCII, without spaces; other characters as %XX.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise NotAnAddress("The address has no host, or no port, that there can be.") from None
    if parts.username is not None or parts.password is not None:
        raise NotAnAddress("An address to stream to must not hold a name or a password: it is shown in logs.")
    if parts.scheme == "syslog" and parts.hostname:
        return _syslog(parts, parts.hostname, port)
    if parts.scheme in {"http", "https"} and parts.hostname:
        return _http(parts, parts.hostname, port)
    raise NotAnAddress("An address is one of stdout, syslog://host:port?tcp, syslog://host:port?tls and https://….")


def _syslog(parts: SplitResult, host: str, port: int | None) -> Address:
    transport = parts.query or "tcp"
    if transport not in _SYSLOG_PORTS or parts.path:
        raise NotAnAddress("Syslog is spoken over ?tcp or ?tls; UDP loses what nobody then knows to send again.")
    port = port or _SYSLOG_PORTS[transport]
    return Address("syslog", f"syslog {host}:{port}", host=host, port=port, is_tls=transport == "tls")


def _http(parts: SplitResult, host: str, port: int | None) -> Address:
    is_tls = parts.scheme == "https"
    if not is_tls and host not in _LOOPBACK:
        raise NotAnAddress("The log is sent over https; http is for this machine itself alone.")
    port = port or (443 if is_tls else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    name = _named(f"http {host}:{port}{parts.path}", query=parts.query)
    return Address("http", name, host=host, port=port, path=path, is_tls=is_tls)


def _named(shown: str, *, query: str) -> str:
    """A name for logs and for the cursor, of which there is one for each address: without the query, which may be a
    secret, yet told from another query's."""
    if not query and len(shown) <= LONGEST_NAME:
        return shown
    digest = hashlib.sha256(f"{shown}?{query}".encode()).hexdigest()[:8]
    return f"{shown[: LONGEST_NAME - 9]}#{digest}"
