"""The pages on which people change, add and delete rows.

A page that could not do what was asked for says so with an honest status: 401 sign in again, 403, 404, 409 a conflict
or a form sent twice, 422 invalid or refused, 429, 502 sent without a clear answer, 503 Smartsheet or the log away.
"""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from audit.vocabulary import Action
from edits.features import Feature
from edits.gateway.errors import GatewayError, NotFound
from edits.rows.forms import RowForm
from edits.rows.pages import remembered_page, row_page, save_form
from edits.saving import AddRow, DeleteRow, InProgress, KeyReused, NotRecorded, Status, UpdateRow, read, save
from edits.sheets.rights import why_not_deleted
from edits.widgets import drafts
from edits.widgets.pages import doing, earlier_result, one_time_key, problem_page, repeat_of, repeated_page, saved_page
from edits.widgets.problems import ALREADY_SENT, Doing, problem_of
from identity.decorators import smartsheet_connected
from identity.middleware import SmartsheetRequest


@drafts.kept_when_signed_out
@require_http_methods(["GET", "HEAD", "POST"])
@smartsheet_connected
def edit_row(request: SmartsheetRequest, sheet_id: int, row_id: int) -> HttpResponse:
    """The form of one row."""
    try:
        baseline = read(request.user, sheet_id, row_ids=[row_id], about_to=_about_to(request, Action.CHANGE))
        baseline.gateway.require(Feature.CHANGE)
        row = baseline.row(row_id)
    except (GatewayError, NotRecorded) as error:
        problem = problem_of(error, doing=doing(request, Doing.CHANGE))
        return remembered_page(request, problem, sheet_id=sheet_id, row_id=row_id)
    if request.method == "POST":
        form = RowForm(request.POST, sheet=baseline.sheet, row=row)
        return save_form(request, form, baseline, lambda cells: UpdateRow(row_id, cells))
    return row_page(request, RowForm(drafts.take(request), sheet=baseline.sheet, row=row))


@drafts.kept_when_signed_out
@require_http_methods(["GET", "HEAD", "POST"])
@smartsheet_connected
def add_row(request: SmartsheetRequest, sheet_id: int) -> HttpResponse:
    """The form of a new row, which goes to the bottom of the sheet."""
    try:
        baseline = read(request.user, sheet_id, about_to=_about_to(request, Action.ADD))
        baseline.gateway.require(Feature.ADD)
    except (GatewayError, NotRecorded) as error:
        problem = problem_of(error, doing=doing(request, Doing.ADD))
        return remembered_page(request, problem, sheet_id=sheet_id, row_id=None)
    if request.method == "POST":
        return save_form(request, RowForm(request.POST, sheet=baseline.sheet), baseline, AddRow)
    return row_page(request, RowForm(drafts.take(request), sheet=baseline.sheet))


@require_http_methods(["GET", "HEAD", "POST"])
@smartsheet_connected
def delete_row(request: SmartsheetRequest, sheet_id: int, row_id: int) -> HttpResponse:
    """Asks before it deletes a row with all that are beneath it; POST deletes.

    `rows` is how many the person agreed to: if it is no longer so many, they are asked again.
    """
    if earlier := earlier_result(request):
        return repeated_page(request, earlier, Doing.DELETE, sheet_id=sheet_id)
    try:
        baseline = read(request.user, sheet_id, row_ids=[row_id], with_descendants=True)
        row = baseline.row(row_id)
    except GatewayError as error:
        is_gone = isinstance(error, NotFound) and request.method == "POST"  # by this very form, perhaps
        if is_gone and (repeated := repeat_of(request, Doing.DELETE, sheet_id=sheet_id)):
            return repeated
        return problem_page(request, problem_of(error, doing=doing(request, Doing.DELETE)), sheet_id=sheet_id)
    sheet = baseline.sheet
    family = sheet.family(row_id)
    count = len(family)
    context = {
        "sheet": sheet,
        "row": row,
        "label": sheet.label(row),
        "count": count,
        "beneath": [sheet.label(one) for one in family[1:]],
        "why_not": baseline.gateway.why_not(Feature.DELETE) or why_not_deleted(sheet, row),
        "once": uuid4(),
    }
    if request.method != "POST":
        return render(request, "edits/delete_row.html", context)
    if request.POST.get("rows", str(count)) != str(count):
        return render(request, "edits/delete_row.html", context | {"was": request.POST["rows"]}, status=409)
    try:
        result = save(baseline, [DeleteRow(row_id)], key=one_time_key(request))
    except (KeyReused, InProgress):
        return problem_page(request, ALREADY_SENT, sheet_id=sheet_id)
    except NotRecorded as error:
        return problem_page(request, problem_of(error, doing=Doing.DELETE), sheet_id=sheet_id)
    if result.rows[0].status is Status.FORBIDDEN:
        return render(request, "edits/delete_row.html", context, status=403)
    if result.error:
        return problem_page(request, problem_of(result.error, doing=Doing.DELETE), sheet_id=sheet_id)
    beneath = f" and {count - 1} beneath it" if count > 1 else ""
    return saved_page(request, result, sheet_id=sheet_id, text=f"“{sheet.label(row)}”{beneath} deleted")


def _about_to(request: SmartsheetRequest, action: Action) -> Action | None:
    """What a request sets out to do: opening a form is no attempt."""
    return action if request.method == "POST" else None
