"""Shows the row form on a page of this app. After a problem, the page shows the typed values again."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from django.db import DatabaseError
from django.http import HttpResponse

from edits.saving import Result
from edits.sheets.rights import why_no_edits
from edits.widgets import drafts, snapshots
from edits.widgets.last_changes import last_changes
from edits.widgets.pages import actor_of, problem_page, render_problem, saved_page
from edits.widgets.problems import Problem
from edits.widgets.row_form import RowForm
from identity.middleware import SmartsheetRequest


def row_page(
    request: SmartsheetRequest,
    form: RowForm,
    problem: Problem | None = None,
    *,
    status: int = 200,
    is_readable: bool = True,
) -> HttpResponse:
    """Return the form's page, with the problem at the top if there is one. `is_readable` says whether the person can
    read the row at the moment. If so, the page also shows the row's last changes from the log.
    """
    if problem and problem.is_sign_in and request.method == "POST":
        drafts.keep(request)
    if form.row and is_readable:
        with suppress(DatabaseError):  # if the log can't be read either, the typed values are still shown
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
        "why_no_edits": why_no_edits(form.sheet.access),
    }
    return render_problem(request, "edits/row_form.html", context, problem, status=status)


def remembered_page(request: SmartsheetRequest, problem: Problem, *, sheet_id: int, row_id: int | None) -> HttpResponse:
    """Return a page for a row that can't be read: the form as it was sent, or only the problem if no form was sent."""
    if request.method != "POST":
        return problem_page(request, problem, sheet_id=sheet_id)
    sheet, row = snapshots.restore(request.POST, sheet_id=sheet_id, row_id=row_id)
    return row_page(request, RowForm(request.POST, sheet=sheet, row=row), problem, is_readable=False)


@dataclass(frozen=True, slots=True)
class OwnPages:
    """Answers a sent form with a page of this app: with the sheet after a save, otherwise with the form."""

    request: SmartsheetRequest
    sheet_id: int

    def again(self, form: RowForm, problem: Problem | None = None, *, status: int = 200) -> HttpResponse:
        return row_page(self.request, form, problem, status=status)

    def saved(self, result: Result, *, text: str) -> HttpResponse:
        return saved_page(self.request, result, sheet_id=self.sheet_id, text=text)
