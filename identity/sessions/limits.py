"""How long somebody stays signed in: SESSION_IDLE_SECONDS without a request, SESSION_ABSOLUTE_SECONDS in any case.

The defaults are an hour and twelve: NIST SP 800-63B-4 §2.2.3 asks for at most one hour and a day at AAL2, and OWASP's
Session Management Cheat Sheet for a working day; signing in again costs a click, and what was typed stays.
https://pages.nist.gov/800-63-4/sp800-63b.html
"""

from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.timesince import timesince

from identity.conf import settings
from identity.sessions.models import KEPT, Ending

TOUCH = timedelta(minutes=1)  # how exactly the last use is kept, so that not every request writes a row


def ends_at(started_at: datetime | None, *, seen_at: datetime) -> datetime:
    """When a session ends that is not used again after `seen_at`. `started_at` None: nobody is signed in with it."""
    absolute = timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS)
    if started_at is None:
        return seen_at + absolute
    return min(started_at + absolute, seen_at + timedelta(seconds=settings.SESSION_IDLE_SECONDS))


def reason(started_at: datetime) -> Ending:
    """Which of the two limits it was that a session of a signed-in person has reached."""
    absolute = timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS)
    return Ending.TOO_OLD if started_at + absolute <= timezone.now() else Ending.IDLE


def is_touch_due(seen_at: datetime | None) -> bool:
    """Whether a use of the session is worth a write: for short idle limits, more often than once a minute."""
    exactness = min(TOUCH, timedelta(seconds=settings.SESSION_IDLE_SECONDS) / 10)
    return seen_at is not None and seen_at + exactness <= timezone.now()


def in_words(seconds: float) -> str:
    """Such as "1 hour", "12 hours", "30 minutes"."""
    moment = datetime.min.replace(tzinfo=UTC)
    return timesince(moment, moment + timedelta(seconds=seconds)).replace("\xa0", " ")


def cookie_seconds(started_at: datetime | None) -> int:
    """How long a browser keeps the cookie: longer than the session lasts, so that it can be told why it ended."""
    longest = timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS) + KEPT
    return int(((started_at or timezone.now()) + longest - timezone.now()).total_seconds())
