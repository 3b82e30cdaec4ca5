"""Splits the log into ranges of ids. So a page can read a few months at a time, and stop when it is full. On SQLite the
whole log is one range.

On PostgreSQL each month is a table, and a query without times is planned for all tables. So a range has times as well
as ids. The ids decide which entries are in the range. The times only tell the database which months to skip. If the
database's clock was wrong, an id can be in another month than its neighbours. So the times include each month that has
an id of the range (id_bounds.py). The times extend a day further in both directions, for entries that are committed
while the log is read.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import repeat

from django.db import connection
from django.db.models import Max, Min
from django.utils import timezone

from audit import id_bounds
from audit.id_bounds import Bounds, start_of
from audit.models import Entry, EntryQuerySet

SLACK = timedelta(days=1)  # how far a range's times extend beyond its ids
GROWTH = 4  # each range is this many times as long as the range before it


@dataclass(frozen=True, slots=True)
class IdRange:
    """Entries with ids from `low` up to but not including `high`. All of them were written at `since` or later, and
    before `until`. None means no limit.
    """

    low: int | None = None
    high: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    def of(self, entries: EntryQuerySet) -> EntryQuerySet:
        """Filter the entries to those in this range."""
        wanted = {"id__gte": self.low, "id__lt": self.high, "at__gte": self.since, "at__lt": self.until}
        return entries.filter(**{name: value for name, value in wanted.items() if value is not None})


def newest_first(before: int | None, *, steps: Sequence[int] = (), size: int = 0) -> Iterator[IdRange]:
    """Ranges of 1, 4, 16 … months, from the last entry before `before` back to the oldest entry. If `before` is None,
    they begin at the newest entry.

    With `steps`, the first ranges don't follow the months: each number in `steps` is the number of ids in one range.
    Pass `steps` if a query usually finds enough among a few entries. With `size`, no range has more than `size` ids.
    """
    for id_range in _back(before):
        if size:
            yield from _cut_back(id_range, repeat(size))
            continue
        yield from _cut_back(id_range, steps) if steps else [id_range]
        steps = ()


def oldest_first(after: int, *, steps: Sequence[int] = (), size: int = 0) -> Iterator[IdRange]:
    """Ranges of 1, 4, 16 … months, from the first entry after `after` up to the newest. `steps` and `size` have the
    same meaning as in newest_first().
    """
    for id_range in _forth(after):
        if size:
            ends = id_range.high or (
                id_range.of(Entry.objects.order_by("-id")).values_list("id", flat=True).first() or 0
            )
            yield from _cut_forth(id_range, repeat(size, max(ends - (id_range.low or 0), 0) // size))
            continue
        yield from _cut_forth(id_range, steps) if steps else [id_range]
        steps = ()


def ids_between(since: datetime | None, until: datetime | None) -> tuple[int | None, int | None]:
    """Return the range of ids of the entries that were written at `since` or later, and before `until`. The result is
    two ids: the range begins with the first id, and ends before the second id. None means no limit. If the database's
    clock was wrong, ids don't always rise with the times, but the range still has all these entries.
    """
    if since is None and until is None:
        return None, None
    ids = list(_extremes(since, until))
    is_open = until is None or until > timezone.now() - SLACK  # more such entries can be written meanwhile
    if ids:
        return min(ids) if since else None, None if is_open else max(ids) + 1
    newest = Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    return (newest + 1, None) if is_open else (1, 1)


def _extremes(since: datetime | None, until: datetime | None) -> Iterator[int]:
    """Yield the smallest and the largest id of the entries from these times. On PostgreSQL, yield these two ids for
    each month.
    """
    wanted = IdRange(since=since, until=until)
    if connection.vendor != "postgresql":
        yield from _lowest_and_highest(wanted)
        return
    for month in id_bounds.months():
        start, end = start_of(month.month), start_of(month.month + 1)
        first, last = max(since or start, start), min(until or end, end)
        if (first, last) == (start, end):
            yield from (month.lowest, month.highest)
        elif first < last:
            yield from _lowest_and_highest(IdRange(since=first, until=last))


def _lowest_and_highest(within: IdRange) -> Iterator[int]:
    found = within.of(Entry.objects.order_by()).aggregate(lowest=Min("id"), highest=Max("id"))
    yield from (entry_id for entry_id in found.values() if entry_id is not None)


def forget() -> None:
    """Clear this process's cache of months. Tests must call this if they write entries to other months than the current
    one.
    """
    id_bounds.forget()


def _back(before: int | None) -> Iterator[IdRange]:
    if connection.vendor != "postgresql":
        yield IdRange(high=before)
        return
    months = id_bounds.months()
    end, span, high = len(months), 1, before
    while end:
        start = max(end - span, 0)
        low = _border(months, start) if start else None
        if low is None or high is None or low < high:
            yield _range(months, low, high)
            high, span = low, span * GROWTH
        end = start


def _forth(after: int) -> Iterator[IdRange]:
    if connection.vendor != "postgresql":
        yield IdRange(low=after + 1)
        return
    months = id_bounds.months()
    start = next((place for place, month in enumerate(months) if month.highest > after), len(months))
    span, low = 1, after + 1
    while (end := start + span) < len(months):
        high = _border(months, end)
        if low < high:
            yield _range(months, low, high)
            low, span = high, span * GROWTH
        start = end
    yield _range(months, low, None)


def _border(months: Sequence[Bounds], place: int) -> int:
    """Return the id at which to separate the months before the index `place` from the other months. All ids of the
    earlier months are smaller than the result. All ids of the other months are equal to the result or larger.

    If the database's clock was wrong, the ids of the two groups of months can overlap. Then no id separates them
    exactly. The result is the beginning or the end of the overlap, whichever leaves fewer months with ids on the wrong
    side.
    """
    before, after = months[:place], months[place:]
    least = min(month.lowest for month in after)
    most = max(month.highest for month in before) + 1
    wrong_with_least = sum(month.highest >= least for month in before)
    wrong_with_most = sum(month.lowest < most for month in after)
    return least if wrong_with_least < wrong_with_most else most


def _range(months: Sequence[Bounds], low: int | None, high: int | None) -> IdRange:
    """The range with these ids. Its times include each month that has an id in the range."""
    inside = [
        place
        for place, month in enumerate(months)
        if (low is None or month.highest >= low) and (high is None or month.lowest < high)
    ]
    first, last = (inside[0], inside[-1]) if inside else (len(months) - 1, len(months) - 1)
    return IdRange(
        low=low,
        high=high,
        since=start_of(months[first].month) - SLACK if first > 0 else None,
        until=start_of(months[last].month + 1) + SLACK if high is not None and last < len(months) - 1 else None,
    )


def _cut_back(id_range: IdRange, steps: Iterable[int]) -> Iterator[IdRange]:
    low, since, until = id_range.low, id_range.since, id_range.until
    newest = id_range.of(Entry.objects.order_by("-id")).values_list("id", flat=True).first()
    if newest is None:
        return
    high = newest + 1  # `id_range.high` can be far above all ids, because it can come from the address (`before`)
    for step in steps:
        if high - step <= (low or 0):
            break
        yield IdRange(high - step, high, since, until)
        high -= step
    yield IdRange(low, high, since, until)


def _cut_forth(id_range: IdRange, steps: Iterable[int]) -> Iterator[IdRange]:
    low, high, since, until = id_range.low or 0, id_range.high, id_range.since, id_range.until
    for step in steps:
        if high is not None and low + step >= high:
            break
        yield IdRange(low, low + step, since, until)
        low += step
    yield IdRange(low, high, since, until)
