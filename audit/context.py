"""What an entry says about the request that it was written in. Threads and jobs are handed it explicitly."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request: its id (32 hex digits), the address it came from if that is known, the browser's name, and the app
    token or client that it came by (`via`)."""

    request_id: str = ""
    ip: str | None = None
    user_agent: str = ""
    via: Mapping[str, str | int] | None = None


NO_REQUEST = RequestContext()
_current: ContextVar[RequestContext] = ContextVar("audit_request_context", default=NO_REQUEST)


def current() -> RequestContext:
    """The context of the request at hand; an empty one outside of any."""
    return _current.get()


def came_by(via: Mapping[str, str | int]) -> None:
    """From now on all entries of the request at hand say that it came by this. Does nothing outside of a request."""
    if _current.get() is not NO_REQUEST:
        _current.set(replace(_current.get(), via=via))


@contextmanager
def using(context: RequestContext) -> Iterator[None]:
    """Make `context` the current one for the block, and put back the one before, whatever happens."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)
