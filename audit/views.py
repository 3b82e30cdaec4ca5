"""The page of the log."""

from collections.abc import Mapping
from typing import NamedTuple

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit import choices
from audit.access import reader_of
from audit.disclosure import note_reading
from audit.filters import PAGING, LogFilter
from audit.models import Entry
from audit.paging import page_of
from audit.reading import with_outcomes


class Chip(NamedTuple):
    """A filter in force: what it is about, the name and id it is set to, and the query without it."""

    what: str
    name: str
    id: str
    query: str


@require_safe
@login_required
def log(request: HttpRequest) -> HttpResponse:
    """Who changed what, when, and what came of it; newest first, a page at a time, narrowed by the query."""
    reader = reader_of(request)
    people, sheets = choices.people(reader), choices.sheets(reader)
    form = LogFilter(request.GET, people=people, sheets=sheets)
    if not form.is_valid():
        return render(request, "audit/log.html", {"form": form}, status=400)
    asked = form.cleaned_data
    intents = form.narrow(Entry.objects.intents())
    page = page_of(intents, reader=reader, before=asked.get("before"), after=asked.get("after"))
    note_reading(request, reader, page.entries)
    changes = with_outcomes(page.entries)
    names = {
        "person": dict(people).get(asked.get("person", 0), ""),
        "sheet": dict(sheets).get(asked.get("sheet", 0), ""),
    }
    if changes:  # all of the one row and column, if such a filter is in force
        names |= {"row": changes[0].row_label, "column": changes[0].intent.column_title}
    chips = _chips(request.GET, form.active, names)
    context = {"form": form, "page": page, "changes": changes, "chips": chips, "reader": reader}
    return render(request, "audit/log.html", context)


def _chips(query: QueryDict, active: Mapping[str, object], names: Mapping[str, str]) -> list[Chip]:
    return [
        Chip(what=name, name=names.get(name, ""), id=str(value), query=_without(query, name))
        for name, value in active.items()
    ]


def _without(query: QueryDict, name: str) -> str:
    rest = query.copy()
    gone = (name, "row", "column") if name == "sheet" else (name,)
    for parameter in (*gone, *PAGING):
        rest.pop(parameter, None)
    return rest.urlencode()
