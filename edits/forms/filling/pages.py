"""Shows the page of one row of a form, and pages that say why a row can't be filled in."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.db import DatabaseError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.http import urlencode

from audit.vocabulary import Action
from edits.forms import my_rows
from edits.forms.definition import Allow, Audience, InvalidDefinition
from edits.forms.designed_form import DesignedForm
from edits.forms.filling import prefill
from edits.forms.filling.keeping_drafts import DISCARD, KEEP
from edits.forms.filling.live_rules import live_rules
from edits.forms.filling.opening import NotOpen, OpenForm, is_in_audience
from edits.forms.filling.reading import Filling
from edits.forms.filling.refusals import note_refused
from edits.forms.filters import FilterGone
from edits.forms.models import FormDefinition
from edits.forms.my_rows import Place
from edits.gateway.errors import GatewayError, NotFound
from edits.saving import NotRecorded, Result, Status
from edits.sheets.openable_sheets import Unknown, openable_sheets
from edits.sheets.reading import NO_ROW
from edits.sheets.rights import why_no_edits
from edits.widgets import drafts, posted
from edits.widgets.pages import earlier_result, render_problem
from edits.widgets.problems import NOT_NOTED, Doing, Problem, problem_of
from identity.middleware import SmartsheetRequest

SAVED_BEFORE = "You sent this form before. It was saved that time, and nothing was saved this time."
NO_FILTER = "This form can't show you its rows"
NO_SHEET = "You fill in this form with your own access to its sheet, and Smartsheet doesn't let you open that sheet."
SHARE = "Ask the sheet's owner to share the sheet with you as an editor."


def form_page(
    filling: Filling,
    form: DesignedForm,
    problem: Problem | None = None,
    *,
    status: int = 200,
    unusable: tuple[str, ...] = (),
    place: Place | None = None,
) -> HttpResponse:
    """Return the row's page, with the problem at the top if there is one. `unusable` has sentences about invalid values
    in the address. `place` is where the row is among the person's rows.
    """
    request, opened = filling.request, filling.opened
    if problem and problem.is_sign_in and request.method == "POST":
        drafts.keep(request)
    cells = list(form.designed_cells())
    context: dict[str, Any] = {
        "definition": opened.definition,
        "opened": opened,
        "form": form,
        "cells": cells,
        "why_no_edits": why_no_edits(form.sheet.access),
        "can_save": any(cell.bound or cell.is_given for cell in cells),
        "can_delete": Allow.DELETE in opened.definition.allow,
        "sheet": form.sheet,
        "row": form.row,
        "label": form.label,
        "snapshot": form.snapshot,
        "once": form.once,
        "author": filling.author,
        "version": opened.form.version,
        "prefill": prefill.signed(form.given, opened, author=filling.author, row_id=filling.row_id),
        "unusable": unusable,
        "rules": live_rules(form),
        "place": place,
        "next_row": place.next if place else request.POST.get("next_row", ""),
        "is_restored": form.is_typed_before,
        "draft_saved_at": form.draft_saved_at,
    }
    said = problem and _with_earlier_save(request, problem)
    return render_problem(request, "edits/forms_filling/row.html", context, said, status=status)


def not_open_page(
    request: SmartsheetRequest, refused: NotOpen, *, row_id: int | None = None, action: Action = Action.CHANGE
) -> HttpResponse:
    """Return a page that says why the person can't fill in the form. If the person has sent the form, record this
    attempt. The page then also shows what the person typed.
    """
    problem = refused.problem
    if request.method == "POST" and KEEP not in request.POST and DISCARD not in request.POST:
        try:
            note_refused(request, refused.form, problem.happened or problem.title, row_id=row_id, action=action)
        except NotRecorded as error:
            problem = problem_of(error, doing=Doing(action.value))
    return plain_page(request, refused.form, problem)


def no_filter_page(
    request: SmartsheetRequest, opened: OpenForm, error: FilterGone, *, row_id: int | None, action: Action
) -> HttpResponse:
    """Return a page that says that Smartsheet doesn't apply the form's filter for this person. If the person has sent
    the form, record this attempt.
    """
    is_sent = request.method == "POST"
    saved = "Nothing was saved." if is_sent else ""
    problem = Problem(403, NO_FILTER, error.message, saved, "Ask the person who designed the form.")
    return not_open_page(request, NotOpen(opened.form, problem), row_id=row_id, action=action)


def plain_page(
    request: SmartsheetRequest, form: FormDefinition, problem: Problem, *, has_read: bool = False
) -> HttpResponse:
    """Return a page that has the problem and what the person typed, but not the form.

    Only people who could fill in the form see its title and the labels of its fields. `has_read` is true if Smartsheet
    has just let the person read the form's sheet.
    """
    is_insider = has_read or could_fill_in(request, form)
    typed = typed_values(request.POST, form)
    context = {
        "form_title": form.title if is_insider else "Form",
        "typed": typed if is_insider else [(f"Field {number}", text) for number, (_, text) in enumerate(typed, 1)],
        "is_list_offered": form.is_open,
        "slug": form.slug,
    }
    return render_problem(request, "edits/forms_filling/not_open.html", context, _with_earlier_save(request, problem))


def _with_earlier_save(request: SmartsheetRequest, problem: Problem) -> Problem:
    """Return the problem. If the person sent the same form before, and this app saved it that time, change the
    problem's sentence about saving. This sentence normally says that nothing was saved.
    """
    is_failure = request.method == "POST" and problem is not NOT_NOTED
    earlier = earlier_result(request) if is_failure else None
    is_saved = earlier is not None and any(row.status is Status.SAVED for row in earlier.rows)
    return replace(problem, saved=SAVED_BEFORE) if is_saved else problem


def could_fill_in(request: SmartsheetRequest, form: FormDefinition) -> bool:
    """Whether this person could fill in the form if the form were open. If the form is for listed people, the person
    must be listed. Otherwise the person must be able to open the form's sheet. If it is unknown which sheets the person
    can open, the result is False.
    """
    person = request.smartsheet_user
    try:
        definition = form.definition
    except InvalidDefinition:
        return False
    if person is None or definition is None or form.region != person.region or not is_in_audience(definition, person):
        return False
    if definition.audience is Audience.LISTED:
        return True
    sheets = openable_sheets(request.user, is_waiting=True)
    return not isinstance(sheets, Unknown) and form.sheet_id in sheets


def forget_rows(request: SmartsheetRequest, opened: OpenForm) -> None:
    """Make this app read the sheet again before it next lists the person's rows. Call this function after the person
    has changed a row.
    """
    if request.smartsheet_user:
        my_rows.forget(request.smartsheet_user, opened.form.sheet_id)


def read_problem(error: GatewayError | NotRecorded, *, doing: Doing) -> Problem:
    """Return what the page says if the form's sheet or row can't be read."""
    problem = problem_of(error, doing=doing)
    if not isinstance(error, NotFound) or error.message == NO_ROW:
        return problem
    saved = "" if doing is Doing.READ else problem.saved
    return replace(
        problem, status=403, title="You can't open this form's sheet", happened=NO_SHEET, saved=saved, advice=SHARE
    )


def saved_redirect(request: SmartsheetRequest, form: FormDefinition, result: Result, *, left: bool) -> HttpResponse:
    """Redirect to the page that says what was saved. `left` says whether the row no longer belongs to the person."""
    if not result.is_logged:  # the database is down, so the page with the saved changes can't be shown
        return plain_page(request, form, NOT_NOTED, has_read=True)
    (row,) = result.rows
    answer = redirect("forms:saved", form.slug, row.row_id or 0, result.edit_ids[0])
    next_row = request.POST.get("next_row", "")
    query = {"left": "1" if left else "", "next": next_row if next_row.isdecimal() and len(next_row) < 20 else ""}
    if any(query.values()):
        answer["Location"] += "?" + urlencode({name: value for name, value in query.items() if value})
    return answer


def typed_values(data: QueryDict, form: FormDefinition) -> list[tuple[str, str]]:
    """Return what was typed into a sent form, as pairs of a field's label and the typed text."""
    with suppress(ValueError, DatabaseError):  # InvalidDefinition is a ValueError
        definition = form.definition
        fields = definition.fields if definition else ()
        found = []
        for field in fields:
            name = f"col-{field.column_id}"
            texts = [text for text in (*data.getlist(name), data.get(f"{posted.OTHER}{name}", "")) if text]
            if texts and not posted.is_same(texts, posted.remembered(data.get(f"initial-{name}", ""))):
                found.append((field.name, ", ".join(texts)))
        return found
    return []
