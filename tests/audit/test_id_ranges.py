"""The log is read month by month, and no entry is left out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from audit import id_ranges, paging
from audit.database import triggers_postgresql
from audit.id_ranges import IdRange
from audit.models import Entry
from audit.paging import Asked, page_of
from tests.append_only import lifted
from tests.audit.edits import AUDITOR, cell, intended

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one table for all months"),
]

MONTHS, EACH = 14, 4


@pytest.fixture
def two_years() -> Iterator[list[int]]:
    """The ids of entries of fourteen months, oldest first. Each month has four entries."""
    now = datetime.now(UTC).replace(day=15)
    id_ranges.forget()
    with lifted(connection), connection.cursor() as cursor:
        for ago in reversed(range(MONTHS)):
            at = now - timedelta(days=30 * ago)
            cursor.execute("SELECT audit_add_partition(%s)", [at])
        intended(*(cell(column=column) for column in range(MONTHS * EACH)))
        ids = list(Entry.objects.order_by("id").values_list("id", flat=True))
        for place, entry_id in enumerate(ids):
            at = now - timedelta(days=30 * (MONTHS - 1 - place // EACH))
            cursor.execute("UPDATE audit_entry SET at = %s WHERE id = %s", [at, entry_id])
    id_ranges.forget()
    yield ids
    id_ranges.forget()


def within(id_range: IdRange) -> list[int]:
    return sorted(id_range.of(Entry.objects.all()).values_list("id", flat=True))


def test_stretches_follow_each_other_without_gap_or_overlap(two_years: list[int]) -> None:
    for before in (None, two_years[-1] + 1, two_years[30], two_years[0]):
        seen = [entry_id for id_range in id_ranges.newest_first(before) for entry_id in within(id_range)]
        assert sorted(seen) == [one for one in two_years if before is None or one < before]
        assert len(seen) == len(set(seen))
    for after in (0, two_years[0], two_years[17], two_years[-1]):
        seen = [entry_id for id_range in id_ranges.oldest_first(after) for entry_id in within(id_range)]
        assert seen == [one for one in two_years if one > after]


@pytest.mark.parametrize("steps", [(3,), (3, 10), (1000,)], ids=str)
def test_steps_cut_them_and_lose_nothing(two_years: list[int], steps: tuple[int, ...]) -> None:
    back = [one for id_range in id_ranges.newest_first(None, steps=steps) for one in reversed(within(id_range))]
    assert back == two_years[::-1]
    forth = [one for id_range in id_ranges.oldest_first(0, steps=steps) for one in within(id_range)]
    assert forth == two_years


def test_the_first_page_does_not_read_older_months(two_years: list[int]) -> None:
    newest = next(id_ranges.newest_first(None))
    assert len(within(newest)) <= EACH
    plan = newest.of(Entry.objects.order_by("-id"))[:3].explain()
    assert plan.count("audit_entry_20") < 8 * 2
    assert len(triggers_postgresql.parts(connection)) > MONTHS


def test_an_entry_late_at_the_turn_of_a_month_is_not_missed(two_years: list[int]) -> None:
    late = two_years[MONTHS * EACH - EACH]  # the first of the newest month, written just before midnight
    first_of_month = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    with lifted(connection), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_entry SET at = %s WHERE id = %s", [first_of_month - timedelta(seconds=1), late + 1]
        )
    id_ranges.forget()
    assert [one for id_range in id_ranges.newest_first(None) for one in reversed(within(id_range))] == two_years[::-1]


@pytest.mark.parametrize(
    "moved",
    [{2: -1}, {2: 6}, {30: 2}, {30: -1}, {-1: 0}, {-1: 9}, {-2: 3, 1: 12}, dict.fromkeys(range(20, 24), 13)],
    ids=str,
)
def test_no_entry_is_lost_if_the_clock_was_wrong(two_years: list[int], moved: dict[int, int]) -> None:
    """Some entries have times in a wrong month, as if the clock had been wrong. The keys of `moved` are these entries'
    places in `two_years`. The values are the wrong months: 0 is the first month, and -1 is the last.
    """
    times = dict(Entry.objects.values_list("id", "at"))
    with lifted(connection), connection.cursor() as cursor:
        for place, month in moved.items():
            at = times[two_years[month * EACH]] if month >= 0 else times[two_years[-1]]
            cursor.execute("UPDATE audit_entry SET at = %s WHERE id = %s", [at, two_years[place]])
    id_ranges.forget()
    check_that_all_are_found(two_years)


@pytest.mark.parametrize("months", [-13, -1, 1, 2])
def test_no_new_entry_is_lost_if_the_clock_becomes_wrong(two_years: list[int], months: int) -> None:
    """This process has cached which ids each month has. Then an entry is written while the clock is wrong by `months`
    months.
    """
    check_that_all_are_found(two_years)
    with lifted(connection), connection.cursor() as cursor:
        cursor.execute("SELECT audit_add_partition(now() + %s * interval '1 month')", [months])
    intended(cell(column=900))
    wrong = Entry.objects.order_by("-id").values_list("id", flat=True)[0]
    with lifted(connection), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET at = at + %s * interval '1 month' WHERE id = %s", [months, wrong])
    check_that_all_are_found([*two_years, wrong])
    intended(cell(column=901))
    right = Entry.objects.order_by("-id").values_list("id", flat=True)[0]
    check_that_all_are_found([*two_years, wrong, right])


def check_that_all_are_found(ids: list[int]) -> None:
    for edge in (None, *ids[::5], ids[-1] + 1):
        seen = [entry_id for id_range in id_ranges.newest_first(edge) for entry_id in reversed(within(id_range))]
        assert seen == [one for one in ids if edge is None or one < edge][::-1]
        seen = [entry_id for id_range in id_ranges.oldest_first(edge or 0) for entry_id in within(id_range)]
        assert seen == [one for one in ids if one > (edge or 0)]


def test_pages_go_through_all_months_and_back(two_years: list[int]) -> None:
    asked = Asked(Entry.objects.intents())
    seen, page = [], page_of(asked, reader=AUDITOR, size=10)
    while True:
        seen += [entry.pk for entry in page.entries]
        if page.older is None:
            break
        page = page_of(asked, reader=AUDITOR, before=page.older, size=10)
    assert seen == two_years[::-1]
    assert page.newer
    back = page_of(asked, reader=AUDITOR, after=page.newer, size=10)
    assert [entry.pk for entry in back.entries] == seen[-16:-6]


def test_a_search_without_matches_says_how_far_it_got(two_years: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "TIME_LIMIT", 0.0)
    asked = Asked(Entry.objects.filter(action="never"))
    page = page_of(asked, reader=AUDITOR)
    assert page.entries == []
    assert page.looked_back_to
    looked = []
    while page.older:
        looked.append(page.older)
        page = page_of(asked, reader=AUDITOR, before=page.older)
    assert looked == sorted(looked, reverse=True)
    assert page.looked_back_to is None


def test_days_become_ids(two_years: list[int]) -> None:
    since = Entry.objects.get(pk=two_years[20]).at
    low, high = id_ranges.ids_between(since, None)
    assert low is not None
    assert low <= two_years[20]
    assert high is None


@pytest.mark.parametrize(("place", "month"), [(2, 10), (2, MONTHS - 1), (50, 1)])
def test_days_have_the_ids_of_entries_with_a_wrong_time(two_years: list[int], place: int, month: int) -> None:
    at = Entry.objects.get(pk=two_years[month * EACH]).at
    with lifted(connection), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET at = %s WHERE id = %s", [at, two_years[place]])
        cursor.execute("UPDATE audit_entry SET id = id + 10000 * (id - %s)", [two_years[0]])  # more than ID_SLACK apart
    id_ranges.forget()
    wrong = two_years[0] + 10_001 * place
    for since, until in ((at - timedelta(days=40), None), (None, at + timedelta(days=40))):
        low, high = id_ranges.ids_between(since, until)
        assert (low or 0) <= wrong
        assert high is None or wrong < high


def test_days_have_the_ids_of_entries_with_a_wrong_day(two_years: list[int]) -> None:
    """Within one month, the clock was some days ahead for a few entries, and some days behind for a few later entries.
    Hundreds of entries were written between them.
    """
    month = datetime(2024, 10, 1, tzinfo=UTC)
    intended(*(cell(column=column) for column in range(300)))
    ids = list(Entry.objects.order_by("-id").values_list("id", flat=True)[:300])[::-1]
    with lifted(connection), connection.cursor() as cursor:
        cursor.execute("SELECT audit_add_partition(%s)", [month])
        for place, entry_id in enumerate(ids):
            ahead, behind = place in range(5, 10), place in range(280, 285)
            day = 13.5 if ahead else 7.5 if behind else 9 + 5 * place / 300
            cursor.execute("UPDATE audit_entry SET at = %s WHERE id = %s", [month + timedelta(days=day), entry_id])
        cursor.execute("UPDATE audit_entry SET id = id * 10000 WHERE at < %s", [month + timedelta(days=31)])
        cursor.execute("UPDATE audit_leaf SET entry_id = entry_id * 10000 WHERE entry_id >= %s", [ids[0]])
    id_ranges.forget()
    for first, last in ((10, 15), (5, 10), (13, 14), (None, 12), (12, None)):
        since, until = (None if day is None else month + timedelta(days=day) for day in (first, last))
        wanted = within(IdRange(since=since, until=until))
        assert wanted
        assert within(IdRange(*id_ranges.ids_between(since, until), since, until)) == wanted


def test_days_without_entries_have_no_ids(two_years: list[int]) -> None:
    day = datetime(2001, 1, 1, tzinfo=UTC)
    assert within(IdRange(*id_ranges.ids_between(day, day + timedelta(days=1)))) == []
    assert within(IdRange(*id_ranges.ids_between(datetime.now(UTC) + timedelta(days=60), None))) == []
