"""What the pages of this app have in common: who acts, how a success is told, how a problem is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.html import format_html

from audit.recording import Actor
from edits.models import Submission
from edits.saving.services import Saved
from edits.widgets import drafts
from edits.widgets.problems import NOT_NOTED, Doing, Problem
from identity.middleware import SmartsheetRequest
from identity.tokens import revocation

ALREADY_DONE = "That was done the first time; nothing was sent again."


def actor_of(request: SmartsheetRequest) -> Actor:
    """The signed-in person, as the log is to remember them."""
    person = request.smartsheet_user
    if person is None:
        raise LookupError("Nobody is signed in.")  # smartsheet_required sees to it that somebody is
    return Actor(id=person.id, region=person.region, name=person.name, email=person.email)


def doing(request: SmartsheetRequest, what: Doing) -> Doing:
    """What a request is about: opening a form is reading, sending it is `what`."""
    return what if request.method == "POST" else Doing.READ


def once(request: SmartsheetRequest, make: Callable[[], Saved]) -> Saved:
    """Carry a form out if it was not before: its key works once. A program's form may go without one.

    Raises AlreadySent, NotRecorded, and what `make` raises.
    """
    key = _key(request)
    if key:
        Submission.objects.claim(key, digest=_digest(request.POST))
    saved = make()
    if key:
        Submission.objects.finish(key)
    return saved


def was_done(request: SmartsheetRequest) -> bool:
    """Whether this very form has been carried out already."""
    key = _key(request)
    return key is not None and Submission.objects.filter(key=key, is_done=True).exists()


def _key(request: SmartsheetRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("once", ""))
    except ValueError:
        return None


def _digest(data: QueryDict) -> str:
    """Of what was typed: nobody learns it from this, and the same is known again."""
    typed = sorted((name, values) for name, values in drafts.typed(data).lists())
    return salted_hmac("edits.widgets.pages.once", repr(typed), algorithm="sha256").hexdigest()


def saved_page(request: SmartsheetRequest, saved: Saved, *, sheet_id: int, text: str) -> HttpResponse:
    """Back to the sheet, where `text` says what was done, with the way to it in the log."""
    if not saved.is_noted:  # the database may be away, and with it the messages of the next page
        return problem_page(request, NOT_NOTED, sheet_id=sheet_id)
    if saved.edit_id:
        url = f"{reverse('audit:log')}?edit={saved.edit_id}"
        link = format_html('{} · <a class="alert-link" href="{}">view in log</a>', text, url)
        messages.success(request, link)
    else:
        messages.info(request, text)
    return redirect("edits:sheet", sheet_id)


def problem_page(request: SmartsheetRequest, problem: Problem, *, sheet_id: int | None = None) -> HttpResponse:
    """A page that is about nothing but the problem."""
    return render_problem(request, "edits/problem.html", {"sheet_id": sheet_id}, problem)


def render_problem(
    request: SmartsheetRequest, template: str, context: dict[str, Any], problem: Problem | None, *, status: int = 200
) -> HttpResponse:
    """Any page, with the problem on top and its status and headers; `status` is for a page without one."""
    if problem and problem.status == 401:
        revocation.follow_up(request.user.pk)
    context = {**context, "problem": problem, "next": request.path}
    response = render(request, template, context, status=problem.status if problem else status)
    if problem and problem.retry_after:
        response["Retry-After"] = str(problem.retry_after)
    if problem and problem.status == 401:
        response["WWW-Authenticate"] = "Smartsheet"  # a 401 has to name a way; browsers know none of this name
    return response
