"""The page of the log, and the requests that its script makes."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from audit.access import Reader, reader_of
from audit.filtering import choices
from audit.filtering.fields import WORDS
from audit.filtering.filters import LogFilter
from audit.grouping import Edit, each_change, edits_of, extent_of
from audit.models import Entry
from audit.page_models import SavedFilter
from audit.paging import CAP, Asked, Page, count, page_of
from audit.read_logging import note_reading
from audit.reading.active_filters import active_filters, filters_alone
from audit.templatetags.audit_lines import log_start

ROW_OF_SHEET = ("row", "column")  # these filters only work together with the filter `sheet`
NEW = 100  # the most new entries that are counted for an open page


@require_safe
@login_required
def log(request: HttpRequest) -> HttpResponse:
    """The page of the log. It shows the entries that match the query, newest first."""
    if request.GET.get("sheet") == "" and request.GET.keys() & ROW_OF_SHEET:
        # A browser without JavaScript still sends the filter for a row, although the person has chosen all sheets.
        return redirect(log_start(filters_alone(request.GET, but=("sheet", *ROW_OF_SHEET))).rstrip("?&"))
    reader = reader_of(request)
    form = _form(request, reader)
    saved = SavedFilter.objects.of(request.user.pk)
    if not form.is_valid():
        return render(request, "audit/log.html", {"form": form, "saved": saved, "log_reader": reader}, status=400)
    asked = _asked(form)
    page = page_of(asked, reader=reader, before=form.cleaned_data.get("before"), after=form.cleaned_data.get("after"))
    note_reading(request, reader, page.entries)
    edits = _edits(form, page)
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "edits": edits,
        "changes": [change for edit in edits for change in edit.changes],
        "active_filters": active_filters(request.GET, form, edits, reader),
        "log_reader": reader,
        "saved": saved,
        "filters": filters_alone(request.GET),
        "start_of_person": log_start(filters_alone(request.GET, but=("person", "edit"))),
        "start_of_edit": log_start("" if form.is_for_whole_edits else filters_alone(request.GET, but=("edit",))),
        "start_of_sheet": log_start(filters_alone(request.GET, but=("sheet", "row", "column", "edit"))),
    }
    if "edit" in form.cleaned_data and page.entries:
        context |= {"one_of_edit": page.entries[0], "extent": extent_of(page.entries[0])}
    if "count" in request.GET:
        context["count"] = _counted(asked, reader)
    return render(request, "audit/log.html", context)


@require_safe
@login_required
def count_of(request: HttpRequest) -> JsonResponse:
    """The number of entries that match the query, as a text: {"count": "5,000+"}."""
    form = _form_alone(request)
    return JsonResponse({"count": _counted(_asked(form), reader_of(request)) if form.is_valid() else ""})


@require_safe
@login_required
def newer(request: HttpRequest) -> JsonResponse:
    """The number of entries that are newer than the entry `after`: {"count": 3}. Counting stops at NEW."""
    form = _form_alone(request)
    if not form.is_valid() or "after" not in form.cleaned_data:
        return JsonResponse({"count": 0}, status=400)
    found = count(_asked(form), reader=reader_of(request), after=form.cleaned_data["after"], cap=NEW)
    return JsonResponse({"count": found})


@require_safe
@login_required
def choices_of(request: HttpRequest, kind: str) -> JsonResponse:
    """The people, or the sheets, whose names contain the text in the address: {"choices": ["Jane Roe · eu:5", …]}."""
    offer = {"person": choices.people, "sheet": choices.sheets}[kind]
    found = offer(reader_of(request), text=request.GET.get(WORDS, "")[:100].replace("\0", ""))
    return JsonResponse({"choices": [choice.label for choice in found[: choices.OFFERED]]})


def _form(request: HttpRequest, reader: Reader) -> LogFilter:
    return LogFilter(request.GET, people=choices.people(reader), sheets=choices.sheets(reader))


def _form_alone(request: HttpRequest) -> LogFilter:
    """The form without the people and sheets to choose from. It is for answers that don't show the form."""
    return LogFilter(request.GET, people=[], sheets=[])


def _asked(form: LogFilter) -> Asked:
    low, high = form.span
    return Asked(form.narrow(Entry.objects.all()), text=form.words, low=low, high=high)


def _edits(form: LogFilter, page: Page) -> list[Edit]:
    """The page's edits. If the query is for a single edit, each of the page's entries is shown as one change. If the
    query filters by outcome, a change whose outcome no longer matches is left out.
    """
    if "edit" in form.cleaned_data:
        return each_change(page.entries, phases=form.phases)
    return edits_of(page.entries, is_whole=form.is_for_whole_edits, phases=form.phases)


def _counted(asked: Asked, reader: Reader) -> str:
    found = count(asked, reader=reader)
    return f"{found:,}+" if found >= CAP else f"{found:,}"
