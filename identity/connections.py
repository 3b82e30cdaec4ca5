"""Connections to Smartsheet with a deadline. If a server sends its headers or body slowly, the connection is closed.

The timeouts of the library `requests` begin again with each byte, so a server could keep a client waiting for ever.
With this module, one deadline (`until`) covers the request, the headers and the body. The look-up of a host name isn't
covered. The operating system has its own time limit for the look-up.

If the network is down, the operating system goes on sending data for minutes, even after this process has given up or
died. So on Linux, this module tells the operating system to drop the data at the deadline.
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

_ends: ContextVar[float] = ContextVar("ends")  # the deadline of the current call, in the time of monotonic()


class NotSent(Exception):
    """No connection could be made, so Smartsheet certainly didn't get the request."""


@contextmanager
def until(moment: float) -> Iterator[None]:
    """Set the deadline for all calls in the block. `moment` is a time in seconds, as time.monotonic() counts them."""
    mark = _ends.set(moment)
    try:
        yield
    finally:
        _ends.reset(mark)


@cache
def tls_context(ca_bundle: str) -> ssl.SSLContext:
    """Return a TLS context that trusts the certificates in the file `ca_bundle`, or the system's certificates if
    `ca_bundle` is "". The context is cached, because building it takes 25 ms.
    """
    context = ssl.create_default_context(cafile=ca_bundle or None)
    if not ca_bundle:
        context.load_verify_locations(certifi.where())
    return context


class TimedAdapter(HTTPAdapter):
    """The HTTP transport for the library `requests`. It needs a deadline from `until`, and never sends a request twice.

    Raises NotSent, and the exceptions of `requests`.
    """

    def __init__(self, ca_bundle: str) -> None:
        self._tls = tls_context(ca_bundle)
        super().__init__(pool_connections=4, pool_maxsize=KEPT_CONNECTIONS)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._tls, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Do nothing, because the TLS context verifies certificates. The inherited method would read all trusted
        certificates again for each new connection.
        """


class _BoundedStream(io.RawIOBase):
    """A stream that reads from a socket. Before each read, it sets the socket's timeout to the time that is left until
    the deadline. So reading ends at the deadline, even if data arrives slowly.
    """

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
    """A response whose headers and body must arrive before the deadline."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_BoundedStream(sock, self.fp.detach()), CHUNK)


class _Bounded(HTTPConnection):
    """A connection that is closed at the deadline. Raises NotSent if no connection can be made."""

    response_class = _BoundedResponse

    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, HTTPError) as error:
            raise NotSent(type(error).__name__) from None

    def _new_conn(self) -> socket.socket:
        """Try the addresses of the host one after the other, like the inherited method, but only until the deadline."""
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
    """Set the socket's timeouts, so that it neither waits nor sends after the deadline."""
    left = _seconds_left()
    sock.settimeout(left)
    if USER_TIMEOUT is not None:
        sock.setsockopt(socket.IPPROTO_TCP, USER_TIMEOUT, max(1, round(left * 1000)))


def _seconds_left() -> float:
    left = _ends.get() - monotonic()
    if left <= 0:
        raise TimeoutError
    return left
