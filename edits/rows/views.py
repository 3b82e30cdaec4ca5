"""The pages on which people change, add and delete rows.

A page that could not do what was asked for says so with an honest status: 401 sign in again, 403, 404, 409 a conflict
or a form sent twice, 422 invalid or refused, 429, 502 sent without a clear answer, 503 Smartsheet or the log away.
"""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from audit.recording import Action, NotRecorded
from edits.features import Feature
from edits.gateway.client import gateway_for
from edits.gateway.errors import GatewayError, NotGranted
from edits.models import AlreadySent
from edits.rows.forms import RowForm
from edits.rows.pages import remembered_page, row_page, save
from edits.saving import concurrent_saves, services
from edits.saving.not_sent import note_forbidden
from edits.saving.services import CellEdit, Saved
from edits.sheets import reading
from edits.sheets.values import why_not_deleted
from edits.widgets import drafts
from edits.widgets.pages import ALREADY_DONE, actor_of, doing, once, problem_page, saved_page, was_done
from edits.widgets.problems import ALREADY_SENT, Doing, problem_of
from identity.decorators import smartsheet_required
from identity.middleware import SmartsheetRequest


def _noted(
    request: SmartsheetRequest, error: GatewayError, action: Action, *, sheet_id: int, row_id: int | None = None
) -> GatewayError | NotRecorded:
    """The error; noted, where somebody tried what this app may not do for them. What cannot be noted is the error."""
    if request.method == "POST" and isinstance(error, NotGranted):
        try:
            note_forbidden(
                actor=actor_of(request), action=action, sheet_id=sheet_id, row_id=row_id, reason=error.message
            )
        except NotRecorded as not_recorded:
            return not_recorded
    return error


@drafts.kept_when_signed_out
@require_http_methods(["GET", "HEAD", "POST"])
@smartsheet_required
def edit_row(request: SmartsheetRequest, sheet_id: int, row_id: int) -> HttpResponse:
    """The form of one row."""
    try:
        gateway = gateway_for(request.user)
        gateway.require(Feature.CHANGE)
        seen = concurrent_saves.newest() if request.method == "POST" else 0
        sheet, row = reading.read_row(gateway, sheet_id, row_id)
    except GatewayError as error:
        noted = _noted(request, error, Action.CHANGE, sheet_id=sheet_id, row_id=row_id)
        problem = problem_of(noted, doing=doing(request, Doing.CHANGE))
        return remembered_page(request, problem, sheet_id=sheet_id, row_id=row_id)

    def update(edits: list[CellEdit]) -> Saved:
        actor = actor_of(request)
        return services.update_row(gateway=gateway, actor=actor, sheet=sheet, row=row, edits=edits, seen=seen)

    if request.method == "POST":
        return save(request, RowForm(request.POST, sheet=sheet, row=row), update)
    return row_page(request, RowForm(drafts.take(request), sheet=sheet, row=row))


@drafts.kept_when_signed_out
@require_http_methods(["GET", "HEAD", "POST"])
@smartsheet_required
def add_row(request: SmartsheetRequest, sheet_id: int) -> HttpResponse:
    """The form of a new row, which goes to the bottom of the sheet."""
    try:
        gateway = gateway_for(request.user)
        gateway.require(Feature.ADD)
        sheet = reading.read_columns(gateway, sheet_id)
    except GatewayError as error:
        noted = _noted(request, error, Action.ADD, sheet_id=sheet_id)
        problem = problem_of(noted, doing=doing(request, Doing.ADD))
        return remembered_page(request, problem, sheet_id=sheet_id, row_id=None)

    def add(edits: list[CellEdit]) -> Saved:
        return services.add_row(gateway=gateway, actor=actor_of(request), sheet=sheet, edits=edits)

    if request.method == "POST":
        return save(request, RowForm(request.POST, sheet=sheet), add)
    return row_page(request, RowForm(drafts.take(request), sheet=sheet))


@require_http_methods(["GET", "HEAD", "POST"])
@smartsheet_required
def delete_row(request: SmartsheetRequest, sheet_id: int, row_id: int) -> HttpResponse:
    """Asks before it deletes a row with all that are beneath it; POST deletes.

    `rows` is how many the person agreed to: if it is no longer so many, they are asked again.
    """
    if was_done(request):
        return saved_page(request, Saved(count=0), sheet_id=sheet_id, text=ALREADY_DONE)
    try:
        gateway = gateway_for(request.user)
        sheet, row = reading.read_family(gateway, sheet_id, row_id)
    except GatewayError as error:
        return problem_page(request, problem_of(error, doing=doing(request, Doing.DELETE)), sheet_id=sheet_id)
    family = sheet.family(row_id)
    count = len(family)
    context = {
        "sheet": sheet,
        "row": row,
        "label": sheet.label(row),
        "count": count,
        "beneath": [sheet.label(one) for one in family[1:]],
        "why_not": gateway.why_not(Feature.DELETE) or why_not_deleted(sheet, row),
        "once": uuid4(),
    }
    if request.method != "POST":
        return render(request, "edits/delete_row.html", context)
    if why_not := context["why_not"]:
        try:
            note_forbidden(
                actor=actor_of(request),
                action=Action.DELETE,
                sheet_id=sheet_id,
                sheet=sheet,
                row=row,
                reason=str(why_not),
            )
        except NotRecorded as error:
            return problem_page(request, problem_of(error, doing=Doing.DELETE), sheet_id=sheet_id)
        return render(request, "edits/delete_row.html", context, status=403)
    if request.POST.get("rows", str(count)) != str(count):
        return render(request, "edits/delete_row.html", context | {"was": request.POST["rows"]}, status=409)
    try:
        saved = once(
            request,
            lambda: services.delete_row(gateway=gateway, actor=actor_of(request), sheet=sheet, row=row),
        )
    except AlreadySent:
        return problem_page(request, ALREADY_SENT, sheet_id=sheet_id)
    except (GatewayError, NotRecorded) as error:
        return problem_page(request, problem_of(error, doing=Doing.DELETE), sheet_id=sheet_id)
    beneath = f" and {count - 1} beneath it" if count > 1 else ""
    return saved_page(request, saved, sheet_id=sheet_id, text=f"“{sheet.label(row)}”{beneath} deleted")
