"""The time that one request of a person may spend on Smartsheet, whatever it reads and writes."""

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
    """Seconds shared by all calls of one gateway.

    Reads may use all that is left. A write begins in the first half and gives up at three quarters: it has a
    fair chance of an answer, and the last quarter is kept for reading back what came of it.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._begun = monotonic()

    def for_read(self) -> float:
        """The seconds left, 0 when there are none."""
        return max(0.0, self._seconds - self._spent())

    def for_write(self) -> float:
        """The seconds that a write may take, 0 when it is too late to begin one."""
        return self.to_end_write() if self.to_begin_write() else 0.0

    def to_begin_write(self) -> float:
        """The seconds left in which a write may begin."""
        return max(0.0, 0.5 * self._seconds - self._spent())

    def to_end_write(self) -> float:
        """The seconds until every write is over."""
        return max(0.0, 0.75 * self._seconds - self._spent())

    def _spent(self) -> float:
        return monotonic() - self._begun
