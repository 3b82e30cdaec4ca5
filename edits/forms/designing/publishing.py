"""The pages on which designers check and publish a form, get its link, and close it."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.recording import NotRecorded
from edits.forms.definition import Definition
from edits.forms.designing.access import is_designer, sheet_of, with_form, with_sheet
from edits.forms.designing.checks import Finding, check, check_people, check_rows
from edits.forms.designing.differences import differences
from edits.forms.designing.matching_rows import Matching, matching_rows
from edits.forms.designing.people_access import lacking_access, shares_of
from edits.forms.filters import FilterGone
from edits.forms.models import ChangedMeanwhile, FormDefinition, FormState
from edits.forms.row_rules import known_as, missing_columns, today_of
from edits.gateway.client import gateway_for
from edits.gateway.errors import GatewayError
from edits.saving import Baseline
from edits.sheets.sheet import Sheet
from edits.widgets.pages import actor_of, problem_page
from edits.widgets.problems import Doing, problem_of
from identity.middleware import SmartsheetRequest

CHANGED = "Another designer has just saved this form. Nothing was published. Check the form, then publish it."


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks found, and how many rows fit the rule."""

    findings: tuple[Finding, ...]
    matching: Matching | None

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.is_error)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if not one.is_error)


@require_http_methods(["GET", "HEAD", "POST"])
@with_sheet
def publish(request: SmartsheetRequest, form: FormDefinition, baseline: Baseline) -> HttpResponse:
    """Show what is wrong with the draft, and what publishing would change. POST publishes the draft if it has no
    errors.
    """
    sheet = baseline.sheet
    definition = form.draft_definition
    try:
        checked = check_all(request, form, definition, sheet)
    except GatewayError as error:
        return problem_page(request, problem_of(error, doing=Doing.READ))
    status, problem = 200, ""
    if request.method == "POST":
        status, problem = _publish(request, form, checked)
        if not problem:
            return redirect("forms:publish", form.pk)
    titles = {column.id: column.title for column in sheet.columns}
    context = {
        "form": form,
        "sheet": sheet,
        "checked": checked,
        "differences": differences(form.definition, definition, titles) if form.definition else [],
        "address": address_of(request, form),
        "is_published_as_saved": form.published == form.draft,
        "problem": problem,
    }
    return render(request, "edits/forms_designing/publish.html", context, status=status)


def check_all(request: SmartsheetRequest, form: FormDefinition, definition: Definition, sheet: Sheet) -> Checked:
    """Carry out all checks, with the designer's token. Raises GatewayError."""
    gateway = gateway_for(request.user)
    filters = gateway.filters(form.sheet_id) if definition.filter else []
    found = check(form, definition, sheet, filters=filters)
    matching = None
    if not missing_columns(sheet, definition.rule):
        me, today = known_as(gateway.owner), today_of(gateway.owner)
        with suppress(FilterGone):  # one of the findings says that the filter is gone
            matching = matching_rows(gateway, sheet, definition, me=me, today=today)
    people = lacking_access(definition, shares_of(gateway, form.sheet_id), region=form.region)
    return Checked((*found, *check_rows(definition, matching), *check_people(people, sheet.access)), matching)


def _publish(request: SmartsheetRequest, form: FormDefinition, checked: Checked) -> tuple[int, str]:
    """Publish the form. Return the HTTP status, and a sentence that says why the form wasn't published. The sentence is
    "" if the form was published.
    """
    if checked.errors:
        return 422, "The form wasn’t published. Correct these errors first."
    if request.POST.get("seen") != str(form.revision):
        return 409, CHANGED
    try:
        form.publish(seen=form.revision, actor=actor_of(request))
    except ChangedMeanwhile:
        return 409, CHANGED
    except NotRecorded:
        return 503, "The audit log can’t be written, so nothing was published. Try again in a moment."
    messages.success(request, f"Version {form.version} is published. People can fill it in now.")
    return 200, ""


@require_POST
@with_form
def close(request: SmartsheetRequest, form: FormDefinition) -> HttpResponse:
    """Close the form, so that nobody can fill it in any more. The form's designer can do so even if the sheet was
    deleted.
    """
    baseline = sheet_of(request, form.sheet_id)
    if isinstance(baseline, HttpResponse) and not is_designer(request, form):
        return baseline
    try:
        if form.state == FormState.PUBLISHED:
            form.close(seen=form.revision, actor=actor_of(request))
            messages.success(request, "The form is closed. Nobody can fill it in any more.")
    except ChangedMeanwhile:
        messages.error(request, "Another designer has just saved this form, so it was not closed. Try again.")
    except NotRecorded as error:
        return problem_page(request, problem_of(error, doing=Doing.READ))
    return redirect("forms:designed") if isinstance(baseline, HttpResponse) else redirect("forms:publish", form.pk)


@require_safe
@with_form
def qr_code(request: SmartsheetRequest, form: FormDefinition) -> HttpResponse:
    """Return the address of the form as a QR code in SVG."""
    out = io.BytesIO()
    segno.make(address_of(request, form), error="m").save(out, kind="svg", scale=6, border=4, light="white")
    return HttpResponse(
        out.getvalue(),
        content_type="image/svg+xml",
        headers={"Content-Disposition": f'inline; filename="{form.slug}.svg"'},
    )


def address_of(request: SmartsheetRequest, form: FormDefinition) -> str:
    """Return the address at which people fill in the form."""
    return request.build_absolute_uri(reverse("forms:rows", args=[form.slug]))
