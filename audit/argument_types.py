"""Days, times and pauses as somebody types them after a command."""

import math
from argparse import ArgumentTypeError
from datetime import UTC, datetime, time

from django.utils.dateparse import parse_date, parse_datetime

LONGEST_PAUSE = 86_400  # seconds: a day


def moment(text: str) -> datetime:
    """A day, 2026-11-30, is its beginning; a time without a zone is UTC. Raises ArgumentTypeError."""
    try:
        day = parse_date(text) if "T" not in text and " " not in text else None
        when = datetime.combine(day, time(), UTC) if day else parse_datetime(text)
        when = when.replace(tzinfo=when.tzinfo or UTC) if when else None
        if when:
            when.astimezone(UTC)
    except (ValueError, OverflowError):  # well formed, and no day of any calendar, 2026-02-30; or none that is in UTC
        when = None
    if when is None:
        raise ArgumentTypeError(f"“{text}” is no date or time such as 2026-11-30 or 2026-11-30T12:00Z")
    return when


def pause(text: str) -> float:
    """Seconds to wait between two runs: more than none, or it would never rest. Raises ArgumentTypeError."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= LONGEST_PAUSE:
        raise ArgumentTypeError(f"“{text}” is no number of seconds from above 0 to {LONGEST_PAUSE}")
    return seconds
