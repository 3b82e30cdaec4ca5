"""Pages whose cost does not grow with the log: a keyset on the id, never OFFSET, never COUNT(*)."""

from dataclasses import dataclass

from audit.access import Reader
from audit.models import Entry, EntryQuerySet

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Entries newest first, and where to go on: the ids for `before` and `after`, None where there is nothing."""

    entries: list[Entry]
    older: int | None
    newer: int | None


def page_of(
    entries: EntryQuerySet,
    *,
    reader: Reader,
    before: int | None = None,
    after: int | None = None,
    size: int = PAGE_SIZE,
) -> Page:
    """Of what the reader may see the newest page, the one next older than `before`, or the one next newer than `after`.

    Where less than a page is newer than `after`, it is the newest page: a reader on the way forward ends at the front.
    """
    if after is not None and (page := _newer_than(entries, reader, after, size)):
        return page
    older = reader.take(entries.newest_first() if before is None else entries.before(before), size + 1)
    shown = older[:size]
    return Page(
        entries=shown,
        older=shown[-1].pk if len(older) > size else None,
        newer=None if before is None else shown[0].pk if shown else before - 1,
    )


def _newer_than(entries: EntryQuerySet, reader: Reader, entry_id: int, size: int) -> Page | None:
    newer = reader.take(entries.after(entry_id), size + 1)
    if len(newer) < size:
        return None
    shown = newer[:size][::-1]
    return Page(entries=shown, older=shown[-1].pk, newer=shown[0].pk if len(newer) > size else None)
