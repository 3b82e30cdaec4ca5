"""Pages of entries. The cost of a page doesn't grow with the log: a page begins at an id, without OFFSET or COUNT(*).

The log is read range by range until the page is full or TIME_LIMIT has passed. If matches are rare, the page says how
far it got, and links to the rest.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import TypedDict

from audit import id_ranges, search
from audit.access import Reader
from audit.id_ranges import IdRange
from audit.models import Entry, EntryQuerySet

PAGE_SIZE = 50
TIME_LIMIT = 1.0  # seconds that a page reads before it stops and says how far it got
STEPS = (5_000, 100_000)  # how many ids are searched for text first, so that a common word is found immediately
CAP = 5_000


@dataclass(frozen=True, slots=True)
class Asked:
    """The query of a page: entries, words to search for, and the range of ids if it is known.

    `is_slow` says that no index finds the entries, so the database checks entry by entry. The page then reads the log
    in small ranges, to keep within the time limit.
    """

    entries: EntryQuerySet
    text: str = ""
    low: int | None = None
    high: int | None = None
    is_slow: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first. `older` is the parameter `before` in the address of the next older page. `newer` is the
    parameter `after` in the address of the next newer page. Each is None if there is no such page.

    If the time limit ended the reading, `looked_back_to` says how far back in time the log was read.
    """

    entries: list[Entry]
    older: int | None
    newer: int | None
    looked_back_to: datetime | None = None

    @property
    def front(self) -> int:
        """The id of the newest entry on the page; 0 for an empty page. Entries with a larger id are new."""
        return self.entries[0].pk if self.entries else 0


def page_of(
    asked: Asked, *, reader: Reader, before: int | None = None, after: int | None = None, size: int = PAGE_SIZE
) -> Page:
    """A page of entries. With `before`, the page has the entries whose ids come just before this id. With `after`, the
    page has the entries whose ids come just after this id. If both are None, the result is the newest page. A page has
    only entries that the reader can read.

    If there are too few entries after the id `after` to fill a page, the newest page is returned. So paging forward
    ends with the newest page.
    """
    if after is not None and (page := _newer_than(asked, reader, after, size)):
        return page
    start = min((one for one in (before, asked.high) if one is not None), default=None)
    found, ended = _looked(asked, reader, id_ranges.newest_first(start, **_cuts(asked)), size + 1)
    shown = found[:size]
    older = shown[-1].pk if len(found) > size else ended.low if ended else None
    return Page(
        entries=shown,
        older=older,
        newer=None if before is None else shown[0].pk if shown else before - 1,
        looked_back_to=_reached(ended) if ended else None,
    )


def page_after(asked: Asked, *, reader: Reader, after: int, size: int) -> Page:
    """The first `size` entries after the entry `after`. Programs use this page to follow the log. Unlike a page from
    page_of(), it is never filled up with older entries.

    `newer` is always the parameter `after` of the next page. If the time limit ended the reading, the next page begins
    where this one ended.
    """
    found: list[Entry] = []
    newest = _newest_id()  # asked before reading, so that entries written meanwhile aren't skipped
    reached, ends = after, monotonic() + TIME_LIMIT
    for part, taken in _parts(asked, reader, id_ranges.oldest_first(after, **_cuts(asked)), size, is_back=False):
        if asked.high is not None and part.low is not None and part.low >= asked.high:
            break
        found += taken[: size - len(found)]
        reached = found[-1].pk if found else after
        if len(found) >= size:
            break
        if monotonic() > ends and part.high is not None:
            reached = max(reached, min(part.high - 1, newest))
            break
    return Page(entries=found[::-1], older=found[0].pk if found else after, newer=reached)


def count(asked: Asked, *, reader: Reader, after: int | None = None, cap: int = CAP) -> int:
    """The number of entries that match and that the reader can read. With `after`, only entries after this one are
    counted. Counting stops at `cap`, and after TIME_LIMIT.
    """
    counted, ends = 0, monotonic() + TIME_LIMIT
    scan = search.SCANNED if search.is_short(asked.text) else 0
    way = id_ranges.newest_first(asked.high, size=scan) if after is None else id_ranges.oldest_first(after, size=scan)
    for id_range in way:
        if asked.low is not None and id_range.high is not None and id_range.high <= asked.low:
            break
        within, left = id_range.of(asked.entries), cap - counted
        if asked.text:  # counting sheet by sheet would search for the words again for each sheet
            counted += reader.narrow(search.matching(within, asked.text)).order_by()[:left].count()
        else:
            counted += reader.count(within, cap=left)
        if counted >= cap or monotonic() > ends:
            break
    return counted


def _newest_id() -> int:
    return Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0


def _reached(ended: IdRange) -> datetime | None:
    """The time of the oldest entry that was read."""
    oldest = ended.of(Entry.objects.order_by("id")).values_list("at", flat=True).first()
    return oldest or ended.since


class _Cuts(TypedDict, total=False):
    steps: Sequence[int]
    size: int


def _cuts(asked: Asked) -> _Cuts:
    """The arguments `steps` and `size` for id_ranges, which splits the log into ranges. If the query searches for
    words, the first ranges are small. If no index finds the entries, or if the searched text is too short for the
    index, all ranges are small.
    """
    if asked.is_slow or search.is_short(asked.text):
        return {"size": search.SCANNED}
    return {"steps": STEPS} if asked.text else {}


def _newer_than(asked: Asked, reader: Reader, entry_id: int, size: int) -> Page | None:
    newer, _ = _looked(asked, reader, id_ranges.oldest_first(entry_id, **_cuts(asked)), size + 1, is_back=False)
    if len(newer) < size:
        return None
    shown = newer[:size][::-1]
    return Page(entries=shown, older=shown[-1].pk, newer=shown[0].pk if len(newer) > size else None)


def _looked(
    asked: Asked, reader: Reader, way: Iterable[IdRange], wanted: int, *, is_back: bool = True
) -> tuple[list[Entry], IdRange | None]:
    """Return the first `wanted` entries that match and that the reader can read. If the time limit ended the reading,
    also return the last range that was read; otherwise None.
    """
    found: list[Entry] = []
    ends = monotonic() + TIME_LIMIT
    for part, taken in _parts(asked, reader, way, wanted, is_back=is_back):
        found += taken[: wanted - len(found)]
        if len(found) >= wanted:
            break
        if monotonic() > ends and is_back and part.low is not None:
            return found, part
        if monotonic() > ends and asked.text:
            break  # too few entries were found, so the caller shows the newest page
    return found, None


def _parts(
    asked: Asked, reader: Reader, way: Iterable[IdRange], wanted: int, *, is_back: bool
) -> Iterator[tuple[IdRange, list[Entry]]]:
    """Yield the ranges one after the other, each with the first `wanted` entries in it that match and that the reader
    can read. A search for words yields parts of ranges instead, because a range can have very many matches.
    """
    order = "-id" if is_back else "id"
    readable = reader.narrow(asked.entries) if asked.text else asked.entries
    for id_range in way:
        if is_back and _is_too_old(asked, id_range):
            return
        if not asked.text:
            yield id_range, reader.take(id_range.of(asked.entries).order_by(order), wanted)
            continue
        for ids, part in search.batches(readable, asked.text, id_range, is_back=is_back):
            if is_back and _is_too_old(asked, part):
                return
            yield part, list(part.of(Entry.objects.filter(pk__in=ids)).order_by(order)[:wanted])


def _is_too_old(asked: Asked, id_range: IdRange) -> bool:
    return asked.low is not None and id_range.high is not None and id_range.high <= asked.low
