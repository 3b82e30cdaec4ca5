"""The page of a row form: opened, sent, and shown again with what was typed when something is in the way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from uuid import uuid4

from django.db import DatabaseError
from django.http import HttpResponse

from audit.recording import Action, NotRecorded
from edits.gateway.errors import GatewayError
from edits.models import AlreadySent
from edits.rows.forms import RowForm
from edits.saving.not_sent import note_forbidden
from edits.saving.services import CellEdit, Conflict, Saved
from edits.widgets import drafts, snapshots
from edits.widgets.last_changes import last_changes
from edits.widgets.pages import ALREADY_DONE, actor_of, once, problem_page, render_problem, saved_page
from edits.widgets.problems import ALREADY_SENT, CHANGED_SINCE, Doing, Problem, problem_of
from identity.middleware import SmartsheetRequest

NOTHING_CHANGED = "Nothing was sent: you changed no cell."
ALREADY_SO = "Nothing was sent: the row already holds what you typed."


def row_page(
    request: SmartsheetRequest,
    form: RowForm,
    problem: Problem | None = None,
    *,
    status: int = 200,
    is_readable: bool = True,
) -> HttpResponse:
    """The form, with a problem on top if there is one. `is_readable`: the person could read the row just now, and may
    so read what the log has of it."""
    if problem and problem.is_sign_in and request.method == "POST":
        drafts.keep(request)
    if form.row and is_readable:
        with suppress(DatabaseError):  # where the log cannot be read either, what was typed is still shown
            region = actor_of(request).region
            form.add_last_changes(last_changes(region=region, sheet_id=form.sheet.id, row_id=form.row.id))
    context = {
        "form": form,
        "sheet": form.sheet,
        "row": form.row,
        "label": form.sheet.label(form.row) if form.row else "",
        "snapshot": snapshots.take(form.sheet.raw),
        "once": uuid4(),
        "author": drafts.author(request),
        "is_restored": form.is_bound and request.method != "POST",
    }
    return render_problem(request, "edits/row_form.html", context, problem, status=status)


def remembered_page(request: SmartsheetRequest, problem: Problem, *, sheet_id: int, row_id: int | None) -> HttpResponse:
    """The form as it was sent, when what it is about cannot be read; without one, the problem alone."""
    if request.method != "POST":
        return problem_page(request, problem, sheet_id=sheet_id)
    sheet, row = snapshots.restore(request.POST, sheet_id=sheet_id, row_id=row_id)
    return row_page(request, RowForm(request.POST, sheet=sheet, row=row), problem, is_readable=False)


def save(request: SmartsheetRequest, form: RowForm, make: Callable[[list[CellEdit]], Saved]) -> HttpResponse:
    """Check the form, have it carried out once, and tell what came of it."""
    doing = Doing.CHANGE if form.row else Doing.ADD
    edits = form.edits() if form.is_valid() else []
    if form.is_valid() and not edits and doing is Doing.ADD:
        form.add_error(None, "Fill in at least one cell.")
    if not form.is_valid():
        return _invalid(request, form, doing)
    try:
        saved = once(request, lambda: make(edits))
    except Conflict as conflict:
        form.add_conflicts(conflict.cells)
        return row_page(request, form, status=409)
    except AlreadySent as earlier:
        if not (earlier.is_done and earlier.is_same):
            return row_page(request, form, CHANGED_SINCE if earlier.is_done else ALREADY_SENT)
        return saved_page(request, Saved(count=0), sheet_id=form.sheet.id, text=ALREADY_DONE)
    except (GatewayError, NotRecorded) as error:
        if isinstance(error, GatewayError):
            form.add_refusal(error)
        return row_page(request, form, problem_of(error, doing=doing))
    drafts.take(request)  # what was kept when a sign-in was asked for is saved now
    text = _words(saved, doing) if edits else NOTHING_CHANGED
    return saved_page(request, saved, sheet_id=form.sheet.id, text=text)


def _invalid(request: SmartsheetRequest, form: RowForm, doing: Doing) -> HttpResponse:
    """The form with its errors; what was typed into cells that cannot be changed is noted first."""
    if form.refused:
        try:
            note_forbidden(
                actor=actor_of(request),
                action=Action.CHANGE if form.row else Action.ADD,
                sheet_id=form.sheet.id,
                sheet=form.sheet,
                row=form.row,
                typed=form.refused,
                reason=form.why_read_only(form.refused[0][0]) or "The column is hidden.",
            )
        except NotRecorded as error:
            return row_page(request, form, problem_of(error, doing=doing))
    return row_page(request, form, status=422)


def _words(saved: Saved, doing: Doing) -> str:
    if doing is Doing.ADD:
        return "Row added"
    return f"{saved.count} cell{'' if saved.count == 1 else 's'} changed" if saved.count else ALREADY_SO
