"""What an entry says about the request that it was written in. Threads and jobs are handed it explicitly."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request: its id (32 hex digits), the address it came from if that is known, and the browser's name."""

    request_id: str = ""
    ip: str | None = None
    user_agent: str = ""


NO_REQUEST = RequestContext()
_current: ContextVar[RequestContext] = ContextVar("audit_request_context", default=NO_REQUEST)


def current() -> RequestContext:
    """The context of the request at hand; an empty one outside of any."""
    return _current.get()


@contextmanager
def using(context: RequestContext) -> Iterator[None]:
    """Make `context` the current one for the block, and put back the one before, whatever happens."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)
