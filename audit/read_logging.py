"""Reading other people's entries is an entry: who looked, at what, and how many."""

from collections.abc import Iterable

from django.http import HttpRequest

from audit.access import Reader
from audit.filtering.fields import WORDS, without_names
from audit.models import Entry
from audit.recording import Evidence, Personal, note
from audit.vocabulary import Action


def note_reading(request: HttpRequest, reader: Reader, entries: Iterable[Entry]) -> None:
    """Record that a page shows these entries, if any of them is not the reader's own; once per page.

    Raises NotRecorded: then the page must not be shown (audit.middleware.NotRecordedMiddleware answers 503).
    """
    note_reading_of(request, reader, sum(not reader.is_own(entry) for entry in entries))


def note_reading_of(request: HttpRequest, reader: Reader, count: int) -> None:
    """Record that a page rests on `count` entries of others, as a figure does. Raises NotRecorded."""
    if count:
        query = without_names(request.GET)
        words = query.get(WORDS, "")
        query.pop(WORDS, None)
        asked: dict[str, Evidence] = {"page": request.path, "query": query.urlencode(), "entries": count}
        if words:
            asked["text"] = Personal(words)  # it may be somebody's name, which must not stay for ever
        note(actor=reader.actor, action=Action.READ, is_head=False, evidence=asked)
