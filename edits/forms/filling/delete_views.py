"""Asks before a row is deleted with a form, and then deletes it. The form must allow deletions."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import pluralize
from django.views.decorators.http import require_http_methods

from audit.vocabulary import Action, Origin
from edits.features import Feature
from edits.forms.definition import Allow
from edits.forms.designed_form import NOT_YOURS
from edits.forms.filling.opening import NotOpen, OpenForm, open_form
from edits.forms.filling.pages import forget_rows, no_filter_page, not_open_page, plain_page, read_problem
from edits.forms.filters import FilterGone, applying, require_applied
from edits.gateway.client import gateway_for
from edits.gateway.errors import GatewayError, NotFound
from edits.saving import Baseline, DeleteRow, InProgress, KeyReused, NotRecorded, Result, Status, read, refuse, save
from edits.sheets.rights import why_not_deleted
from edits.widgets.pages import ALREADY_DONE, doing, earlier_result, is_under_way, one_time_key
from edits.widgets.problems import NOT_NOTED, Doing, already_sent
from identity.decorators import smartsheet_connected
from identity.middleware import SmartsheetRequest

CHILD_ROWS_NOT_YOURS = "This row's child rows would be deleted too, but some of them aren't yours in this form."


@require_http_methods(["GET", "HEAD", "POST"])
@smartsheet_connected
def delete(request: SmartsheetRequest, slug: str, row_id: int) -> HttpResponse:
    """Ask before deleting a row with all its child rows, at every level. POST deletes them.

    The field `rows` has the number of rows that the person agreed to delete. If the POST would delete more or fewer
    rows than that, the page asks again.
    """
    try:
        opened = open_form(request, slug)
        opened.require(Allow.DELETE)
    except NotOpen as refused:
        return not_open_page(request, refused, row_id=row_id, action=Action.DELETE)
    if earlier := earlier_result(request):
        return _repeated(request, opened, earlier)
    try:
        about_to = Action.DELETE if request.method == "POST" else None
        with applying(partial(gateway_for, request.user), opened.form.sheet_id, opened.definition.filter):
            baseline = read(
                request.user,
                opened.form.sheet_id,
                row_ids=[row_id],
                with_descendants=True,
                about_to=about_to,
                origin=Origin.FORM,
                via=opened.via,
                filter_id=opened.definition.filter_id,
            )
        require_applied(baseline.sheet.rows, opened.definition.filter)
        baseline.row(row_id)  # raises NotFound
        return _answer(request, opened, baseline, row_id, why_not=_why_not(request, opened, baseline, row_id))
    except NotFound as error:
        if earlier := earlier_result(request):
            return _repeated(request, opened, earlier)
        if is_under_way(request):
            return plain_page(request, opened.form, already_sent(Doing.DELETE), has_read=True)
        return _problem_page(request, opened, error)
    except (KeyReused, InProgress):
        return plain_page(request, opened.form, already_sent(Doing.DELETE), has_read=True)
    except FilterGone as error:
        return no_filter_page(request, opened, error, row_id=row_id, action=Action.DELETE)
    except (GatewayError, NotRecorded) as error:
        return _problem_page(request, opened, error)


def _why_not(request: SmartsheetRequest, opened: OpenForm, baseline: Baseline, row_id: int) -> str:
    """Return why the person can't delete the row; "" if they can. If the form refuses a POST, record the attempt.
    Raises NotRecorded.
    """
    sheet = baseline.sheet
    row, *child_rows = sheet.family(row_id)
    why = "" if opened.is_mine(sheet, row) else NOT_YOURS
    if not why and not all(opened.is_mine(sheet, one) for one in child_rows):
        why = CHILD_ROWS_NOT_YOURS
    if why and request.method == "POST":
        refuse(baseline, DeleteRow(row_id), why, origin=Origin.FORM, via=opened.via)
    return why or baseline.gateway.why_not(Feature.DELETE) or why_not_deleted(sheet, row)


def _answer(
    request: SmartsheetRequest, opened: OpenForm, baseline: Baseline, row_id: int, *, why_not: str
) -> HttpResponse:
    """If the person has agreed, delete the row. Otherwise ask the person. Raises what edits.saving.save raises. If
    Smartsheet didn't delete the row, raises the row's error.
    """
    sheet = baseline.sheet
    family = sheet.family(row_id)
    context = {
        "form_title": opened.definition.title,
        "slug": opened.form.slug,
        "row_id": row_id,
        "label": "this row" if why_not == NOT_YOURS else f"“{sheet.label(family[0])}”",
        "count": len(family),
        "child_rows": [sheet.label(one) for one in family[1:]],
        "why_not": why_not,
        "once": uuid4(),
    }
    template = "edits/forms_filling/delete.html"
    is_outside = why_not in {NOT_YOURS, CHILD_ROWS_NOT_YOURS}
    if request.method != "POST" or is_outside:
        return render(request, template, context, status=403 if is_outside else 200)
    if request.POST.get("rows", str(len(family))) != str(len(family)):
        return render(request, template, context | {"was": request.POST["rows"]}, status=409)
    result = save(baseline, [DeleteRow(row_id)], key=one_time_key(request), origin=Origin.FORM, via=opened.via)
    if result.rows[0].status is Status.FORBIDDEN:
        return render(request, template, context, status=403)
    result.raise_error()
    if not result.is_logged:
        return plain_page(request, opened.form, NOT_NOTED, has_read=True)
    count = len(family) - 1
    with_them = f" and {count} child row{pluralize(count)}" if count else ""
    return _gone(request, opened, f"{context['label']}{with_them} deleted.")


def _repeated(request: SmartsheetRequest, opened: OpenForm, earlier: Result) -> HttpResponse:
    if earlier.error:
        return _problem_page(request, opened, earlier.error)
    return _gone(request, opened, ALREADY_DONE)


def _gone(request: SmartsheetRequest, opened: OpenForm, text: str) -> HttpResponse:
    forget_rows(request, opened)
    messages.success(request, text)
    return redirect("forms:rows", opened.form.slug)


def _problem_page(request: SmartsheetRequest, opened: OpenForm, error: GatewayError | NotRecorded) -> HttpResponse:
    problem = read_problem(error, doing=doing(request, Doing.DELETE))
    return plain_page(request, opened.form, problem)
