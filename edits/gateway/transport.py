"""HTTP to Smartsheet that always ends: one exchange, bounded in time and size, never sent twice."""

import http.client
import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from time import monotonic

import requests
from urllib3.exceptions import HTTPError

from edits.conf import settings
from identity.connections import CHUNK, TimedAdapter, until

LARGEST_ANSWER = 256 * 2**20  # bytes; a full sheet (500,000 cells) of ordinary texts has some 50 MB


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
    with until(monotonic() + seconds):
        try:
            with closing(session.send(request, stream=True, timeout=seconds)) as response:
                return Answer(response.status_code, response.headers, _body(response))
        except (OSError, ValueError, HTTPError, http.client.HTTPException) as error:
            raise NoAnswer(type(error).__name__) from None


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
def _transport(ca_bundle: str) -> TimedAdapter:
    """The process's one adapter: a connection costs a round trip or three."""
    return TimedAdapter(ca_bundle)


os.register_at_fork(after_in_child=_transport.cache_clear)  # two processes cannot share a connection
