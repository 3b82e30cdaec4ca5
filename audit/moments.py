"""Days and times as somebody types them after a command."""

from argparse import ArgumentTypeError
from datetime import UTC, datetime, time

from django.utils.dateparse import parse_date, parse_datetime


def moment(text: str) -> datetime:
    """A day, 2026-11-30, is its beginning; a time without a zone is UTC. Raises ArgumentTypeError."""
    try:
        day = parse_date(text) if "T" not in text and " " not in text else None
        when = datetime.combine(day, time(), UTC) if day else parse_datetime(text)
    except ValueError:  # well formed, and no day of any calendar: 2026-02-30
        when = None
    if when is None:
        raise ArgumentTypeError(f"“{text}” is no date or time such as 2026-11-30 or 2026-11-30T12:00Z")
    return when if when.tzinfo else when.replace(tzinfo=UTC)
