"""Selects the entries to export: the edits that the log page shows with the same filters."""

from django.http import QueryDict

from audit import search
from audit.access import Reader
from audit.export.exports import Selection
from audit.filtering.fields import WORDS
from audit.filtering.filters import LogFilter
from audit.models import Entry

ONLY_IN_SOME = {"column", "outcome", WORDS}  # filters that can match some entries of an edit, but not all


def selection_of(form: LogFilter, reader: Reader, asked: QueryDict) -> Selection:
    """The edits that the log page shows with the filters in `form`. The filters select whole edits: the export has all
    entries of these edits that the reader can read, even those that the page doesn't show.
    """
    query = {name: str(asked[name]) for name in form.active}
    entries, matching = form.about(Entry.objects.all()), None
    if query.keys() & ONLY_IN_SOME:
        shown = form.narrow(Entry.objects.all())
        matching = search.matching(shown, form.words) if form.words else shown
    if not reader.sees_all:
        query["readable_by"] = f"{reader.actor.region}/{reader.actor.id}"
    if reader.why_limited:
        query["limited"] = reader.why_limited
    return Selection(entries=reader.narrow(entries), query=query, is_whole=not query, matching=matching)
