"""One HTTP request to Smartsheet and its answer: limited in time and size, and never sent twice."""

import ctypes
import http.client
import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from threading import Lock
from time import monotonic
from typing import Self

import requests
from urllib3.exceptions import HTTPError

from edits.conf import settings
from identity.connections import CHUNK, TimedAdapter, until

MB = 2**20
M_MMAP_THRESHOLD, LARGE = -3, 128 * 2**10  # bytes
# By operation; a full sheet (500,000 cells) of ordinary texts has some 50 MB, in pages.
LARGEST_ANSWERS = {
    "getSheet": 64 * MB,
    "update-rows": 64 * MB,
    "rows-addToSheet": 64 * MB,
    "list-sheets": 16 * MB,
    "row-get": 16 * MB,
    "columns-listOnSheet": 16 * MB,
    "cellHistory-get": 16 * MB,
}
LARGEST_OTHER = MB  # errors, and operations that answer a few facts
LARGEST_TOTAL = 128 * MB  # of all answers that this process is reading or parsing


def _give_large_memory_back() -> None:
    """Have glibc give each large piece of memory back to the system as soon as it is free.

    By itself it does so up to a size that grows with every piece, and keeps what is smaller, thread by thread: hundreds
    of MB after some large answers. https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    try:
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE)
    except (AttributeError, OSError, TypeError):  # another C library
        return


_give_large_memory_back()


class NoAnswer(Exception):
    """The request may have arrived, but no whole answer came back in time and in size."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytearray


class Room:
    """The memory of one answer, as a part of what all answers of this process may take.

    A context manager: leave it when the answer is parsed.
    """

    _lock = Lock()
    _taken = 0  # bytes, by all of them

    def __init__(self, operation: str) -> None:
        self._largest = LARGEST_ANSWERS.get(operation, LARGEST_OTHER)
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        with Room._lock:
            Room._taken -= self._size
        self._size = 0

    def take(self, size: int, *, is_error: bool) -> None:
        """Make room for so many more bytes. Raises NoAnswer."""
        if self._size + size > (LARGEST_OTHER if is_error else self._largest):
            raise NoAnswer("too large")
        with Room._lock:
            if Room._taken + size > LARGEST_TOTAL:
                raise NoAnswer("too many large answers at once")
            Room._taken += size
        self._size += size


def exchange(session: requests.Session, request: requests.PreparedRequest, *, seconds: float, room: Room) -> Answer:
    """Send the request once and give the whole answer, within `seconds`. Raises NotSent, NoAnswer."""
    with until(monotonic() + seconds):
        try:
            with closing(session.send(request, stream=True, timeout=seconds)) as response:
                return Answer(response.status_code, response.headers, _body(response, room))
        except (OSError, ValueError, HTTPError, http.client.HTTPException) as error:
            raise NoAnswer(type(error).__name__) from None


def _body(response: requests.Response, room: Room) -> bytearray:
    """In one piece of memory, which the system gets back: of many small pieces the allocator keeps most."""
    body = bytearray()
    for chunk in response.iter_content(CHUNK):
        room.take(len(chunk), is_error=not response.ok)
        body += chunk
    return body


def new_session() -> requests.Session:
    """A session for one person. It shares only connections with others, and has no cookies, .netrc or proxies."""
    session = _Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("https://", "http://"):
        session.mount(scheme, _transport(settings.SMARTSHEET_CA_BUNDLE))
    return session


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """None, since redirects aren't followed. (With allow_redirects=False, requests still parses the target.)"""


@cache
def _transport(ca_bundle: str) -> TimedAdapter:
    """The only adapter of the process, so that connections are reused. A new one costs up to three round trips."""
    return TimedAdapter(ca_bundle)


os.register_at_fork(after_in_child=_transport.cache_clear)  # two processes cannot share a connection
