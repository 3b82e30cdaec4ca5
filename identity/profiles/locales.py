"""How a locale writes days, times of day and numbers. The words around them stay English.

By Django's own formats, but in figures alone: where a locale's short day has words, or Django knows none, ISO 8601's.
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

DIRECTIVES = {"d": "%d", "j": "%d", "m": "%m", "n": "%m", "Y": "%Y", "y": "%y"}  # Django's and strptime's
FIGURES = re.compile(r"[dmYnj./\- ]+")
ENGLISH_NUMBER = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Locale:
    """Formats, as Django writes them, and separators."""

    day_format: str
    time_format: str
    decimal: str
    thousands: str

    def day(self, day: date) -> str:
        """30.11.2026"""
        return format_date(day, self.day_format)

    def day_and_time(self, moment: datetime) -> str:
        """30.11.2026 17:04, in the moment's own zone."""
        return format_date(moment, f"{self.day_format} {self.time_format}")

    def read_day(self, text: str) -> date | None:
        """The day that a text such as 30.11.2026 or 30.11.26 names; None where it names none."""
        form = "".join(DIRECTIVES.get(letter, letter) for letter in self.day_format)
        for one in (form, form.replace("%Y", "%y")):
            with suppress(ValueError):
                return datetime.strptime(text.strip(), one).date()  # noqa: DTZ007 # a day has no zone
        return None

    def time_of_day(self, moment: datetime) -> str:
        """17:04, in the moment's own zone."""
        return format_date(moment, self.time_format)

    def number(self, text: str) -> str:
        """A text like 1,234.5 or 1234.5 with the locale's separators: groups only where it has some."""
        if not ENGLISH_NUMBER.fullmatch(text):
            raise ValueError(f"{text!r} is no number")
        return text.translate({ord(","): self.thousands, ord("."): self.decimal})


ISO = Locale("Y-m-d", "H:i", decimal=".", thousands=",")


@cache
def locale_of(name: str) -> Locale:
    """The locale that Smartsheet calls by this name, such as de_DE; ISO for one that is not known."""
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
