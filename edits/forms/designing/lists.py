"""The pages on which designers list forms, make new forms or copies of forms, and delete drafts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.recording import NotRecorded
from edits.features import Feature
from edits.forms.definition import Definition
from edits.forms.designing import takeover
from edits.forms.designing.access import designers_only, sheet_of, with_sheet
from edits.forms.designing.settings_forms import TEXT
from edits.forms.models import LONGEST_SLUG, RESERVED, FormDefinition, FormState, check_slug
from edits.gateway.client import gateway_for
from edits.gateway.errors import GatewayError
from edits.saving import Baseline
from edits.sheets import openable_sheets
from edits.sheets.sheet import SheetSummary
from edits.widgets.pages import actor_of, problem_page
from edits.widgets.problems import Doing, Problem, problem_of
from edits.widgets.renderer import RENDERER
from identity.middleware import SmartsheetRequest


@dataclass(frozen=True, slots=True)
class ListedForm:
    """A form in the list. `why_taken_over` says why this person can take the form over; "" if they can't."""

    form: FormDefinition
    sheet_name: str
    can_open: bool
    is_mine: bool
    why_taken_over: str = ""


class NewForm(forms.Form):
    """The title and the address of a new form."""

    default_renderer = RENDERER
    title = forms.CharField(max_length=200, widget=forms.TextInput(TEXT | {"autofocus": True, "data-title": ""}))
    slug = forms.CharField(
        label="Address",
        required=False,
        max_length=LONGEST_SLUG,
        widget=forms.TextInput(TEXT | {"data-slug": "", "autocomplete": "off"}),
        help_text="The last part of the address that you share. If it is empty, this app makes it from the title.",
    )

    def clean(self) -> dict[str, Any]:
        slug = self.cleaned_data.get("slug", "").strip().lower() or free_slug(self.cleaned_data.get("title", ""))
        try:
            check_slug(slug)
            if FormDefinition.objects.filter(slug=slug).exists():
                raise ValidationError(f"Another form has this address. {free_slug(slug)} is free.")
        except ValidationError as error:
            if "slug" not in self.errors and "title" not in self.errors:
                self.add_error("slug", error)
        return self.cleaned_data | {"slug": slug}


@require_safe
@designers_only
def forms_page(request: SmartsheetRequest) -> HttpResponse:
    """List all forms of the person's region. People can open a form in the list only if they can open the form's sheet
    now.
    """
    problem = None
    names: dict[int, str] = {}
    try:
        names = {sheet.id: sheet.name for sheet in _sheets(request)}
    except GatewayError as error:
        problem = problem_of(error, doing=Doing.READ)
    # Unlike select_related(), this makes one object per designer, so the designer's token and roles are read only once.
    found = FormDefinition.objects.filter(region=actor_of(request).region).prefetch_related("designer__user")
    listed = [_listed(request, form, names, is_known=problem is None) for form in found]
    context = {
        "mine": [one for one in listed if one.is_mine],
        "others": [one for one in listed if not one.is_mine],
        "problem": problem,
    }
    return render(request, "edits/forms_designing/forms.html", context)


@require_safe
@designers_only
def choose_sheet(request: SmartsheetRequest) -> HttpResponse:
    """Let the designer choose the sheet of a new form. ?q= searches the names of sheets."""
    query = request.GET.get("q", "").strip()
    try:
        found = _sheets(request)
    except GatewayError as error:
        return problem_page(request, problem_of(error, doing=Doing.READ))
    named = sorted(
        (sheet for sheet in found if query.casefold() in sheet.name.casefold()), key=lambda sheet: sheet.name.casefold()
    )
    context = {"sheets": named, "query": query, "count": len(found)}
    return render(request, "edits/forms_designing/choose_sheet.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@designers_only
def new_form(request: SmartsheetRequest, sheet_id: int) -> HttpResponse:
    """Ask for the title and the address of a new form. POST makes the form's draft."""
    baseline = sheet_of(request, sheet_id)
    if isinstance(baseline, HttpResponse):
        return baseline
    sheet = baseline.sheet
    entered = NewForm(request.POST if request.method == "POST" else None, auto_id="new_%s")
    if entered.is_valid():
        definition = Definition(title=entered.cleaned_data["title"])
        values = {"sheet_id": sheet_id, "sheet_name": sheet.name, "slug": entered.cleaned_data["slug"]}
        form = _create(request, definition, **values)
        if isinstance(form, Problem):
            return problem_page(request, form)
        if form:
            return redirect("forms:design", form.pk)
        entered.add_error("slug", "Another form has just got this address. Choose another one.")
    context = {"sheet": sheet, "entered": entered}
    status = 422 if entered.errors else 200
    return render(request, "edits/forms_designing/new_form.html", context, status=status)


@require_POST
@with_sheet
def duplicate(request: SmartsheetRequest, form: FormDefinition, baseline: Baseline) -> HttpResponse:
    """Make a new draft with the content of this form."""
    sheet = baseline.sheet
    content = form.draft | {"title": f"Copy of {form.draft.get('title', '')}"[:200]}
    values = {"sheet_id": form.sheet_id, "sheet_name": sheet.name, "time_zone": form.time_zone}
    copied = _create(request, Definition.parse(content), slug=free_slug(f"{form.slug}-copy"), **values)
    if copied is None or isinstance(copied, Problem):
        messages.error(
            request, "The form was not copied: the audit log can’t be written, or another form has the copy’s address."
        )
        return redirect("forms:designed")
    messages.success(request, f"This is a copy of “{form.title}”. Nobody can fill it in before you publish it.")
    return redirect("forms:design", copied.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@with_sheet
def delete(request: SmartsheetRequest, form: FormDefinition, _baseline: Baseline) -> HttpResponse:
    """Ask before deleting a draft that was never published. POST deletes it."""
    is_draft = form.state == FormState.DRAFT and form.version == 0
    if request.method != "POST" or not is_draft:
        status = 409 if request.method == "POST" else 200
        return render(request, "edits/forms_designing/delete.html", {"form": form, "is_draft": is_draft}, status=status)
    title = form.title
    try:
        form.remove(actor=actor_of(request))
    except NotRecorded as error:
        return problem_page(request, problem_of(error, doing=Doing.DELETE))
    messages.success(request, f"The draft “{title}” was deleted.")
    return redirect("forms:designed")


def free_slug(text: str) -> str:
    """Return an address that no form has yet. It is made from `text`, such as the title of a form."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub("[^a-z0-9]+", "-", plain).strip("-")[: LONGEST_SLUG - 4].strip("-") or "form"
    used = set(FormDefinition.objects.filter(slug__startswith=slug).values_list("slug", flat=True)) | RESERVED
    return next(one for one in (slug, *(f"{slug}-{n}" for n in range(2, 1000))) if one not in used)


def _create(request: SmartsheetRequest, definition: Definition, **values: Any) -> FormDefinition | Problem | None:
    """Store a draft, and return the form. Return None if another form got the same address in the meantime. Return a
    Problem if the log can't be written.
    """
    actor = actor_of(request)
    person: Any = request.user
    try:
        return FormDefinition.objects.create(
            region=actor.region, designer=person.smartsheet, draft=definition.to_json(), **values
        )
    except IntegrityError:
        return None
    except NotRecorded as error:
        return problem_of(error, doing=Doing.ADD)


def _sheets(request: SmartsheetRequest) -> list[SheetSummary]:
    """Return the sheets that the person can open now. Raises GatewayError."""
    gateway = gateway_for(request.user)
    gateway.require(Feature.VIEW)
    found = [SheetSummary.parse(raw) for raw in gateway.sheets()]
    openable_sheets.note(request.user, (sheet.id for sheet in found))
    return found


def _listed(request: SmartsheetRequest, form: FormDefinition, names: dict[int, str], *, is_known: bool) -> ListedForm:
    can_open = form.sheet_id in names
    is_mine = form.designer is not None and form.designer.user_id == request.user.pk
    why = takeover.why(form) if can_open and not is_mine else ""
    return ListedForm(form, names.get(form.sheet_id, form.sheet_name), can_open or not is_known, is_mine, why)
