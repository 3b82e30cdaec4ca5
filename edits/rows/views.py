"""Shows the pages on which people change, add and delete rows.

If a page can't do what was requested, its HTTP status says why. 401 means that the person must sign in again. 409 means
a conflict, or a form that was already sent. 422 means an invalid or refused change. 502 means that the change was sent,
but the answer wasn't clear. 503 means that Smartsheet or the log isn't available. 403, 404 and 429 are used as usual.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import uuid4

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.defaultfilters import pluralize
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.vocabulary import Action, Origin
from edits.features import Feature
from edits.gateway.client import gateway_for
from edits.gateway.errors import GatewayError, NotFound
from edits.gateway.operations import MOST_SHARES
from edits.rows import in_page
from edits.rows.pages import OwnPages, remembered_page, row_page
from edits.saving import AddRow, Baseline, DeleteRow, InProgress, KeyReused, NotRecorded, Status, UpdateRow, read, save
from edits.sheets import shared_people
from edits.sheets.rights import why_not_deleted
from edits.sheets.sheet import Contact
from edits.widgets import drafts
from edits.widgets.pages import doing, earlier_result, one_time_key, problem_page, repeat_of, repeated_page, saved_page
from edits.widgets.problems import Doing, Problem, already_sent, problem_of
from edits.widgets.row_form import RowForm
from edits.widgets.save_form import save_form
from identity.decorators import redirect_to_connect, smartsheet_connected
from identity.middleware import SmartsheetRequest

NOT_KEPT = Problem(
    status=401,
    title="Please sign in again",
    happened="You aren't signed in any more. Your browser's session can't store what you typed.",
    saved="Nothing was saved. What you typed is still in the form.",
    advice="Copy what you typed. Then sign in, open the row again, and paste it.",
)
NOT_ALL_PEOPLE = (
    f"Only the first {MOST_SHARES:,} people of this sheet are suggested. You can enter anyone by their e-mail address."
)


@drafts.kept_when_signed_out
@require_http_methods(["GET", "HEAD", "POST"])
@smartsheet_connected
def edit_row(request: SmartsheetRequest, sheet_id: int, row_id: int) -> HttpResponse:
    """Show the form of one row. POST saves it."""
    try:
        baseline = read(
            request.user, sheet_id, row_ids=[row_id], about_to=_about_to(request, Action.CHANGE), origin=Origin.FORM
        )
        baseline.gateway.require(Feature.CHANGE)
        row = baseline.row(row_id)
    except (GatewayError, NotRecorded) as error:
        problem = problem_of(error, doing=doing(request, Doing.CHANGE))
        return remembered_page(request, problem, sheet_id=sheet_id, row_id=row_id)
    shared = shared_people.known(request.user, sheet_id)
    if request.method == "POST":
        form = RowForm(request.POST, sheet=baseline.sheet, row=row, shared=shared, ask=_asking(request, baseline))
        answers = OwnPages(request, sheet_id)
        return save_form(request, form, baseline, lambda cells: UpdateRow(row_id, cells), answers)
    return row_page(request, RowForm(drafts.take(request), sheet=baseline.sheet, row=row, shared=shared))


@require_POST
def save_in_page(request: SmartsheetRequest, sheet_id: int, row_id: int) -> HttpResponse:
    """Save a row form that the tag `smartsheet_row_form` put on a page of the site, and redirect to that page (`next`).

    After the redirect, that page shows the result or a problem. If the session can't store what was typed, this view
    answers with this app's page of the form instead of redirecting.
    """
    next_url = in_page.page_of(request, sheet_id, row_id)
    if getattr(request, "smartsheet_user", None) is None:
        if in_page.keep_typed(request, sheet_id, row_id):
            return redirect_to_connect(request, next_url)
        return remembered_page(request, NOT_KEPT, sheet_id=sheet_id, row_id=row_id)
    answers = in_page.BackToPage(request, next_url, sheet_id, row_id)
    try:
        baseline = read(request.user, sheet_id, row_ids=[row_id], about_to=Action.CHANGE, origin=Origin.FORM)
        baseline.gateway.require(Feature.CHANGE)
        row = baseline.row(row_id)
    except (GatewayError, NotRecorded) as error:
        problem = problem_of(error, doing=Doing.CHANGE)
        return answers.unread(problem) or remembered_page(request, problem, sheet_id=sheet_id, row_id=row_id)
    shared = shared_people.known(request.user, sheet_id)
    form = RowForm(request.POST, sheet=baseline.sheet, row=row, shared=shared, ask=_asking(request, baseline))
    return save_form(request, form, baseline, lambda cells: UpdateRow(row_id, cells), answers)


@drafts.kept_when_signed_out
@require_http_methods(["GET", "HEAD", "POST"])
@smartsheet_connected
def add_row(request: SmartsheetRequest, sheet_id: int) -> HttpResponse:
    """Show the form for a new row. POST adds the row at the bottom of the sheet."""
    try:
        baseline = read(request.user, sheet_id, about_to=_about_to(request, Action.ADD), origin=Origin.FORM)
        baseline.gateway.require(Feature.ADD)
    except (GatewayError, NotRecorded) as error:
        problem = problem_of(error, doing=doing(request, Doing.ADD))
        return remembered_page(request, problem, sheet_id=sheet_id, row_id=None)
    shared = shared_people.known(request.user, sheet_id)
    if request.method == "POST":
        form = RowForm(request.POST, sheet=baseline.sheet, shared=shared, ask=_asking(request, baseline))
        return save_form(request, form, baseline, AddRow, OwnPages(request, sheet_id))
    return row_page(request, RowForm(drafts.take(request), sheet=baseline.sheet, shared=shared))


@require_safe
@smartsheet_connected
def people(request: SmartsheetRequest, sheet_id: int) -> JsonResponse:
    """Return the people that the sheet is shared with, for the row form: {"people": [{"name", "email"}, …]}.

    If the sheet is shared so widely that some people are missing, `note` is a sentence that says so.
    """
    try:
        gateway = gateway_for(request.user)
        gateway.require(Feature.VIEW)
        found = shared_people.ask(gateway, request.user, sheet_id)
    except GatewayError as error:
        return JsonResponse({"people": []}, status=problem_of(error, doing=Doing.READ).status)
    people = [{"name": one.name, "email": one.email} for one in found.people]
    return JsonResponse({"people": people} | ({} if found.are_all else {"note": NOT_ALL_PEOPLE}))


@require_http_methods(["GET", "HEAD", "POST"])
@smartsheet_connected
def delete_row(request: SmartsheetRequest, sheet_id: int, row_id: int) -> HttpResponse:
    """Ask before deleting a row with all its child rows, at every level. POST deletes them.

    The field `rows` has the number of rows that the person agreed to delete. If the POST would now delete more or fewer
    rows, the page asks again.
    """
    if earlier := earlier_result(request):
        return repeated_page(request, earlier, Doing.DELETE, sheet_id=sheet_id)
    try:
        baseline = read(request.user, sheet_id, row_ids=[row_id], with_descendants=True)
        row = baseline.row(row_id)
    except GatewayError as error:
        is_gone = isinstance(error, NotFound) and request.method == "POST"  # perhaps this form deleted the row
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
        "child_rows": [sheet.label(one) for one in family[1:]],
        "why_not": baseline.gateway.why_not(Feature.DELETE) or why_not_deleted(sheet, row),
        "once": uuid4(),
    }
    if request.method != "POST":
        return render(request, "edits/delete_row.html", context)
    if request.POST.get("rows", str(count)) != str(count):
        return render(request, "edits/delete_row.html", context | {"was": request.POST["rows"]}, status=409)
    try:
        result = save(baseline, [DeleteRow(row_id)], key=one_time_key(request), origin=Origin.FORM)
    except (KeyReused, InProgress):
        return problem_page(request, already_sent(Doing.DELETE), sheet_id=sheet_id)
    except NotRecorded as error:
        return problem_page(request, problem_of(error, doing=Doing.DELETE), sheet_id=sheet_id)
    if result.rows[0].status is Status.FORBIDDEN:
        return render(request, "edits/delete_row.html", context, status=403)
    if result.error:
        return problem_page(request, problem_of(result.error, doing=Doing.DELETE), sheet_id=sheet_id)
    with_them = f" and {count - 1} child row{pluralize(count - 1)}" if count > 1 else ""
    return saved_page(request, result, sheet_id=sheet_id, text=f"“{sheet.label(row)}”{with_them} deleted")


def _asking(request: SmartsheetRequest, baseline: Baseline) -> Callable[[], tuple[Contact, ...]]:
    return partial(shared_people.ask_if_possible, baseline.gateway, request.user, baseline.sheet.id)


def _about_to(request: SmartsheetRequest, action: Action) -> Action | None:
    """Return the action that the request attempts; None if the request only opens a form."""
    return action if request.method == "POST" else None
