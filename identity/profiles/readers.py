"""For whom a page is written: in which time zone and how days and numbers look, by the Smartsheet profile.

It holds for one request, in its own thread or task, and is undone after it. Before sign-in it is UTC and ISO 8601.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone

from identity.profiles.locales import ISO, Locale, locale_of
from identity.profiles.profile import Profile


@dataclass(frozen=True, slots=True)
class Reader:
    """`zone_name` is what the profile says; `is_zone_known` False: this app knows no such zone and uses UTC."""

    zone: tzinfo = UTC
    zone_name: str = "UTC"
    is_zone_known: bool = True
    locale: Locale = ISO

    @property
    def is_in_utc(self) -> bool:
        return self.zone is UTC

    def local(self, moment: datetime) -> str:
        """An aware moment as this reader writes it; where that is in UTC for want of a zone, it says so."""
        text = self.locale.day_and_time(moment.astimezone(self.zone))
        return f"{text} UTC" if self.is_in_utc else text

    def local_time_of_day(self, moment: datetime) -> str:
        """The time of an aware moment without its day, as above."""
        text = self.locale.time_of_day(moment.astimezone(self.zone))
        return f"{text} UTC" if self.is_in_utc else text


NOBODY = Reader()
_current: ContextVar[Reader] = ContextVar("identity_reader", default=NOBODY)


def current() -> Reader:
    """The reader of the page at hand; NOBODY outside of any."""
    return _current.get()


def reader_of(profile: Profile | None) -> Reader:
    """The reader that a profile describes, by its `timeZone` (a name of the IANA database) and `locale`."""
    if profile is None:
        return NOBODY
    zone_name, locale = profile.data.get("timeZone"), profile.data.get("locale")
    zone = _zone(zone_name)
    return Reader(
        zone=zone or UTC,
        zone_name=str(zone_name or "UTC"),
        is_zone_known=zone is not None or not zone_name,
        locale=locale_of(locale) if isinstance(locale, str) else ISO,
    )


@contextmanager
def reading_as(reader: Reader) -> Iterator[None]:
    """Make this the reader for the block, for Django's own dates too, and put back the one before."""
    token = _current.set(reader)
    try:
        with timezone.override(reader.zone):
            yield
    finally:
        _current.reset(token)


def _zone(name: object) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if isinstance(name, str) and name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # no such zone; a name that leads elsewhere; a folder
        return None
