"""The page of a row form: opened, sent, and shown again with what was typed when something is in the way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from uuid import uuid4

from django.db import DatabaseError
from django.http import HttpResponse

from edits.rows.forms import RowForm
from edits.saving import Baseline, CellChange, InProgress, KeyReused, NotRecorded, Result, RowChange, save
from edits.widgets import drafts, snapshots
from edits.widgets.last_changes import last_changes
from edits.widgets.pages import actor_of, one_time_key, problem_page, render_problem, saved_page
from edits.widgets.problems import ALREADY_SENT, ANOTHER_AUTHOR, CHANGED_SINCE, Doing, Problem, problem_of
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


def save_form(
    request: SmartsheetRequest,
    form: RowForm,
    baseline: Baseline,
    change_of: Callable[[tuple[CellChange, ...]], RowChange],
) -> HttpResponse:
    """Check the form, save what was changed, and tell what came of it. What was typed into cells that can't be changed
    is saved in vain even where the rest of the form is wrong: so the log has it."""
    if request.POST.get("author", drafts.author(request)) != drafts.author(request):
        return problem_page(request, ANOTHER_AUTHOR, sheet_id=form.sheet.id)
    doing = Doing.CHANGE if form.row else Doing.ADD
    is_valid = form.is_valid()
    cells = form.changes() if is_valid else tuple(form.refused)
    if is_valid and not cells and doing is Doing.ADD:
        form.add_error(None, "Fill in at least one cell.")
        is_valid = False
    if not is_valid and not cells:
        return row_page(request, form, status=422)
    try:
        result = save(baseline, [change_of(cells)], key=one_time_key(request))
    except KeyReused:
        return row_page(request, form, CHANGED_SINCE)
    except InProgress:
        return row_page(request, form, ALREADY_SENT)
    except NotRecorded as error:
        return row_page(request, form, problem_of(error, doing=doing))
    if not is_valid:
        return row_page(request, form, status=422)
    (row,) = result.rows
    if conflicts := row.conflicts():
        form.add_conflicts(conflicts)
        return row_page(request, form, status=409)
    if row.error:
        form.add_refusal(row.error)
        return row_page(request, form, problem_of(row.error, doing=doing))
    drafts.take(request)  # what was kept when a sign-in was asked for is saved now
    return saved_page(request, result, sheet_id=form.sheet.id, text=_words(result, doing) if cells else NOTHING_CHANGED)


def _words(result: Result, doing: Doing) -> str:
    if doing is Doing.ADD:
        return "Row added"
    count = result.saved_cells
    return f"{count} cell{'' if count == 1 else 's'} changed" if count else ALREADY_SO
