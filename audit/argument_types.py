"""Argument types of commands: days, times and pauses."""

import math
from argparse import ArgumentTypeError
from datetime import UTC, datetime, time, timedelta

from django.utils.dateparse import parse_date, parse_datetime

LONGEST_PAUSE = 86_400  # the most seconds between two runs: one day


def moment(text: str) -> datetime:
    """Parse a time. A day without a time means the beginning of this day. A time without a time zone is in UTC. Raises
    ArgumentTypeError.
    """
    try:
        day = parse_date(text) if "T" not in text and " " not in text else None
        when = datetime.combine(day, time(), UTC) if day else parse_datetime(text)
        when = when.replace(tzinfo=when.tzinfo or UTC) if when else None
        if when:
            when.astimezone(UTC)
    # The text has the right form, but no such day exists (2026-02-30), or the time is out of range in UTC.
    except (ValueError, OverflowError):
        when = None
    if when is None:
        raise ArgumentTypeError(f"“{text}” is not a date or time such as 2026-11-30 or 2026-11-30T12:00Z")
    return when


def end(text: str) -> datetime:
    """Parse the end of a time span. A day without a time means the end of this day, as in the log's filter `until`. Any
    other text is parsed as by moment().
    """
    when = moment(text)
    try:
        return when + timedelta(days=1) if parse_date(text) else when
    except (ValueError, OverflowError):
        raise ArgumentTypeError(f"“{text}” is too late") from None


def pause(text: str) -> float:
    """Parse the number of seconds to wait between two runs. It must be above 0, and at most a day. Raises
    ArgumentTypeError.
    """
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= LONGEST_PAUSE:
        raise ArgumentTypeError(f"“{text}” must be a number of seconds: more than 0, and at most {LONGEST_PAUSE}")
    return seconds
