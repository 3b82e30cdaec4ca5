"""Records when people read other people's entries: who read them, how many entries, and with which query."""

from collections.abc import Iterable

from django.http import HttpRequest

from audit.access import Reader
from audit.filtering.fields import WORDS, without_names
from audit.models import Entry
from audit.recording import Evidence, Personal, note
from audit.vocabulary import Action, Origin


def note_reading(
    request: HttpRequest, reader: Reader, entries: Iterable[Entry], *, origin: Origin = Origin.APP
) -> None:
    """If a page shows other people's entries, record in the log that the page was read. `entries` are all entries that
    the page shows.

    Raises NotRecorded if the reading can't be recorded. In that case the page must not be shown:
    audit.middleware.NotRecordedMiddleware answers 503.
    """
    note_reading_of(request, reader, sum(not reader.is_own(entry) for entry in entries), origin=origin)


class ShownEntries:
    """Counts the entries of other people on a page that is put together from parts, such as template tags. The page
    gets one entry in the log, and not one for each part.
    """

    def __init__(self) -> None:
        self.reader: Reader | None = None
        self.ids: set[int] = set()

    def note(self, request: HttpRequest) -> None:
        """Write the log entry about this page. Raises NotRecorded, as note_reading() does."""
        if self.reader is not None:
            note_reading_of(request, self.reader, len(self.ids))


def count_shown(request: HttpRequest) -> ShownEntries:
    """After this call, note_shown() counts the entries that a page shows, but writes nothing to the log. The middleware
    calls this function before the page is made, and writes the count to the log when the page is complete.
    """
    shown = ShownEntries()
    request._audit_shown = shown  # type: ignore[attr-defined]  # read by note_shown()
    return shown


def stop_counting(request: HttpRequest) -> None:
    """After this call, note_shown() writes its entries immediately. A streamed page needs this, because it is put
    together only after the middleware has returned.
    """
    del request._audit_shown  # type: ignore[attr-defined]  # as above


def note_shown(request: HttpRequest, reader: Reader, entries: Iterable[Entry]) -> None:
    """Like note_reading(), for a part of a page. The entry is written when the page is complete.

    If the middleware isn't counting, the entry is written immediately, and NotRecorded is raised if it can't be
    written.
    """
    shown: ShownEntries | None = getattr(request, "_audit_shown", None)
    if shown is None:
        note_reading(request, reader, entries)
        return
    shown.reader = reader
    shown.ids.update(entry.pk for entry in entries if not reader.is_own(entry))


def note_reading_of(request: HttpRequest, reader: Reader, count: int, *, origin: Origin = Origin.APP) -> None:
    """Record that a page uses `count` entries of other people, for example in a sum. Raises NotRecorded."""
    if count:
        query = without_names(request.GET)
        words = query.get(WORDS, "")
        query.pop(WORDS, None)
        asked: dict[str, Evidence] = {"page": request.path, "query": query.urlencode(), "entries": count}
        if words:
            asked["text"] = Personal(words)  # it can be a person's name, so it must be erasable
        note(actor=reader.actor, action=Action.READ, origin=origin, is_head=False, evidence=asked)
