"""The reader of a page: the time zone and the locale from the person's Smartsheet profile.

The reader is set for one request, and is looked up when the page first needs it. So a page that doesn't need the reader
doesn't read the session. A person who isn't signed in gets UTC and ISO 8601.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from identity.profiles.locales import ISO, Locale, locale_of
from identity.profiles.profile import Profile


@dataclass(frozen=True, slots=True)
class Reader:
    """A time zone and a locale. `zone_name` is the name of the time zone in the profile. If this app doesn't know a
    time zone with this name, `is_zone_known` is False, and `zone` is UTC.
    """

    zone: tzinfo = UTC
    zone_name: str = "UTC"
    is_zone_known: bool = True
    locale: Locale = ISO

    @property
    def is_in_utc(self) -> bool:
        return self.zone is UTC

    def local(self, moment: datetime) -> str:
        """Return a time as text, in the reader's zone and format. If the zone is UTC, the text ends with "UTC"."""
        text = self.locale.day_and_time(moment.astimezone(self.zone))
        return f"{text} UTC" if self.is_in_utc else text

    def local_time_of_day(self, moment: datetime) -> str:
        """Return the time of day as text, in the reader's zone and format. If the zone is UTC, the text ends with
        "UTC".
        """
        text = self.locale.time_of_day(moment.astimezone(self.zone))
        return f"{text} UTC" if self.is_in_utc else text


NOBODY = Reader()
_current: ContextVar[Callable[[], Reader]] = ContextVar("identity_reader", default=lambda: NOBODY)


def current() -> Reader:
    """The reader of the current page. Outside of requests, this is NOBODY: a reader with UTC and ISO 8601."""
    return _current.get()()


def reader_of(profile: Profile | None) -> Reader:
    """Return the reader with the `timeZone` (a name of the IANA database) and the `locale` of a profile."""
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
def reading_as(reader: Reader | Callable[[], Reader]) -> Iterator[None]:
    """Use this reader within the block. If `reader` is a function, it is called once, when the reader is first
    needed.
    """
    token = _current.set(cache(reader) if callable(reader) else lambda: reader)
    try:
        yield
    finally:
        _current.reset(token)


def _zone(name: object) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if isinstance(name, str) and name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # the zone is unknown, or the name is a path or a folder
        return None
