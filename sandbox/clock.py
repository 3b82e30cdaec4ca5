"""Tells the time, and reads and writes times in Smartsheet's form: in UTC, to the second.

A sandbox's clock can be moved ahead (`put_forward`), so that tests needn't wait for days. Several sandboxes can run in
one process, each with its own clock.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_ahead: ContextVar[float] = ContextVar("seconds ahead of the true time", default=0.0)


def put_forward(seconds: float) -> None:
    """Move the clock this many seconds ahead, in the current task."""
    _ahead.set(seconds)


def now() -> datetime:
    """The current time, UTC, without fractions of a second (the API never shows any)."""
    return (datetime.now(UTC) + timedelta(seconds=_ahead.get())).replace(microsecond=0)


def elapsed() -> float:
    """Return the seconds on a monotonic clock, plus the seconds that the sandbox's clock is ahead."""
    return time.monotonic() + _ahead.get()


def parse(text: str) -> datetime | None:
    """Parse an ISO 8601 time or epoch milliseconds, and return it in UTC; None for other texts. A time without a zone
    is taken as UTC.
    """
    try:
        moment = datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdigit() else datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def epoch_ms(moment: datetime) -> int:
    """Return the milliseconds since 1970, which is the form for numericDates=true."""
    return int(moment.timestamp() * 1000)


def iso(moment: datetime) -> str:
    """Return a time in the form `2026-11-23T18:05:00Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
