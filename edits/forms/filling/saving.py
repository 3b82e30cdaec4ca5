"""Saves a form that was filled in, and returns the next page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from edits.forms.designed_form import DesignedForm
from edits.forms.filling import prefill
from edits.forms.filling.keeping_drafts import forget_drafts
from edits.forms.filling.pages import forget_rows, form_page, plain_page, saved_redirect
from edits.forms.filling.reading import Filling
from edits.forms.filling.refusals import note_not_as_shown
from edits.saving import NotRecorded
from edits.widgets.problems import Problem, problem_of

NOTHING_CHANGED = "Nothing was sent: you changed nothing."
REPUBLISHED = Problem(
    status=409,
    title="This form was changed since you opened it",
    happened="The form's designer published a new version.",
    saved="Nothing was saved. What you typed is still in the form, except for fields that were removed.",
    advice="Check the form, and save it again.",
)
ALTERED = Problem(
    status=403,
    title="This form can't be saved like this",
    happened="The values that the link filled in were altered after this app sent them to your browser.",
    saved="Nothing was saved. What you typed is still in the form.",
    advice="Open the link to the form again.",
)


def save_sent(filling: Filling) -> HttpResponse:
    """Save a sent form if its version is current and its signed values are unaltered.

    Raises RowForbidden and NotRecorded.
    """
    if filling.request.POST.get("version", "") != str(filling.opened.form.version):
        return _not_as_shown(filling, REPUBLISHED)
    try:
        form = filling.sent_form()
    except prefill.Altered:
        return _not_as_shown(filling, ALTERED)
    return _save(filling, form)


def _save(filling: Filling, form: DesignedForm) -> HttpResponse:
    request, opened = filling.request, filling.opened
    result = form.save(reason=form.reason) if form.is_valid() else None
    if result is None:
        # If this form was sent twice, the first save perhaps changed the row so that it no longer fits the rule. The
        # page then shows the problem, and doesn't say that the row isn't one of the person's rows.
        if form.problem and form.row and form.may_edit(form.row):
            return plain_page(request, opened.form, form.problem, has_read=True)
        form.require_mine()
        return form_page(filling, form, form.problem, status=form.status)
    forget_rows(request, opened)
    forget_drafts(request, opened, filling.row_id)
    if not result.edit_ids:
        messages.info(request, NOTHING_CHANGED)
        return redirect(request.path)
    return saved_redirect(request, opened.form, result, left=form.left_rule)


def _not_as_shown(filling: Filling, problem: Problem) -> HttpResponse:
    """Show the current form, with what was typed. Record that the sent form was refused."""
    form = filling.form_as_sent()
    form.require_mine()
    try:
        note_not_as_shown(filling, form, problem.happened)
    except NotRecorded as error:
        problem = problem_of(error, doing=filling.doing)
    return form_page(filling, form, problem)
