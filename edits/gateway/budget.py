"""Limits the time that one request of a person can wait for Smartsheet, whatever it reads and writes."""

from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic


@dataclass
class _Waiting:
    """A request of a person, and when it first asked something of Smartsheet, by the monotonic clock."""

    since: float | None = None


_waiting: ContextVar[_Waiting | None] = ContextVar("smartsheet_waiting", default=None)


def request_began(**_signal: object) -> None:
    """The receiver of Django's request_started."""
    _waiting.set(_Waiting())


def request_ended(**_signal: object) -> None:
    """The receiver of Django's request_finished."""
    _waiting.set(None)


def waiting_since() -> float:
    """When the request at hand first asked something of Smartsheet: now, if it never did, or if there is none."""
    waiting, now = _waiting.get(), monotonic()
    if waiting is None:
        return now
    waiting.since = now if waiting.since is None else waiting.since
    return waiting.since


class Budget:
    """Seconds that all calls of one gateway share.

    A read can use all that is left. A write can start in the first half, and ends at three quarters. So it has enough
    time for an answer, and the last quarter is left for reading the row back.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._begun = monotonic()

    def for_read(self) -> float:
        """The seconds left; 0 if there are none."""
        return max(0.0, self._seconds - self._spent())

    def for_write(self) -> float:
        """The seconds that a write can take; 0 if it is too late to start one."""
        return self.to_end_write() if self.to_begin_write() else 0.0

    def to_begin_write(self) -> float:
        """The seconds left in which a write can start."""
        return max(0.0, 0.5 * self._seconds - self._spent())

    def to_end_write(self) -> float:
        """The seconds until every write has ended."""
        return max(0.0, 0.75 * self._seconds - self._spent())

    def _spent(self) -> float:
        return monotonic() - self._begun
