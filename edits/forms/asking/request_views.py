"""The pages of the update requests that a person has sent and received."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from audit.access import reader_of
from audit.read_logging import note_reading
from edits.forms.asking import requests
from edits.forms.asking.answers import counts_of
from edits.forms.asking.models import RequestedPerson, UpdateRequest
from edits.forms.asking.states import states_of
from edits.saving import NotRecorded
from edits.sheets.openable_sheets import Unknown, openable_sheets
from edits.widgets.pages import actor_of, problem_page
from edits.widgets.problems import Problem
from identity.decorators import smartsheet_connected
from identity.middleware import SmartsheetRequest

PER_PAGE = 20  # requests on one page of a list
NOT_RECORDED = Problem(
    503, "The audit log can't be written", "Nothing was changed or sent.", "", "Try again in a moment."
)
NO_SHEET = Problem(
    403,
    "Nobody was reminded",
    "You can't open the sheet of this form any more.",
    "",
    "Ask the sheet's owner to share the sheet again.",
)


@require_safe
@smartsheet_connected
def asked(request: SmartsheetRequest) -> HttpResponse:
    """List the update requests that this person has made, and the update requests that were sent to this person."""
    actor = actor_of(request)
    person = request.smartsheet_user
    assert person is not None  # noqa: S101 # smartsheet_connected guarantees it
    own = UpdateRequest.objects.asked_by(region=actor.region, person_id=actor.id)
    mine = RequestedPerson.objects.to(region=actor.region, person_id=actor.id, addresses=person.addresses)
    open_ = mine.filter(request__asker__isnull=False, request__cancelled_at=None)
    own_page = Paginator(own, PER_PAGE).get_page(request.GET.get("page"))
    counts = counts_of(list(own_page))
    context = {
        "own": [(one, *counts[one.pk]) for one in own_page],
        "own_page": own_page,
        "mine_page": Paginator(open_, PER_PAGE).get_page(request.GET.get("mine")),
    }
    return render(request, "edits/forms_asking/requests.html", context)


@require_safe
@smartsheet_connected
def request_page(request: SmartsheetRequest, request_id: UUID) -> HttpResponse:
    """Show one request of this person: who has answered, and what the people have changed since they were asked.

    The page has values of cells only if the asker can read them in the log. The log records that the asker read them.
    """
    found = _own(request, request_id)
    people = states_of(found)
    reader = reader_of(request)
    can_read = reader.may_read_sheet(found.form.sheet_id, region=found.form.region)
    if can_read:
        note_reading(request, reader, [change.intent for one in people for change in one.answer.changes])
    context = {
        "found": found,
        "people": people,
        "can_read": can_read,
        "why_limited": "" if can_read else reader.why_limited,
        "answered": sum(one.answer.is_complete for one in people),
        "can_remind": found.is_open and any(one.can_be_reminded for one in people),
    }
    return render(request, "edits/forms_asking/request.html", context)


@require_POST
@smartsheet_connected
def cancel(request: SmartsheetRequest, request_id: UUID) -> HttpResponse:
    """Cancel a request of this person."""
    found = _own(request, request_id)
    try:
        if requests.cancel(found, actor=actor_of(request)):
            messages.success(request, "The request is cancelled. Mails that weren't sent yet won't be sent.")
    except NotRecorded:
        return problem_page(request, NOT_RECORDED)
    return redirect("forms:request", found.pk)


@require_POST
@smartsheet_connected
def remind(request: SmartsheetRequest, request_id: UUID) -> HttpResponse:
    """Remind everyone who hasn't answered yet. The asker must still be able to open the sheet."""
    found = _own(request, request_id)
    sheets = openable_sheets(request.user, is_waiting=True)
    if not isinstance(sheets, Unknown) and found.form.sheet_id not in sheets:
        return problem_page(request, NO_SHEET)
    try:
        count = requests.remind_now(found, actor=actor_of(request))
    except requests.TooManyMails as error:
        messages.error(request, str(error))
    except NotRecorded:
        return problem_page(request, NOT_RECORDED)
    else:
        _tell(request, count)
    return redirect("forms:request", found.pk)


def _tell(request: SmartsheetRequest, count: int) -> None:
    if count:
        messages.success(request, f"{count} reminder{'' if count == 1 else 's'} will be sent in a moment.")
    else:
        messages.info(
            request,
            "No one was reminded: each person has answered, doesn't want reminders, or got a mail in the last hour.",
        )


def _own(request: SmartsheetRequest, request_id: UUID) -> UpdateRequest:
    """Return this person's request. Raises Http404 if there is no such request of this person."""
    actor = actor_of(request)
    own = UpdateRequest.objects.asked_by(region=actor.region, person_id=actor.id)
    return get_object_or_404(own, pk=request_id)
