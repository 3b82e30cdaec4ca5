"""Limits the number of calls to Smartsheet that are in progress in this process, in total and for each person.

If Smartsheet hangs, a call occupies its thread until SMARTSHEET_DEADLINE. If the process has more threads than the
limit, the remaining threads can still answer requests that don't need Smartsheet. A call above the limit is refused
immediately. If it waited in a queue instead, its thread couldn't answer other requests either.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from identity.conf import settings

RETRY_AFTER = 5.0  # seconds to wait before another try; by then, some calls in progress will have ended

_lock = threading.Lock()
_calls: Counter[str] = Counter()  # the number of calls of each person; the key is "" if the person is unknown
_is_counted: ContextVar[bool] = ContextVar("is_counted", default=False)


class Busy(Exception):
    """Too many calls are in progress in this process. If `is_own` is true, too many of them are for the person who
    needs the new call. The new call was not sent.
    """

    def __init__(self, *, is_own: bool) -> None:
        super().__init__("Too many calls to Smartsheet are in progress.")
        self.is_own = is_own


@contextmanager
def call_in_progress(person: str = "") -> Iterator[None]:
    """Count everything in the block as one call of this person ("region:id"; "" if unknown).

    Calls inside the block aren't counted again. So a caller that needs several calls is refused before the first call
    or not at all. Raises Busy if there are too many calls in progress.
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
    """Return how many calls to Smartsheet are in progress in this process."""
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
