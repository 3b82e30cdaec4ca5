"""Returns the current time, and reads and writes times in Smartsheet's format: in UTC, to the second.

Tests can move a sandbox's clock ahead (`put_forward`) instead of waiting for days. Several sandboxes can run in one
process, each with its own clock.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_ahead: ContextVar[float] = ContextVar("seconds ahead of the true time", default=0.0)


def put_forward(seconds: float) -> None:
    """Set the clock this many seconds ahead of the real time, for the current task and the tasks that it starts."""
    _ahead.set(seconds)


def now() -> datetime:
    """Return the current time in UTC, rounded down to the second, because the API never shows fractions of a second."""
    return (datetime.now(UTC) + timedelta(seconds=_ahead.get())).replace(microsecond=0)


def elapsed() -> float:
    """Return the seconds of a monotonic clock, plus the seconds that the sandbox's clock is ahead of the real time."""
    return time.monotonic() + _ahead.get()


def parse(text: str) -> datetime | None:
    """Parse an ISO 8601 time or a number of milliseconds since 1970. Return the time in UTC, or None if the text is
    neither. A time without a zone counts as UTC.
    """
    try:
        moment = datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdigit() else datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def epoch_ms(moment: datetime) -> int:
    """Return a time as milliseconds since 1970. This is the format of times in answers if `numericDates` is true."""
    return int(moment.timestamp() * 1000)


def iso(moment: datetime) -> str:
    """Return a time in the form `2026-11-23T18:05:00Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
