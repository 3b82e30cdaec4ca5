"""Formats days, times and numbers for a locale. Words stay English.

If a locale's short date consists of digits, Django's formats for the locale are used. If the short date has words, or
if Django doesn't know the locale, days are formatted as in ISO 8601.
https://docs.djangoproject.com/en/5.2/ref/settings/#short-date-format
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.utils.dateformat import format as format_date
from django.utils.formats import get_format, iter_format_modules
from django.utils.translation import get_supported_language_variant

# For each of Django's format letters, the directive of strptime.
DIRECTIVES = {"d": "%d", "j": "%d", "m": "%m", "n": "%m", "Y": "%Y", "y": "%y"}
FIGURES = re.compile(r"[dmYnj./\- ]+")
ENGLISH_NUMBER = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Locale:
    """A locale's formats for dates and times, in Django's notation, and its separators in numbers."""

    day_format: str
    time_format: str
    decimal: str
    thousands: str

    def day(self, day: date) -> str:
        """A day as text, such as 30.11.2026."""
        return format_date(day, self.day_format)

    def day_and_time(self, moment: datetime) -> str:
        """A day and time as text, such as 30.11.2026 17:04, in the time zone of `moment`."""
        return format_date(moment, f"{self.day_format} {self.time_format}")

    def read_day(self, text: str) -> date | None:
        """Parse a day, such as 30.11.2026 or 30.11.26. None if the text isn't a day."""
        form = "".join(DIRECTIVES.get(letter, letter) for letter in self.day_format)
        for one in (form, form.replace("%Y", "%y")):
            with suppress(ValueError):
                return datetime.strptime(text.strip(), one).date()  # noqa: DTZ007 # a day has no zone
        return None

    def time_of_day(self, moment: datetime) -> str:
        """A time of day as text, such as 17:04, in the time zone of `moment`."""
        return format_date(moment, self.time_format)

    def number(self, text: str) -> str:
        """Return a number such as 1,234.5 or 1234.5 with the locale's separators. Raises ValueError for other texts."""
        if not ENGLISH_NUMBER.fullmatch(text):
            raise ValueError(f"{text!r} is not a number")
        return text.translate({ord(","): self.thousands, ord("."): self.decimal})


ISO = Locale("Y-m-d", "H:i", decimal=".", thousands=",")


@cache
def locale_of(name: str) -> Locale:
    """Return the locale with this name. `name` is in Smartsheet's form, such as de_DE. If the name is unknown, return
    ISO.
    """
    try:
        language = get_supported_language_variant(name.replace("_", "-").lower())
    except LookupError:
        return ISO
    if next(iter_format_modules(language), None) is None:
        return ISO
    day = str(get_format("SHORT_DATE_FORMAT", lang=language))
    is_12_hours = bool(re.search("[Paf]", str(get_format("TIME_FORMAT", lang=language)), re.IGNORECASE))
    return Locale(
        day_format=day if FIGURES.fullmatch(day) else ISO.day_format,
        time_format="g:i A" if is_12_hours else "H:i",
        decimal=str(get_format("DECIMAL_SEPARATOR", lang=language)),
        thousands=str(get_format("THOUSAND_SEPARATOR", lang=language)),
    )
