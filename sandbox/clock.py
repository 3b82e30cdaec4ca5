"""Time as Smartsheet writes it: UTC, to the second."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present, UTC, without fractions of a second (the API never shows any)."""
    return datetime.now(UTC).replace(microsecond=0)


def parse(text: str) -> datetime | None:
    """An ISO 8601 time or epoch milliseconds as UTC; a time without a zone is taken as UTC. None if it is neither."""
    try:
        moment = datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdigit() else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def epoch_ms(moment: datetime) -> int:
    """Milliseconds since 1970, the form that numericDates=true asks for."""
    return int(moment.timestamp() * 1000)


def iso(moment: datetime) -> str:
    """`2026-11-23T18:05:00Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
