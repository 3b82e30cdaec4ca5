"""Template filters that show times in the reader's own time zone and format."""

from datetime import UTC, datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from identity.profiles import readers

register = template.Library()

DAY = timedelta(days=1)


@register.filter
def local_time(moment: datetime) -> SafeString:
    """Show a time in the reader's zone and format. The attribute `datetime` and the text on hover have it in UTC."""
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
    """Return a time in UTC, with seconds."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


@register.filter
def ago(moment: datetime) -> str:
    """Return how long ago a time is, in the largest unit."""
    if (timezone.now() - moment).total_seconds() < 60:
        return "just now"
    return f"{timesince(moment, depth=1)} ago"


def _time(moment: datetime, *, title: str, text: str) -> SafeString:
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.astimezone(UTC).isoformat(), title, text)
