"""The data of the current request. It is recorded in each entry that the request writes. Other threads and jobs have
this data only if you pass it to them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class RequestContext:
    """A request's data: its id (32 hex digits), the client's address if it is known, and the browser's name. `via` is
    the app token or the client that made the request.
    """

    request_id: str = ""
    ip: str | None = None
    user_agent: str = ""
    via: Mapping[str, str | int] | None = None


NO_REQUEST = RequestContext()
_current: ContextVar[RequestContext] = ContextVar("audit_request_context", default=NO_REQUEST)


def current() -> RequestContext:
    """The context of the current request. Outside of requests it is empty."""
    return _current.get()


def came_by(via: Mapping[str, str | int]) -> None:
    """Record `via` in all further entries of the current request. `via` says which app token or client made the
    request. Outside of requests, this function does nothing.
    """
    if _current.get() is not NO_REQUEST:
        _current.set(replace(_current.get(), via=via))


@contextmanager
def using(context: RequestContext) -> Iterator[None]:
    """Use `context` as the current context within the block."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)
