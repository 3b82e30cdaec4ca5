"""Saves a row's form that a browser has sent, and answers with a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from django.http import HttpResponse

from audit.vocabulary import Origin
from edits.saving import Baseline, CellChange, InProgress, KeyReused, NotRecorded, Result, RowChange, refuse, save
from edits.widgets import drafts
from edits.widgets.pages import one_time_key, problem_page
from edits.widgets.problems import ANOTHER_AUTHOR, CHANGED_SINCE, Doing, Problem, already_sent, problem_of
from edits.widgets.row_form import RowForm
from identity.middleware import SmartsheetRequest

NOTHING_CHANGED = "Nothing was sent: you changed no cell."
ALREADY_SO = "Nothing was sent: the row already has the values that you typed."
NOTHING_FILLED_IN = "Fill in at least one cell."


class Answers(Protocol):
    """Answers a sent form with a page of this app, or with a page of the site (edits/rows/in_page.py)."""

    def again(self, form: RowForm, problem: Problem | None = None, *, status: int = 200) -> HttpResponse:
        """Return the form as it was sent, with the problem."""

    def saved(self, result: Result, *, text: str) -> HttpResponse:
        """Return a response after which the person sees this message about what was done."""


def save_form(
    request: SmartsheetRequest,
    form: RowForm,
    baseline: Baseline,
    change_of: Callable[[tuple[CellChange, ...]], RowChange],
    answers: Answers,
) -> HttpResponse:
    """Check the form, save what was changed, and answer with the result. Values in cells that this person can't change
    are refused and logged, even if the rest of the form is invalid.
    """
    if request.POST.get("author", drafts.author(request)) != drafts.author(request):
        return problem_page(request, ANOTHER_AUTHOR, sheet_id=form.sheet.id)
    doing = Doing.CHANGE if form.row else Doing.ADD
    is_valid = form.is_valid()
    try:
        if form.refused:
            refuse(baseline, change_of(tuple(form.refused)), form.why_refused, origin=Origin.FORM)
    except NotRecorded as error:
        return answers.again(form, problem_of(error, doing=doing))
    cells = form.changes() if is_valid else ()
    if is_valid and not cells and doing is Doing.ADD:
        form.add_error(None, NOTHING_FILLED_IN)
        is_valid = False
    if not is_valid:
        return answers.again(form, status=422)
    result = save_change(form, baseline, change_of(cells), key=one_time_key(request))
    if result is None:
        return answers.again(form, form.problem, status=409)
    drafts.take(request)  # the draft from before the sign-in is saved now
    return answers.saved(result, text=words(result, doing) if cells else NOTHING_CHANGED)


def save_change(
    form: RowForm,
    baseline: Baseline,
    change: RowChange,
    *,
    key: str,
    reason: str = "",
    via: Mapping[str, str | int] | None = None,
) -> Result | None:
    """Save what was typed into a valid form. `key`, `reason` and `via` are as in edits.saving.save.

    Return the result if the change was certainly saved. Otherwise return None. The form then has the conflicts or a
    `problem`.
    """
    doing = Doing.CHANGE if form.row else Doing.ADD
    try:
        result = save(baseline, [change], key=key, origin=Origin.FORM, reason=reason, via=via)
    except KeyReused:
        form.problem = CHANGED_SINCE
        return None
    except InProgress:
        form.problem = already_sent(doing)
        return None
    except NotRecorded as error:
        form.problem = problem_of(error, doing=doing)
        return None
    return saved_or_told(form, result)


def saved_or_told(form: RowForm, result: Result) -> Result | None:
    """Return the result if the change was saved. Otherwise show the reason in the form, and return None."""
    (row,) = result.rows
    if conflicts := row.conflicts():
        form.add_conflicts(conflicts)
        return None
    if row.error:
        form.add_refusal(row.error)
        form.problem = problem_of(row.error, doing=Doing.CHANGE if form.row else Doing.ADD)
        return None
    return result


def words(result: Result, doing: Doing) -> str:
    """Return in words what a save did."""
    if doing is Doing.ADD:
        return "Row added"
    count = result.saved_cells
    return f"{count} cell{'' if count == 1 else 's'} changed" if count else ALREADY_SO
