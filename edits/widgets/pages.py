"""Contains code that several of this app's pages use: for the actor, for messages after a save, and for problems."""

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
from edits.widgets.problems import NOT_NOTED, Doing, Problem, already_sent, problem_of
from identity.middleware import SmartsheetRequest
from identity.tokens import revocation

ALREADY_DONE = "You sent this change twice. It was made only once, the first time."


def actor_of(request: SmartsheetRequest) -> Actor:
    """Return the signed-in person as an actor for the log."""
    person = request.smartsheet_user
    if person is None:
        raise LookupError("Nobody is signed in.")  # the decorator smartsheet_connected prevents this
    return Actor(id=person.id, region=person.region, name=person.name, email=person.email)


def doing(request: SmartsheetRequest, what: Doing) -> Doing:
    """Return what the person wants to do: `what` if the request is a POST, otherwise Doing.READ."""
    return what if request.method == "POST" else Doing.READ


def one_time_key(request: SmartsheetRequest) -> str:
    """Return the key that makes sure that a form is saved only once; "" if a program sent the form without a key."""
    return request.POST.get("once", "")


def earlier_result(request: SmartsheetRequest) -> Result | None:
    """Return the result of this form, if it was already saved."""
    with suppress(DatabaseError):  # saving will fail too, with a better message
        return idempotency.find(one_time_key(request), actor=actor_of(request))
    return None


def is_under_way(request: SmartsheetRequest) -> bool:
    """Whether an earlier request with this form is in progress, or ended without a result."""
    with suppress(DatabaseError):
        return idempotency.is_under_way(one_time_key(request), actor=actor_of(request))
    return False


def repeat_of(request: SmartsheetRequest, what: Doing, *, sheet_id: int) -> HttpResponse | None:
    """Return the page for a form that was already sent. The page shows the result, or says that the save is in
    progress. For a new form, return None.
    """
    if earlier := earlier_result(request):
        return repeated_page(request, earlier, what, sheet_id=sheet_id)
    if is_under_way(request):
        return problem_page(request, already_sent(what), sheet_id=sheet_id)
    return None


def saved_page(
    request: SmartsheetRequest, result: Result | None, *, sheet_id: int, text: str, next_url: str = ""
) -> HttpResponse:
    """Redirect to `next_url`, or to the sheet, with a message `text` and a link to the log."""
    if result and not result.is_logged:  # if the database is down, the next page can't show a message
        return problem_page(request, NOT_NOTED, sheet_id=sheet_id)
    if result and result.is_repeat:
        messages.info(request, ALREADY_DONE)
    elif result and result.edit_ids:
        url = f"{reverse('audit:log')}?edit={result.edit_ids[0]}"
        link = format_html('{} · <a class="alert-link" href="{}">view in log</a>', text, url)
        messages.success(request, link)
    else:
        messages.info(request, text)
    return redirect(next_url) if next_url else redirect("edits:sheet", sheet_id)


def repeated_page(request: SmartsheetRequest, earlier: Result, doing: Doing, *, sheet_id: int) -> HttpResponse:
    """Return the page for a form that is sent a second time. The page says that the change was saved, that it was not
    saved, or that the outcome is still unknown.
    """
    if earlier.error:
        return problem_page(request, problem_of(earlier.error, doing=doing), sheet_id=sheet_id)
    return saved_page(request, earlier, sheet_id=sheet_id, text=ALREADY_DONE)


def problem_page(request: SmartsheetRequest, problem: Problem, *, sheet_id: int | None = None) -> HttpResponse:
    """Return a page with only the problem."""
    return render_problem(request, "edits/problem.html", {"sheet_id": sheet_id}, problem)


def render_problem(
    request: SmartsheetRequest, template: str, context: dict[str, Any], problem: Problem | None, *, status: int = 200
) -> HttpResponse:
    """Return a page with the problem at the top. The response has the HTTP status and headers of the problem. If there
    is no problem, its status is `status`.
    """
    context = {**context, "problem": problem, "next": request.path}
    response = render(request, template, context, status=problem.status if problem else status)
    if problem:
        add_headers(request, response, problem)
    return response


def add_headers(request: SmartsheetRequest, response: HttpResponse, problem: Problem) -> None:
    """Add the headers of a problem to its page. If the person must sign in again, find out whether Smartsheet has
    revoked their token.
    """
    if problem.retry_after:
        response["Retry-After"] = str(problem.retry_after)
    if problem.status == 401:
        revocation.follow_up(request.user.pk)
        response["WWW-Authenticate"] = "Smartsheet"  # required with 401; browsers ignore unknown methods
