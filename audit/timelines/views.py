"""The timeline pages of a person, sheet, row, cell or record."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from audit.access import reader_of
from audit.cell_histories import CellHistory, Line, side_by_side
from audit.conf import settings
from audit.read_logging import note_reading
from audit.timelines import timelines
from audit.timelines.timelines import Page, Timeline

LARGEST = 2**63 - 1
DIGITS = len(str(LARGEST))


@require_safe
@login_required
def person(request: HttpRequest, region: str, number: int) -> HttpResponse:
    """The timeline of a person."""
    return _page(request, timelines.of_person(_text(region), number))


@require_safe
@login_required
def sheet(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """The timeline of a sheet."""
    return _page(request, timelines.of_sheet(sheet_id))


@require_safe
@login_required
def row(request: HttpRequest, sheet_id: int, row_id: int) -> HttpResponse:
    """The timeline of a row."""
    return _page(request, timelines.of_row(sheet_id, row_id))


@require_safe
@login_required
def record(request: HttpRequest, subject: str) -> HttpResponse:
    """The timeline of a record of this app, field by field."""
    return _page(request, timelines.of_record(_text(subject)))


@require_safe
@login_required
def cell(request: HttpRequest, sheet_id: int, row_id: int, column_id: int) -> HttpResponse:
    """The timeline of a cell, next to Smartsheet's own history. The parameter `history` says how many pages of
    Smartsheet's history to read.
    """
    pages = _number(request, "history") or 1
    ask = settings.AUDIT_CELL_HISTORY
    history = CellHistory()
    if ask:
        history = import_string(ask)(request, sheet_id=sheet_id, row_id=row_id, column_id=column_id, pages=pages)
    timeline = timelines.of_cell(sheet_id, row_id, column_id)
    return _page(request, timeline, column_id=column_id, history=history if ask else None, pages=pages)


def _page(
    request: HttpRequest,
    timeline: Timeline,
    *,
    column_id: int | None = None,
    history: CellHistory | None = None,
    pages: int = 1,
) -> HttpResponse:
    reader = reader_of(request)
    before = _number(request, "before")
    page = timelines.page_of(timeline, reader, before=before)
    note_reading(request, reader, [change.intent for change in page.changes])
    context: dict[str, Any] = {
        "timeline": timeline,
        "page": page,
        "first": page.changes[0] if page.changes else None,
        "log_reader": reader,
        "before": before,
        "history": history,
    }
    if column_id is not None:
        context["column_title"] = timelines.column_title(page, reader, column_id=column_id)
    if history:
        context |= {"lines": _lines(page, history, is_first=before is None), "more_pages": pages + 1}
    return render(request, "audit/timeline.html", context)


def _lines(page: Page, history: CellHistory, *, is_first: bool) -> list[Line]:
    """Return the lines of the comparison: this page's changes, and the states in Smartsheet's history from the period
    that this page covers.
    """
    times = [change.intent.at for change in page.changes]
    since: datetime | None = times[-1] if times and page.older else None
    until: datetime | None = times[0] if times and not is_first else None
    return side_by_side(page.changes, history, since=since, until=until)


def _number(request: HttpRequest, name: str) -> int | None:
    """The number that a parameter has in the address; None if the parameter is missing. Raises Http404 if it isn't a
    positive number.
    """
    text = request.GET.get(name, "")
    if not text:
        return None
    is_number = text.isascii() and text.isdecimal() and len(text) <= DIGITS
    if not (is_number and 0 < int(text) <= LARGEST):
        raise Http404
    return int(text)


def _text(text: str) -> str:
    """The text. Raises Http404 if it contains a NUL, because PostgreSQL can't search for a NUL."""
    if "\0" in text:
        raise Http404
    return text
