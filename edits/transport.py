"""HTTP to Smartsheet that always ends: one exchange, bounded in time and size, never sent twice.

requests' own timeouts count from byte to byte, so a server that drips keeps one waiting for ever. Here the
moment at which an exchange must be over holds for the request, the headers and the body alike. One thing is not
bounded: the look-up of a host name, which the system's resolver ends by itself.
"""

import http.client
import io
import os
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from time import monotonic
from typing import TYPE_CHECKING, Any

import certifi
import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LARGEST_ANSWER = 256 * 2**20  # bytes; a full sheet (500,000 cells) of ordinary texts has some 50 MB
CONNECT_SECONDS = 3.0
CHUNK = 2**18
KEPT_CONNECTIONS = 32

_ends: ContextVar[float] = ContextVar("ends")  # monotonic(); when the exchange under way must be over


class NotSent(Exception):
    """No connection came about: the request certainly did not arrive."""


class NoAnswer(Exception):
    """The request may have arrived, but no whole answer came back in time and in size."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(session: requests.Session, request: requests.PreparedRequest, *, seconds: float) -> Answer:
    """Send the request once and give the whole answer, within `seconds`. Raises NotSent, NoAnswer."""
    mark = _ends.set(monotonic() + seconds)
    try:
        with closing(session.send(request, stream=True, timeout=seconds)) as response:
            return Answer(response.status_code, response.headers, _body(response))
    except (OSError, ValueError, HTTPError, http.client.HTTPException) as error:
        raise NoAnswer(type(error).__name__) from None
    finally:
        _ends.reset(mark)


def _body(response: requests.Response) -> bytes:
    chunks, size = [], 0
    for chunk in response.iter_content(CHUNK):
        size += len(chunk)
        if size > LARGEST_ANSWER:
            raise NoAnswer("too large")
        chunks.append(chunk)
    return b"".join(chunks)


def new_session() -> requests.Session:
    """A session for one person: nothing of it is shared but the connections. No cookies, no .netrc, no proxies."""
    session = _Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("https://", "http://"):
        session.mount(scheme, _transport(settings.SMARTSHEET_CA_BUNDLE))
    return session


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Nowhere: a redirect is an answer like any other. (allow_redirects=False reads and parses the target yet.)"""


@cache
def _transport(ca_bundle: str) -> "_Transport":
    """The process's one adapter: a TLS context costs 25 ms to build, a connection a round trip or three."""
    return _Transport(ca_bundle)


os.register_at_fork(after_in_child=_transport.cache_clear)  # two processes cannot share a connection


class _Transport(HTTPAdapter):
    """Connections kept over requests and people. It never sends anything twice: requests' default."""

    def __init__(self, ca_bundle: str) -> None:
        self._tls = ssl.create_default_context(cafile=ca_bundle or None)
        if not ca_bundle:
            self._tls.load_verify_locations(certifi.where())
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
                sock.settimeout(_seconds_left())
                return sock
            except OSError as error:
                sock.close()
                silence = error
        raise silence

    def send(self, data: Any) -> None:
        if self.sock is not None:
            self.sock.settimeout(_seconds_left())
        super().send(data)


class _BoundedHTTPS(_Bounded, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _Bounded


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _BoundedHTTPS


def _seconds_left() -> float:
    left = _ends.get() - monotonic()
    if left <= 0:
        raise TimeoutError
    return left
