"""What the pages of this app have in common: who acts, how a success is told, how a problem is."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html

from audit.recording import Actor
from edits.saving import Result, idempotency
from edits.widgets.problems import ALREADY_SENT, NOT_NOTED, Doing, Problem, problem_of
from identity.middleware import SmartsheetRequest
from identity.tokens import revocation

ALREADY_DONE = "That was done the first time; nothing was sent again."


def actor_of(request: SmartsheetRequest) -> Actor:
    """The signed-in person, as the log is to remember them."""
    person = request.smartsheet_user
    if person is None:
        raise LookupError("Nobody is signed in.")  # smartsheet_connected sees to it that somebody is
    return Actor(id=person.id, region=person.region, name=person.name, email=person.email)


def doing(request: SmartsheetRequest, what: Doing) -> Doing:
    """What a request is about: opening a form is reading, sending it is `what`."""
    return what if request.method == "POST" else Doing.READ


def one_time_key(request: SmartsheetRequest) -> str:
    """The key by which a form is carried out once. A program's form may go without one."""
    return request.POST.get("once", "")


def earlier_result(request: SmartsheetRequest) -> Result | None:
    """What came of this very form, if it has been carried out already."""
    with suppress(DatabaseError):  # then nothing can be saved either, which is said in better words
        return idempotency.find(one_time_key(request), actor=actor_of(request))
    return None


def repeat_of(request: SmartsheetRequest, what: Doing, *, sheet_id: int) -> HttpResponse | None:
    """The page for a form that was sent before: what came of it, or that it's on its way; None if it's new."""
    if earlier := earlier_result(request):
        return repeated_page(request, earlier, what, sheet_id=sheet_id)
    with suppress(DatabaseError):
        if idempotency.is_under_way(one_time_key(request), actor=actor_of(request)):
            return problem_page(request, ALREADY_SENT, sheet_id=sheet_id)
    return None


def saved_page(request: SmartsheetRequest, result: Result | None, *, sheet_id: int, text: str) -> HttpResponse:
    """Back to the sheet, where `text` says what was done, with the way to it in the log."""
    if result and not result.is_logged:  # the database may be away, and with it the messages of the next page
        return problem_page(request, NOT_NOTED, sheet_id=sheet_id)
    if result and result.is_repeat:
        messages.info(request, ALREADY_DONE)
    elif result and result.edit_ids:
        url = f"{reverse('audit:log')}?edit={result.edit_ids[0]}"
        link = format_html('{} · <a class="alert-link" href="{}">view in log</a>', text, url)
        messages.success(request, link)
    else:
        messages.info(request, text)
    return redirect("edits:sheet", sheet_id)


def repeated_page(request: SmartsheetRequest, earlier: Result, doing: Doing, *, sheet_id: int) -> HttpResponse:
    """What came of a form that is sent a second time: done, or still not known."""
    if earlier.error:
        return problem_page(request, problem_of(earlier.error, doing=doing), sheet_id=sheet_id)
    return saved_page(request, earlier, sheet_id=sheet_id, text=ALREADY_DONE)


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
