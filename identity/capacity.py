"""Limits how many calls to Smartsheet are in progress in this process, in total and per person.

A call to a Smartsheet that hangs keeps its thread until SMARTSHEET_DEADLINE. If the process has more threads than the
limit, the others answer everything else. A call above the limit is refused at once: a queue would keep its thread
waiting too.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from identity.conf import settings

RETRY_AFTER = 5.0  # seconds; some of the calls in progress are over by then

_lock = threading.Lock()
_calls: Counter[str] = Counter()  # by person; "" if it isn't known whose they are
_is_counted: ContextVar[bool] = ContextVar("is_counted", default=False)


class Busy(Exception):
    """As many calls are in progress as this process allows, or as it allows one person (`is_own`). Nothing was sent."""

    def __init__(self, *, is_own: bool) -> None:
        super().__init__("Too many calls to Smartsheet are in progress.")
        self.is_own = is_own


@contextmanager
def call_in_progress(person: str = "") -> Iterator[None]:
    """Count everything inside the block as one call, of this person ("region:id") if known.

    Calls within this one aren't counted again, so a caller that needs several is either refused at the start or never.
    Raises Busy.
    """
    if _is_counted.get():
        yield
        return
    _begin(person)
    mark = _is_counted.set(True)
    try:
        yield
    finally:
        _is_counted.reset(mark)
        _end(person)


def calls_in_progress() -> int:
    """How many there are in this process now."""
    return _calls.total()


def _begin(person: str) -> None:
    with _lock:
        if person and _calls[person] >= settings.SMARTSHEET_MAX_CALLS_PER_PERSON:
            raise Busy(is_own=True)
        if _calls.total() >= settings.SMARTSHEET_MAX_CALLS:
            raise Busy(is_own=False)
        _calls[person] += 1


def _end(person: str) -> None:
    with _lock:
        _calls[person] -= 1
        if not _calls[person]:
            del _calls[person]
