"""The smallest and the largest id of each month on PostgreSQL, where each month is a table.

A query without times is planned for all tables, which takes long if there are many. So each process caches the ids. To
update the cache, a process reads the links that were added to the chain since the last update. The chain numbers the
entries in the order of their commits, so the new links lead to all new entries. If the database's clock was wrong, a
new entry can be in an old or a future month. The process finds this entry too.
"""

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Max, Min

from audit import context
from audit.database import triggers_postgresql
from audit.models import Entry, Leaf

AT_ONCE = 5_000  # the most new links that are added to the cache; if there are more, all months are queried again
SLACK = timedelta(days=1)  # new entries are first searched from a day before the newest month on, then in all months


class Bounds(NamedTuple):
    """A month, counted from year 0, and the smallest and the largest id of its entries."""

    month: int
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class _Known:
    """The bounds by month. They include all entries up to the link `seq`, whose hash is `hash`.

    Several threads use the same object, so the object is never changed, only replaced.
    """

    seq: int = 0
    hash: bytes = b""
    bounds: Mapping[int, Bounds] = field(default_factory=dict)

    def up_to(self, seq: int, hash: bytes, ids: Iterable[Bounds]) -> "_Known":
        """Return new bounds that also include these ids. `seq` and `hash` are those of the last link that the new
        bounds include.
        """
        bounds = dict(self.bounds)
        for month, lowest, highest in ids:
            _, least, most = bounds.get(month, (month, lowest, highest))
            bounds[month] = Bounds(month, min(least, lowest), max(most, highest))
        return _Known(seq, hash, bounds)


_NOTHING = _Known()
_known = _NOTHING
_in_request: ContextVar[tuple[str, _Known]] = ContextVar("audit_id_bounds", default=("", _NOTHING))


def months() -> list[Bounds]:
    """The months that have entries, oldest first. There is always at least one month: if the log is empty, this is an
    empty month. The database is asked once per request.
    """
    global _known
    request_id = context.current().request_id
    asked_in, known = _in_request.get()
    if not request_id or request_id != asked_in:
        _known = known = _with_new(_known) or _asked()
        _in_request.set((request_id, known))
    return sorted(known.bounds.values()) or [Bounds(_month(datetime.now(UTC)), 0, 0)]


def forget() -> None:
    """Clear this process's cache."""
    global _known
    _known = _NOTHING


def start_of(month: int) -> datetime:
    """The time at which a month begins."""
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)


def _with_new(known: _Known) -> _Known | None:
    """Return the bounds with the entries of new links. Return None if all months must be read again: nothing is known
    yet, the chain doesn't have the link up to which the bounds are known, or there are too many new links.
    """
    if not known.bounds:
        return None
    links = list(
        Leaf.objects.filter(seq__gte=known.seq).order_by("seq").values_list("seq", "hash", "entry_id")[:AT_ONCE]
    )
    if not links and known.hash == b"":
        return known  # the chain is still empty
    if not links or len(links) == AT_ONCE or (links[0][0], bytes(links[0][1])) != (known.seq, known.hash):
        return None
    if len(links) == 1:
        return known
    new = {entry_id for _, _, entry_id in links[1:]}
    recent = Entry.objects.filter(at__gte=start_of(_newest(known)) - SLACK, id__gte=min(new), id__lte=max(new))
    times = {entry_id: at for entry_id, at in recent.values_list("id", "at") if entry_id in new}
    if others := new - times.keys():
        times |= dict(Entry.objects.filter(pk__in=others).values_list("id", "at"))
    ids = (Bounds(_month(at), entry_id, entry_id) for entry_id, at in times.items())
    return known.up_to(links[-1][0], bytes(links[-1][1]), ids)


def _asked() -> _Known:
    # The last link is read first. Entries that are committed meanwhile are added again later, which changes nothing.
    last = Leaf.objects.order_by("-seq").values_list("seq", "hash").first()
    found = []
    for year, number in triggers_postgresql.months(connection).values():
        month = 12 * year + number - 1
        of_month = Entry.objects.filter(at__gte=start_of(month), at__lt=start_of(month + 1))
        ids = of_month.aggregate(lowest=Min("id"), highest=Max("id"))
        if ids["lowest"] is not None:
            found.append(Bounds(month, ids["lowest"], ids["highest"]))
    return _NOTHING.up_to(last[0], bytes(last[1]), found) if last else _NOTHING.up_to(0, b"", found)


def _month(moment: datetime) -> int:
    moment = moment.astimezone(UTC)
    return 12 * moment.year + moment.month - 1


def _newest(known: _Known) -> int:
    """The month of the largest id. A later month can have entries too, if the database's clock was ahead."""
    return max(known.bounds.values(), key=lambda month: month.highest).month
