"""Template filters that show times in the reader's own time zone and format."""

from datetime import UTC, datetime, timedelta
from html import escape

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from identity.profiles import readers

register = template.Library()

DAY = timedelta(days=1)
UNITS = ((7 * 86_400, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute"))  # in seconds


@register.filter
def local_time(moment: datetime) -> SafeString:
    """Show a time in the reader's zone and format. The attribute `datetime` and the text on hover have the time in
    UTC.
    """
    return _time(moment, title=in_utc(moment), text=readers.current().local(moment))


@register.filter
def when(moment: datetime) -> SafeString:
    """Show how long ago a time is: "3 minutes ago, 17:04" or "2 days ago". The text on hover is the full time."""
    reader = readers.current()
    text = ago(moment)
    if timezone.now() - moment < DAY:  # without the time of day, several lines could all say "just now"
        text = f"{text}, {reader.local_time_of_day(moment)}"
    title = in_utc(moment) if reader.is_in_utc else f"{reader.local(moment)} · {in_utc(moment)}"
    return _time(moment, title=title, text=text)


@register.filter
def in_utc(moment: datetime) -> str:
    """Return a time in UTC as text, such as "2026-11-30 17:04:05 UTC"."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(' ', 'seconds')} UTC"


@register.filter
def ago(moment: datetime) -> str:
    """Return how long ago a time is, in the largest unit. Django's timesince() does the same, but is ten times slower.
    This matters because one page calls the filter many times.
    """
    now = timezone.now()
    seconds = (now - moment).total_seconds()
    if seconds < 60:
        return "just now"
    if months := _months(moment.astimezone(UTC), now.astimezone(UTC)):
        count, unit = (months // 12, "year") if months >= 12 else (months, "month")
    else:
        count, unit = next((int(seconds // size), unit) for size, unit in UNITS if seconds >= size)
    return f"{count}\xa0{unit}{'' if count == 1 else 's'} ago"


def _months(moment: datetime, now: datetime) -> int:
    """Return the number of full months from `moment` to `now`."""
    months = (now.year - moment.year) * 12 + now.month - moment.month
    return months - ((moment.day, moment.time()) > (now.day, now.time()))


def _time(moment: datetime, *, title: str, text: str) -> SafeString:
    instant = moment.astimezone(UTC).isoformat()
    return SafeString(f'<time datetime="{instant}" title="{escape(title)}">{escape(text)}</time>')
