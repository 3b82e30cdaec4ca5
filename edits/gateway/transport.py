"""Sends one HTTP request to Smartsheet and reads the answer, within limits of time and size. Never sends a request
twice.
"""

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
# The most bytes of an answer to each operation. A full sheet (500,000 cells) of ordinary texts has about 50 MB.
LARGEST_ANSWERS = {
    "getSheet": 64 * MB,
    "update-rows": 64 * MB,
    "rows-addToSheet": 64 * MB,
    "list-sheets": 16 * MB,
    "row-get": 16 * MB,
    "columns-listOnSheet": 16 * MB,
    "cellHistory-get": 16 * MB,
}
LARGEST_OTHER = MB  # the most bytes of an error or any other answer
LARGEST_TOTAL = 128 * MB  # the most bytes of all answers that this process is reading or parsing


def _give_large_memory_back() -> None:
    """Make glibc return large blocks of memory to the system as soon as they are free.

    By default, glibc returns only blocks above a certain size, and raises this limit each time such a block is freed.
    Each thread keeps its smaller freed blocks. After some large answers, the kept blocks add up to hundreds of MB.
    https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    try:
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE)
    except (AttributeError, OSError, TypeError):  # the C library isn't glibc
        return


_give_large_memory_back()


class NoAnswer(Exception):
    """No complete answer came within the limits of time and size, but Smartsheet has perhaps received the request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytearray


class Room:
    """Reserves memory for one answer. The reserved memory of all answers in this process has a limit (LARGEST_TOTAL).

    This is a context manager. The memory stays reserved until the `with` block ends, so parse the answer inside the
    block.
    """

    _lock = Lock()
    _taken = 0  # bytes that all answers have reserved

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
        """Reserve `size` more bytes. Raises NoAnswer if this answer, or all answers together, would exceed a limit.
        `is_error` says whether Smartsheet answered with an error. The limit for such an answer is lower.
        """
        if self._size + size > (LARGEST_OTHER if is_error else self._largest):
            raise NoAnswer("too large")
        with Room._lock:
            if Room._taken + size > LARGEST_TOTAL:
                raise NoAnswer("too many large answers at the same time")
            Room._taken += size
        self._size += size


def exchange(session: requests.Session, request: requests.PreparedRequest, *, seconds: float, room: Room) -> Answer:
    """Send the request once and return the complete answer, within `seconds`. Raises NotSent if Smartsheet certainly
    didn't receive the request, and NoAnswer if there is no complete answer.
    """
    with until(monotonic() + seconds):
        try:
            with closing(session.send(request, stream=True, timeout=seconds)) as response:
                return Answer(response.status_code, response.headers, _body(response, room))
        except (OSError, ValueError, HTTPError, http.client.HTTPException) as error:
            raise NoAnswer(type(error).__name__) from None


def _body(response: requests.Response, room: Room) -> bytearray:
    """Return the body as one large block of memory. The process gives such a block back to the system when the body is
    no longer used. If the body were many small blocks, the process would keep most of them.
    """
    body = bytearray()
    for chunk in response.iter_content(CHUNK):
        room.take(len(chunk), is_error=not response.ok)
        body += chunk
    return body


def new_session() -> requests.Session:
    """Return a session for one person, without cookies, .netrc and proxies. All sessions share their connections, and
    nothing else.
    """
    session = _Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("https://", "http://"):
        session.mount(scheme, _transport(settings.SMARTSHEET_CA_BUNDLE))
    return session


class _Session(requests.Session):
    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Return the request with the session's headers. The inherited method would also look for cookies, parameters,
        a password and hooks of the session, but this session has none.
        """
        prepared = requests.PreparedRequest()
        prepared.prepare(
            method=request.method,
            url=request.url,
            headers={**self.headers, **request.headers},
            files=request.files,
            data=request.data,
            json=request.json,
            params=request.params or None,  # the library requests would encode even an empty dict
        )
        return prepared

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return None, so that no redirect is followed. Even with allow_redirects=False, the library `requests` would
        parse the target of the redirect.
        """


@cache
def _transport(ca_bundle: str) -> TimedAdapter:
    """Return the adapter that all sessions of this process share. It reuses connections, because opening a connection
    takes up to three round trips.
    """
    return TimedAdapter(ca_bundle)


os.register_at_fork(after_in_child=_transport.cache_clear)  # two processes can't share a connection
