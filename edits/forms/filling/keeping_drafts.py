"""Stores drafts: what people have typed into a form, but not saved. A draft is kept until the person saves the form."""

from __future__ import annotations

from contextlib import suppress

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect

from edits.forms.filling.opening import OpenForm
from edits.forms.form_drafts import FormDraft, TooLarge
from edits.widgets import drafts
from edits.widgets.problems import ANOTHER_AUTHOR
from identity.middleware import SmartsheetRequest
from identity.models import SmartsheetUser
from identity.profiles import readers

KEEP, DISCARD = "keep_draft", "discard_draft"  # the buttons' names
TOO_LARGE = "The draft wasn't saved: it has too much text."
NOT_KEPT = "The draft wasn't saved, because this app's database didn't answer. Try again in a moment."
DISCARDED = "The draft was discarded."


def draft_answer(request: SmartsheetRequest, opened: OpenForm, row_id: int | None) -> HttpResponse:
    """Make a draft from the values that were sent, or discard the draft. A script gets JSON with a sentence about what
    was done. A browser gets the form's page.
    """
    text, is_kept = _kept(request, opened, row_id)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"text": text, "is_kept": is_kept}, status=200 if is_kept else 409)
    (messages.success if is_kept else messages.error)(request, text)
    return redirect(request.path)


def stored_draft(request: SmartsheetRequest, opened: OpenForm, row_id: int | None) -> FormDraft | None:
    """Return this person's draft for the row; None if there is none."""
    with suppress(DatabaseError):
        return FormDraft.objects.of(_person(request), opened.form, row_id).first()
    return None


def forget_drafts(request: SmartsheetRequest, opened: OpenForm, row_id: int | None) -> None:
    """Delete the drafts of a form that was saved. If the database fails during this call, the drafts are deleted after
    30 days.
    """
    drafts.take(request)
    with suppress(DatabaseError):
        FormDraft.objects.of(_person(request), opened.form, row_id).delete()


def _kept(request: SmartsheetRequest, opened: OpenForm, row_id: int | None) -> tuple[str, bool]:
    """Keep or discard the draft. Return two values: a sentence for the person, and True on success."""
    if request.POST.get("author", drafts.author(request)) != drafts.author(request):
        return f"{ANOTHER_AUTHOR.title}. The draft wasn't saved.", False
    person = _person(request)
    try:
        if DISCARD in request.POST:
            FormDraft.objects.of(person, opened.form, row_id).delete()
            return DISCARDED, True
        draft = FormDraft.objects.keep(person, opened.form, row_id, typed=request.POST)
    except TooLarge:
        return TOO_LARGE, False
    except DatabaseError:
        return NOT_KEPT, False
    return f"Draft saved at {readers.current().local_time_of_day(draft.saved_at)}", True


def _person(request: SmartsheetRequest) -> SmartsheetUser:
    person: SmartsheetUser = request.user.smartsheet  # type: ignore[union-attr] # smartsheet_connected guarantees it
    return person
