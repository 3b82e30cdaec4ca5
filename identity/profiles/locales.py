"""Formats days, times and numbers for a locale. Words stay English.

If a locale's short date consists of digits, Django's formats for the locale are used. If the short date has words, or
if Django doesn't know the locale, days are formatted as in ISO 8601.
https://docs.djangoproject.com/en/5.2/ref/settings/#short-date-format

For some countries, Django has only the formats of another country with the same language. So this module has its own
formats for these countries, from CLDR 48. https://github.com/unicode-org/cldr-json/tree/48.0.0
"""

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache

from django.utils.dateformat import format as format_date
from django.utils.formats import get_format, iter_format_modules
from django.utils.translation import get_supported_language_variant

# For each of Django's format letters, the part of a date, and a pattern. days.js has the same patterns.
PARTS = {
    **dict.fromkeys("dj", "(?P<day>[0-9]{1,2})"),
    **dict.fromkeys("mn", "(?P<month>[0-9]{1,2})"),
    **dict.fromkeys("Yy", "(?P<year>[0-9]{4}|[0-9]{2})"),
}
FIRST_OF_1900S = 69  # 69 means 1969, and 68 means 2068, as in POSIX
FIGURES = re.compile(r"[dmYnj./\- ]+")
RENAMED = {"in": "id", "iw": "he", "no": "nb"}  # languages that Smartsheet calls by their old names
DAY_FORMATS = {
    **dict.fromkeys(["en_IE", "en_IN", "en_MT", "en_NZ", "en_SG"], "d/m/Y"),
    **dict.fromkeys(["en_CA", "fr_CA"], "Y-m-d"),
    **dict.fromkeys(["en_ZA"], "Y/m/d"),
    **dict.fromkeys(["es_PA", "es_PR"], "m/d/Y"),
    **dict.fromkeys(["fr_CH", "it_CH"], "d.m.Y"),
}
HOURS_24 = {"ar_MA", "en_GB", "en_IE", "en_MT", "en_ZA"}  # Django writes times with am and pm there
POINT_IN_ARABIC = "ar_AE ar_BH ar_EG ar_IQ ar_JO ar_KW ar_OM ar_QA ar_SA ar_SD ar_SY ar_YE"
POINT_IN_SPANISH = "es_DO es_GT es_HN es_PA es_PE es_PR es_SV es_US"
COMMA_IN_SPANISH = "es_BO es_CL es_EC es_ES es_PY es_UY es_VE"
SEPARATORS = {  # of decimals and of thousands
    **dict.fromkeys([*COMMA_IN_SPANISH.split(), "fr_LU"], (",", ".")),
    **dict.fromkeys(["zh_CN", "zh_HK", "zh_SG", "zh_TW"], (".", ",")),
    **dict.fromkeys([*POINT_IN_ARABIC.split(), *POINT_IN_SPANISH.split()], (".", ",")),
    **dict.fromkeys(["de_CH", "de_LI", "it_CH"], (".", "'")),
    **dict.fromkeys(["be_BY", "en_ZA"], (",", "\u00a0")),
}
ENGLISH_NUMBER = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Locale:
    """A locale's formats for dates and times, in Django's notation, and its separators in numbers. `group_sizes` says
    how many digits the groups between two separators of thousands can have: "3", or "2,3" for 12,34,567 as in India.
    """

    day_format: str
    time_format: str
    decimal: str
    thousands: str
    group_sizes: str = "3"

    def day(self, day: date) -> str:
        """A day as text, such as 30.11.2026."""
        return format_date(day, self.day_format)

    def day_and_time(self, moment: datetime) -> str:
        """A day and time as text, such as 30.11.2026 17:04, in the time zone of `moment`."""
        return format_date(moment, f"{self.day_format} {self.time_format}")

    def read_day(self, text: str) -> date | None:
        """Parse a day, such as 30.11.2026 or 30.11.26. None if the text isn't a day."""
        match = re.fullmatch("".join(PARTS.get(letter) or re.escape(letter) for letter in self.day_format), text)
        if match is None:
            return None
        year = int(match["year"])
        if len(match["year"]) == 2:
            year += 2000 if year < FIRST_OF_1900S else 1900
        with suppress(ValueError):
            return date(year, int(match["month"]), int(match["day"]))
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
    language, *country = name.split("_")
    found = _of_django("-".join([RENAMED.get(language, language), *country]).lower())
    decimal, thousands = SEPARATORS.get(name, (found.decimal, found.thousands))
    is_indian = language == "hi" or country == ["IN"]
    return replace(
        found,
        day_format=DAY_FORMATS.get(name, found.day_format),
        time_format=ISO.time_format if name in HOURS_24 else found.time_format,
        decimal=decimal,
        thousands=thousands,
        group_sizes="2,3" if is_indian else found.group_sizes,
    )


def _of_django(code: str) -> Locale:
    """Return Django's formats for a language code such as de-de. If Django has no formats for it, return ISO."""
    try:
        language = get_supported_language_variant(code)
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
