"""Connections to Smartsheet that last no longer than an exchange may: whoever drips, head or body, is cut off in time.

requests' own timeouts count from byte to byte, so a server that drips keeps one waiting for ever. Here the moment
at which an exchange must be over (`until`) holds for the request, the headers and the body alike. One thing is not
bounded: the look-up of a host name, which the system's resolver ends by itself.

What was written to a connection goes on being delivered by the system after the process has given up, or died: for
minutes, where the network stands still. So the system is told to drop it at that moment too, where it can (Linux).
https://www.rfc-editor.org/rfc/rfc5482
"""

import http.client
import io
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING, Any

import certifi
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CONNECT_SECONDS = 3.0
CHUNK = 2**18
KEPT_CONNECTIONS = 32
USER_TIMEOUT: int | None = getattr(socket, "TCP_USER_TIMEOUT", None)

_ends: ContextVar[float] = ContextVar("ends")  # monotonic(); when the exchange under way must be over


class NotSent(Exception):
    """No connection came about: the request certainly did not arrive."""


@contextmanager
def until(moment: float) -> Iterator[None]:
    """Every exchange within must be over at this moment of monotonic()."""
    mark = _ends.set(moment)
    try:
        yield
    finally:
        _ends.reset(mark)


@cache
def tls_context(ca_bundle: str) -> ssl.SSLContext:
    """What this process trusts: the authorities of a file, or ("") the usual ones. Building it takes 25 ms."""
    context = ssl.create_default_context(cafile=ca_bundle or None)
    if not ca_bundle:
        context.load_verify_locations(certifi.where())
    return context


class TimedAdapter(HTTPAdapter):
    """What requests sends through: only inside of `until`, and never anything twice, which is requests' default.

    Raises NotSent, and otherwise what requests raises.
    """

    def __init__(self, ca_bundle: str) -> None:
        self._tls = tls_context(ca_bundle)
        super().__init__(pool_connections=4, pool_maxsize=KEPT_CONNECTIONS)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._tls, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing to do: the context verifies. The original has each new connection read all certificates again."""


class _BoundedStream(io.RawIOBase):
    """What arrives on a socket, until the exchange must be over, however steadily it drips."""

    def __init__(self, sock: socket.socket, stream: io.RawIOBase) -> None:
        self._sock = sock
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int | None:
        self._sock.settimeout(_seconds_left())
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _BoundedResponse(http.client.HTTPResponse):
    """An answer whose head and body are both read through the bounded stream."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_BoundedStream(sock, self.fp.detach()), CHUNK)


class _Bounded(HTTPConnection):
    """A connection that lasts no longer than the exchange, and says when it did not come about."""

    response_class = _BoundedResponse

    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, HTTPError) as error:
            raise NotSent(type(error).__name__) from None

    def _new_conn(self) -> socket.socket:
        """Try the host's addresses in turn, as the original does, but all of them within the exchange's time."""
        silence: OSError = socket.gaierror(f"{self.host} has no address")
        for family, kind, protocol, _, address in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM):
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(min(CONNECT_SECONDS, _seconds_left()))
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                _limit(sock)
                return sock
            except OSError as error:
                sock.close()
                silence = error
        raise silence

    def send(self, data: Any) -> None:
        if self.sock is not None:
            _limit(self.sock)
        super().send(data)


class _BoundedHTTPS(_Bounded, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _Bounded


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _BoundedHTTPS


def _limit(sock: socket.socket) -> None:
    """Wait no longer for this socket than the exchange may last, and have nothing delivered after it."""
    left = _seconds_left()
    sock.settimeout(left)
    if USER_TIMEOUT is not None:
        sock.setsockopt(socket.IPPROTO_TCP, USER_TIMEOUT, max(1, round(left * 1000)))


def _seconds_left() -> float:
    left = _ends.get() - monotonic()
    if left <= 0:
        raise TimeoutError
    return left
