"""The pages of forms for the people who fill them in.

These pages use the same HTTP statuses as the row form (edits/rows/views.py). Two statuses also have other meanings. 403
can mean that the form isn't for this person, or that the row isn't one of the person's rows. 409 can mean that the form
is closed, or that it was published again after the person opened it.
"""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from audit.changes import LoggedChange, with_clear_texts, with_outcomes
from audit.models import Entry
from audit.vocabulary import Action
from edits.forms.designed_form import NOT_YOURS
from edits.forms.filling.keeping_drafts import DISCARD, KEEP, draft_answer
from edits.forms.filling.opening import NotOpen, OpenForm, open_form
from edits.forms.filling.pages import form_page, no_filter_page, not_open_page, plain_page, read_problem
from edits.forms.filling.reading import Filling, allowed_for, fresh_form, read_row
from edits.forms.filling.row_list import rows_of
from edits.forms.filling.saving import save_sent
from edits.forms.filters import FilterGone
from edits.forms.models import FormDefinition
from edits.forms.my_rows import Place
from edits.forms.row_access import RowForbidden
from edits.gateway.errors import GatewayError, NotFound
from edits.saving import Baseline, NotRecorded
from edits.widgets import drafts
from edits.widgets.pages import actor_of, doing
from edits.widgets.problems import Problem
from identity.decorators import smartsheet_connected
from identity.middleware import SmartsheetRequest


@drafts.kept_when_signed_out
@require_http_methods(["GET", "HEAD", "POST"])
@smartsheet_connected
def row(request: SmartsheetRequest, slug: str, row_id: int) -> HttpResponse:
    """Show the form of one row. POST saves it."""
    return _fill_in(request, slug, row_id)


@drafts.kept_when_signed_out
@require_http_methods(["GET", "HEAD", "POST"])
@smartsheet_connected
def add(request: SmartsheetRequest, slug: str) -> HttpResponse:
    """Show the form of a new row. POST adds the row at the bottom of the sheet."""
    return _fill_in(request, slug, None)


def _fill_in(request: SmartsheetRequest, slug: str, row_id: int | None) -> HttpResponse:
    try:
        opened = open_form(request, slug)
        opened.require(allowed_for(row_id))
        if request.method == "POST" and (KEEP in request.POST or DISCARD in request.POST):
            return draft_answer(request, opened, row_id)
    except NotOpen as refused:
        action = Action.ADD if row_id is None else Action.CHANGE
        return not_open_page(request, refused, row_id=row_id, action=action)
    try:
        baseline = read_row(request, opened, row_id)
        filling = Filling(request, opened, row_id, baseline)
        if request.method == "POST":
            return save_sent(filling)
        form, found = fresh_form(filling, baseline)
    except RowForbidden:
        return plain_page(request, opened.form, _not_mine(request), has_read=True)
    except FilterGone as error:
        action = Action.ADD if row_id is None else Action.CHANGE
        return no_filter_page(request, opened, error, row_id=row_id, action=action)
    except (GatewayError, NotRecorded) as error:
        return _unread_page(request, opened, row_id, error)
    place = None if row_id is None else _place(request, opened, baseline, row_id)
    return form_page(filling, form, unusable=tuple(found.unusable), place=place)


def _place(request: SmartsheetRequest, opened: OpenForm, baseline: Baseline, row_id: int) -> Place | None:
    """Return where the row is among the person's rows; None if the rows can't be read. This makes at most one call to
    Smartsheet.
    """
    primary = baseline.sheet.primary
    try:
        return rows_of(request, opened, primary_column_id=primary.id if primary else None).place(row_id)
    except GatewayError:
        return None


def _not_mine(request: SmartsheetRequest) -> Problem:
    saved = "Nothing was saved." if request.method == "POST" else ""
    return Problem(403, "This isn't one of your rows", NOT_YOURS, saved, "The form's list shows your rows.")


def _unread_page(
    request: SmartsheetRequest, opened: OpenForm, row_id: int | None, error: GatewayError | NotRecorded
) -> HttpResponse:
    """Return a page for a row that can't be read. The page has the form as it was sent, or only the problem."""
    filling = Filling(request, opened, row_id, error)
    problem = read_problem(error, doing=doing(request, filling.doing))
    if request.method != "POST" or isinstance(error, NotFound):
        return plain_page(request, opened.form, problem)
    return form_page(filling, filling.sent_form_loosely(), problem)


@require_safe
@smartsheet_connected
def saved(request: SmartsheetRequest, slug: str, row_id: int, edit_id: UUID) -> HttpResponse:
    """Show what one edit of this person with this form has changed, and what the person can do next."""
    form = get_object_or_404(FormDefinition, slug=slug)
    actor = actor_of(request)
    intents = Entry.objects.intents().of_edit(edit_id).filter(region=actor.region, actor_id=actor.id).order_by("id")
    changes = with_clear_texts(with_outcomes(intents[:200]))
    if not changes or {part.value for part in changes[0].came_by if part.key == "form"} != {slug}:
        raise Http404
    context = {
        "form_title": form.title,
        "slug": slug,
        "row_id": row_id,
        "edit_id": edit_id,
        "lines": [(_label(form, change), change) for change in changes],
        "is_new": changes[0].intent.action == Action.ADD,
        "row_label": changes[0].row_label,
        "has_left": "left" in request.GET,
        "next_row": _row_id(request.GET.get("next", "")),
        "is_open": form.is_open,
    }
    return render(request, "edits/forms_filling/saved.html", context)


def _label(form: FormDefinition, change: LoggedChange) -> str:
    """Return the label of the changed column in the form; the column's title if the form has no field for it."""
    entry = change.intent
    field = form.definition.field(entry.column_id) if form.definition and entry.column_id else None
    return field.name if field else entry.column_title


def _row_id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
