"""A session ends after SESSION_IDLE_SECONDS without a request, and in any case after SESSION_ABSOLUTE_SECONDS.

The defaults are one hour and twelve hours. For the security level AAL2, NIST SP 800-63B-4 §2.2.3 requires at most one
hour without a request and at most one day in all. OWASP's Session Management Cheat Sheet recommends a working day in
all. Signing in again takes one click, and keeps what the person typed. https://pages.nist.gov/800-63-4/sp800-63b.html
"""

from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.timesince import timesince

from identity.conf import settings
from identity.sessions.models import KEPT, Ending

TOUCH = timedelta(minutes=1)  # the last use is stored at most once in this time, so that few requests write a row


def ends_at(started_at: datetime | None, *, seen_at: datetime) -> datetime:
    """Return when a session ends if it isn't used after `seen_at`. `started_at` is None if no one is signed in with the
    session.
    """
    absolute = timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS)
    if started_at is None:
        return seen_at + absolute
    return min(started_at + absolute, seen_at + timedelta(seconds=settings.SESSION_IDLE_SECONDS))


def reason(started_at: datetime) -> Ending:
    """Return which limit the session of a signed-in person has reached."""
    absolute = timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS)
    return Ending.TOO_OLD if started_at + absolute <= timezone.now() else Ending.IDLE


def is_touch_due(seen_at: datetime | None) -> bool:
    """Whether to store this use of the session. `seen_at` is the time of the last use that was stored. The result is
    True if this time is longer ago than one minute (TOUCH), or longer ago than a tenth of SESSION_IDLE_SECONDS.
    """
    exactness = min(TOUCH, timedelta(seconds=settings.SESSION_IDLE_SECONDS) / 10)
    return seen_at is not None and seen_at + exactness <= timezone.now()


def in_words(seconds: float) -> str:
    """Return a duration in words, such as "1 hour", "12 hours" or "30 minutes"."""
    moment = datetime.min.replace(tzinfo=UTC)
    return timesince(moment, moment + timedelta(seconds=seconds)).replace("\xa0", " ")


def cookie_seconds(started_at: datetime | None) -> int:
    """Return the lifetime of the cookie in seconds. The cookie lives longer than the session, so that the person can be
    told why the session ended.
    """
    longest = timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS) + KEPT
    return int(((started_at or timezone.now()) + longest - timezone.now()).total_seconds())
