"""Limits how long this app can wait for Smartsheet while it answers one request of a person.

All calls to Smartsheet for the same request share this time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic


@dataclass
class _Waiting:
    """A request of a person to this app. `since` is the time of the monotonic clock when the first call to Smartsheet
    began.
    """

    since: float | None = None


_waiting: ContextVar[_Waiting | None] = ContextVar("smartsheet_waiting", default=None)


def request_began(**_signal: object) -> None:
    """Receive Django's request_started: the request hasn't called Smartsheet yet."""
    _waiting.set(_Waiting())


def request_ended(**_signal: object) -> None:
    """Receive Django's request_finished: there is no request any more."""
    _waiting.set(None)


def waiting_since() -> float:
    """Return the time at which the current request first called Smartsheet. For the first call, remember the time now,
    and return it. If there is no request, return the time now. All times are of the monotonic clock.
    """
    waiting, now = _waiting.get(), monotonic()
    if waiting is None:
        return now
    waiting.since = now if waiting.since is None else waiting.since
    return waiting.since


def is_in_request() -> bool:
    """Whether this code runs in a request of a person to this app, and not in a command or a job."""
    return _waiting.get() is not None


class Budget:
    """The seconds that all calls of one gateway share.

    A read can use all the time that is left. A write must start in the first half of the time, and must end before the
    last quarter. So each write has at least a quarter of the time, and the last quarter is left for reading the row
    back. Reads within `before_write` must end in the first quarter. A write can then start after these reads.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._begun = monotonic()
        self._is_before_write = False

    @contextmanager
    def before_write(self) -> Iterator[None]:
        """Make the reads within this block end early, so that a write can start after the block."""
        self._is_before_write = True
        try:
            yield
        finally:
            self._is_before_write = False

    def restart(self) -> None:
        """Start to count the time again, so that all the seconds are left."""
        self._begun = monotonic()

    def for_read(self) -> float:
        """Return the seconds left for a read; 0 if no time is left."""
        share = 0.25 if self._is_before_write else 1.0
        return max(0.0, share * self._seconds - self._spent())

    def for_write(self) -> float:
        """Return the seconds that a write can take; 0 if it is too late to start one."""
        return self.to_end_write() if self.to_begin_write() else 0.0

    def to_begin_write(self) -> float:
        """Return the seconds during which a write can still start."""
        return max(0.0, 0.5 * self._seconds - self._spent())

    def to_end_write(self) -> float:
        """Return the seconds left until every write must have ended."""
        return max(0.0, 0.75 * self._seconds - self._spent())

    def _spent(self) -> float:
        return monotonic() - self._begun
