"""Times and numbers use the time zone and locale of the reader's Smartsheet profile, with English words."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from django.utils.timesince import timesince

from identity.middleware import ReaderMiddleware
from identity.models import SmartsheetUser
from identity.profiles.locales import ISO, locale_of
from identity.profiles.profile import Profile
from identity.profiles.readers import NOBODY, Reader, current, reader_of, reading_as
from identity.templatetags.reader_times import ago, local_time, when
from tests.identity.provider import ALICE, Answer, Provider


def reader(time_zone: object = "UTC", locale: object = "en_US") -> Reader:
    return reader_of(Profile("sandbox", 1, {"timeZone": time_zone, "locale": locale}))


# New York's clocks go forward at 2026-03-08 07:00 UTC, and back at 2026-11-01 06:00 UTC.
MOMENTS = [
    ("Asia/Tokyo", "ja_JP", "2026-03-08T06:59:59", "2026/03/08 15:59"),
    ("Asia/Tokyo", "ja_JP", "2026-03-08T07:00:00", "2026/03/08 16:00"),
    ("America/New_York", "en_US", "2026-03-08T06:59:59", "03/08/2026 1:59 AM"),
    ("America/New_York", "en_US", "2026-03-08T07:00:00", "03/08/2026 3:00 AM"),
    ("America/New_York", "en_US", "2026-11-01T05:59:59", "11/01/2026 1:59 AM"),
    ("America/New_York", "en_US", "2026-11-01T06:59:59", "11/01/2026 1:59 AM"),
    ("US/Pacific", "en_US", "2026-01-01T00:00:00", "12/31/2025 4:00 PM"),
    ("Europe/Berlin", "de_DE", "2026-07-01T22:30:00", "02.07.2026 00:30"),
    ("Asia/Kathmandu", "en_GB", "2026-01-01T18:15:00", "02/01/2026 00:00"),
]


@pytest.mark.parametrize(("zone", "locale", "moment", "text"), MOMENTS, ids=[f"{m[0]} {m[2]}" for m in MOMENTS])
def test_times_are_shown_in_the_readers_zone(zone: str, locale: str, moment: str, text: str) -> None:
    assert reader(zone, locale).local(datetime.fromisoformat(moment).replace(tzinfo=UTC)) == text


def test_zones_come_with_the_app() -> None:
    """New Smartsheet profiles have old names of time zones, such as US/Pacific. Many systems no longer have these
    names, so the app brings its own time zones.
    """
    code = "from zoneinfo import ZoneInfo; print(ZoneInfo('US/Pacific'))"
    environment = os.environ | {"PYTHONTZPATH": ""}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60)
    assert found.stdout == "US/Pacific\n", found.stderr


def test_two_moments_that_look_alike_differ_on_hover() -> None:
    """When clocks go back, an hour repeats, so two different times are shown as the same text. Their tooltips differ,
    because they have the time in UTC.
    """
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    with reading_as(reader("America/New_York")):
        once, again = local_time(first), local_time(first + timedelta(hours=1))
    assert once == (
        '<time datetime="2026-11-01T05:30:00+00:00" title="2026-11-01 05:30:00 UTC">11/01/2026 1:30 AM</time>'
    )
    assert '06:30:00 UTC">11/01/2026 1:30 AM<' in again


def test_relative_times_show_the_exact_time_on_hover() -> None:
    moment = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    with time_machine.travel(moment + timedelta(days=2)), reading_as(reader("Asia/Tokyo", "ja_JP")):
        shown = when(moment)
    assert 'title="2026/11/01 14:30 · 2026-11-01 05:30:00 UTC">2\xa0days ago<' in shown


UNKNOWN = ["Mars/Olympus_Mons", "../../etc/passwd", "/etc/localtime", "America", "x" * 5000, "a\x00b", "", None, 7]


@pytest.mark.parametrize("zone", UNKNOWN, ids=[repr(zone)[:20] for zone in UNKNOWN])
def test_an_unknown_zone_is_utc_and_the_page_says_so(zone: Any) -> None:
    found = reader(zone, "en_GB")
    assert found.local(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)) == "02/01/2026 03:04 UTC"
    assert found.is_zone_known == (not zone)


LOCALES = {
    "en_US": ("11/30/2026", "1,234.5"),
    "en_GB": ("30/11/2026", "1,234.5"),
    "de_DE": ("30.11.2026", "1.234,5"),
    "fr_FR": ("30/11/2026", "1\xa0234,5"),
    "es_ES": ("30/11/2026", "1.234,5"),
    "es_CL": ("30/11/2026", "1.234,5"),
    "fr_LU": ("30/11/2026", "1.234,5"),
    "zh_CN": ("2026-11-30", "1,234.5"),
    "pt_BR": ("30/11/2026", "1.234,5"),
    "ja_JP": ("2026/11/30", "1,234.5"),
    "en_NZ": ("30/11/2026", "1,234.5"),
    "en_CA": ("2026-11-30", "1,234.5"),
    "en_ZA": ("2026/11/30", "1\xa0234,5"),
    "es_PR": ("11/30/2026", "1,234.5"),
    "es_US": ("30/11/2026", "1,234.5"),
    "fr_CA": ("2026-11-30", "1\xa0234,5"),
    "fr_CH": ("30.11.2026", "1\xa0234,5"),
    "de_AT": ("30.11.2026", "1.234,5"),
    "de_CH": ("30.11.2026", "1'234.5"),
    "it_CH": ("30.11.2026", "1'234.5"),
    "ar_EG": ("2026-11-30", "1,234.5"),
    "in_ID": ("30-11-2026", "1.234,5"),
    "no_NO": ("30.11.2026", "1\xa0234,5"),
    "iw_IL": ("30/11/2026", "1,234.5"),
    "sr_Latn_RS": ("30.11.2026.", "1.234,5"),
    "tr_TR": ("2026-11-30", "1.234,5"),  # this locale's short date contains words
    "tlh_KX": ("2026-11-30", "1,234.5"),
    "": ("2026-11-30", "1,234.5"),
}


@pytest.mark.parametrize("name", LOCALES)
def test_days_and_numbers_look_as_they_do_there(name: str) -> None:
    locale = locale_of(name)
    assert (locale.day(date(2026, 11, 30)), locale.number("1,234.5")) == LOCALES[name]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("en_GB", "15:04"),
        ("en_IE", "15:04"),
        ("en_MT", "15:04"),
        ("en_ZA", "15:04"),
        ("ar_MA", "15:04"),
        ("de_DE", "15:04"),
        ("en_US", "3:04 PM"),
        ("en_AU", "3:04 PM"),
        ("en_CA", "3:04 PM"),
        ("en_IN", "3:04 PM"),
        ("en_NZ", "3:04 PM"),
    ],
)
def test_times_look_as_they_do_there(name: str, text: str) -> None:
    assert locale_of(name).time_of_day(datetime(2026, 11, 30, 15, 4, tzinfo=UTC)) == text


def test_text_is_not_formatted_as_a_number() -> None:
    with pytest.raises(ValueError, match="is not a number"):
        locale_of("de_DE").number("1.2.3")


def test_a_locale_that_is_not_text_is_ignored() -> None:
    assert reader(locale=["de_DE"]).locale is ISO


def test_pages_without_a_reader_are_in_utc(client: Client, db: None) -> None:
    client.get("/")
    assert current() is NOBODY
    assert "Times are" not in client.get("/").content.decode()


def test_a_page_uses_the_readers_zone_and_locale(client: Client, provider: Provider) -> None:
    provider.profile = Answer(
        ALICE | {"timeZone": "Asia/Tokyo", "locale": "de_DE", "lastLogin": "2026-01-05T18:58:12Z"}
    )
    provider.come_back(client)
    page = client.get("/identity/profile/").content.decode()
    assert '<time datetime="2026-01-05T18:58:12+00:00" title="2026-01-05 18:58:12 UTC">06.01.2026 03:58</time>' in page
    assert "Times are in the time zone Asia/Tokyo" in page
    assert "Sign out everywhere" in page  # the page's words stay English
    assert timezone.get_current_timezone_name() == "UTC"


def test_the_page_says_that_a_zone_is_not_known(client: Client, provider: Provider) -> None:
    provider.profile = Answer(ALICE | {"timeZone": "Mars/<b>", "lastLogin": "2026-01-05T18:58:12Z"})
    provider.come_back(client)
    page = client.get("/identity/profile/").content.decode()
    assert "this app does not know your time zone, “Mars/&lt;b&gt;”" in page
    assert ">2026-01-05 18:58 UTC</time>" in page


@pytest.mark.parametrize(
    ("page", "zone"), [("/identity/profile/", "Asia/Tokyo"), ("/audit/", "Asia/Tokyo"), ("/healthz", "UTC")]
)
def test_a_zone_ends_with_its_request_even_after_an_error(
    client: Client, provider: Provider, page: str, zone: str
) -> None:
    """During a request for a page of Byline, Django's time zone is the reader's. During other requests, it is the
    site's. After each request, even a failed one, the time zone is the site's again.
    """
    provider.profile = Answer(ALICE | {"timeZone": "Asia/Tokyo"})
    provider.come_back(client)
    request = client.get("/").wsgi_request
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    request.resolver_match = resolve(page)
    assert SmartsheetUser.objects.get().profile["timeZone"] == "Asia/Tokyo"

    def fail(asked: HttpRequest) -> HttpResponse:
        middleware.process_view(asked)
        assert (timezone.get_current_timezone_name(), current().zone_name) == (zone, "Asia/Tokyo")
        raise RuntimeError("a fault")

    middleware = ReaderMiddleware(fail)
    with pytest.raises(RuntimeError, match="a fault"):
        middleware(request)
    assert (timezone.get_current_timezone_name(), current()) == ("UTC", NOBODY)


ZONES = ["Asia/Tokyo", "America/New_York", "Europe/Berlin", "Australia/Sydney"]


def test_threads_do_not_share_it() -> None:
    together = Barrier(len(ZONES))

    def seen(zone: str) -> tuple[str, str]:
        with reading_as(reader(zone)):
            together.wait()
            inside = current().zone_name
            together.wait()
        return inside, current().zone_name

    with ThreadPoolExecutor(len(ZONES)) as pool:
        assert list(pool.map(seen, ZONES)) == [(zone, "UTC") for zone in ZONES]


def test_tasks_do_not_share_it() -> None:
    async def seen(zone: str, wait: Callable[[], Any]) -> str:
        with reading_as(reader(zone)):
            await wait()
            return current().zone_name

    async def all_at_once() -> list[str]:
        together = asyncio.Barrier(len(ZONES))
        return list(await asyncio.gather(*(seen(zone, together.wait) for zone in ZONES)))

    assert asyncio.run(all_at_once()) == ZONES


@pytest.mark.parametrize(
    ("hours", "text"),
    [(0, "just now, 14:30"), (3, "3 hours ago, 11:30"), (23, "23 hours ago, 15:30"), (25, "1 day ago")],
    ids=["just now", "hours", "yesterday", "days"],
)
def test_a_recent_moment_has_its_time_of_day_fault_39(hours: int, text: str) -> None:
    now = datetime(2026, 11, 30, 13, 30, tzinfo=UTC)
    with time_machine.travel(now, tick=False), reading_as(reader("Europe/Berlin", "de_DE")):
        assert f">{text}</time>" in when(now - timedelta(hours=hours)).replace("\xa0", " ")


def test_how_long_ago_is_what_django_says() -> None:
    now = datetime(2028, 3, 1, 0, 30, tzinfo=UTC)  # the day after a leap day
    with time_machine.travel(now, tick=False):
        for hours in range(1, 24 * 800, 5):
            moment = now - timedelta(hours=hours)
            assert ago(moment) == f"{timesince(moment, depth=1)} ago"
