"""Splits the log into ranges of ids. So a page can read a few months at a time, and stop when it is full.

On PostgreSQL each month is a table, and a query without times is planned for all tables. Ids rise with time, except
among entries written at almost the same time. So a range has times as well as ids. The ids are exact. The times extend
a day further in both directions, and only tell the database which months to skip. On SQLite the whole log is one range.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import repeat

from django.db import connection
from django.db.models import Min
from django.utils import timezone

from audit.database import triggers_postgresql
from audit.models import Entry, EntryQuerySet

SLACK = timedelta(days=1)  # how far a range's times extend beyond its ids
GROWTH = 4  # each range is this many times as long as the range before it
PROBED = 100  # how many entries next to a time are read, to find the range of ids for that time
NEAR = timedelta(days=14)  # entries this close to a time are searched first
ID_SLACK = 1_000  # an entry can have an id that is this much larger than the id of an entry that was written later

_floors: dict[int, int] = {}  # the smallest id of each month, counted from year 0; it never changes
_oldest: list[int] = []


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
    """Return the range of ids of the entries that were written from `since` to `until`, as two ids: the range begins
    with the first id, and ends before the second id. The range can be a little too wide. None means no limit.
    """
    low = _ids_at(since, floor=True) if since else None
    high = _ids_at(until, floor=False) if until else None
    return low, high


def forget() -> None:
    """Clear this process's cache of months. Tests must call this if they write entries to other months than the current
    one.
    """
    _floors.clear()
    _oldest.clear()


def _ids_at(moment: datetime, *, floor: bool) -> int | None:
    later = Entry.objects.filter(at__gte=moment).order_by("at").values_list("id", flat=True)
    # Most times have entries within NEAR. With this limit the query is planned for only a few months.
    near = list(later.filter(at__lt=moment + NEAR)[:PROBED]) or list(later[:PROBED])
    if not near:
        return None
    return max(min(near) - ID_SLACK, 0) if floor else max(near) + ID_SLACK


def _back(before: int | None) -> Iterator[IdRange]:
    if connection.vendor != "postgresql":
        yield IdRange(high=before)
        return
    now, oldest = _month(timezone.now()), _oldest_month()
    last = now if before is None else _month_of_id(before - 1)
    span, high = 1, before
    while last >= oldest:
        first = max(oldest, last - span + 1)
        low = None if first == oldest else _lowest(first, last)
        if first == oldest or low is not None:
            since = None if first == oldest else _start(first) - SLACK
            yield IdRange(low=low, high=high, since=since, until=None if last == now else _start(last + 1) + SLACK)
            high = low
        last, span = first - 1, span * GROWTH


def _forth(after: int) -> Iterator[IdRange]:
    if connection.vendor != "postgresql":
        yield IdRange(low=after + 1)
        return
    now, first, span, low = _month(timezone.now()), _month_of_id(after), 1, after + 1
    while first <= now:
        last = min(now, first + span - 1)
        high = None if last == now else _lowest(last + 1, now)
        yield IdRange(
            low=low,
            high=high,
            since=None if first <= _oldest_month() else _start(first) - SLACK,
            until=None if last == now else _start(last + 1) + SLACK,
        )
        low, first, span = high or low, last + 1, span * GROWTH


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


def _month_of_id(entry_id: int) -> int:
    """The newest month whose smallest id is at most this id. If there is no such month, the oldest month."""
    oldest = _oldest_month()
    for month in range(_month(timezone.now()), oldest, -1):
        floor = _floor(month)
        if floor is not None and floor <= entry_id:
            return month
    return oldest


def _lowest(first: int, last: int) -> int | None:
    floors = [floor for month in range(first, last + 1) if (floor := _floor(month)) is not None]
    return min(floors, default=None)


def _floor(month: int) -> int | None:
    if month not in _floors:
        in_month = Entry.objects.filter(at__gte=_start(month), at__lt=_start(month + 1))
        floor = in_month.aggregate(floor=Min("id"))["floor"]
        if floor is not None:
            _floors[month] = floor
    return _floors.get(month)


def _oldest_month() -> int:
    if not _oldest:
        months = triggers_postgresql.months(connection).values()
        _oldest.append(min((12 * year + month - 1 for year, month in months), default=_month(timezone.now())))
    return _oldest[0]


def _month(moment: datetime) -> int:
    moment = moment.astimezone(UTC)
    return 12 * moment.year + moment.month - 1


def _start(month: int) -> datetime:
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
