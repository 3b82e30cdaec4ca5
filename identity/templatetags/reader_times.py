"""Moments in the reader's own time zone and format."""

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
    """A moment in the reader's own zone and format; in UTC on hover, and for machines."""
    return _time(moment, title=in_utc(moment), text=readers.current().local(moment))


@register.filter
def when(moment: datetime) -> SafeString:
    """A moment as people say it: "3 minutes ago, 17:04", "2 days ago"; on hover in the reader's own zone and in UTC."""
    reader = readers.current()
    text = ago(moment)
    if timezone.now() - moment < DAY:  # several lines that all say "just now" would look alike
        text = f"{text}, {reader.local_time_of_day(moment)}"
    title = in_utc(moment) if reader.is_in_utc else f"{reader.local(moment)} · {in_utc(moment)}"
    return _time(moment, title=title, text=text)


@register.filter
def in_utc(moment: datetime) -> str:
    """A moment to the second in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


@register.filter
def ago(moment: datetime) -> str:
    """How long ago a moment was, in its largest unit."""
    if (timezone.now() - moment).total_seconds() < 60:
        return "just now"
    return f"{timesince(moment, depth=1)} ago"


def _time(moment: datetime, *, title: str, text: str) -> SafeString:
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.astimezone(UTC).isoformat(), title, text)
