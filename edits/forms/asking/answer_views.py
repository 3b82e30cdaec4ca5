"""The pages that the links in mails open: one shows a person's rows, another stops mails."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from edits.forms.asking import links
from edits.forms.asking.models import RequestedPerson, StoppedKind, StoppedReminders
from edits.forms.asking.problem_mails import ProblemMail
from edits.forms.models import FormDefinition
from edits.widgets.pages import actor_of, problem_page
from edits.widgets.problems import Problem
from identity.decorators import smartsheet_connected
from identity.middleware import SmartsheetRequest

NOT_FOR_YOU = Problem(
    404,
    "There is no such request for you",
    "The request was deleted, or it was sent to an address that your Smartsheet account doesn't have.",
    "",
    "If the mail came to you, sign in with the account to whose address the mail was sent.",
)


@require_safe
@smartsheet_connected
def answer(request: SmartsheetRequest, person_id: UUID) -> HttpResponse:
    """Redirect an asked person to the list of their rows in the form. Store the time of the person's first visit."""
    found = _mine(request, person_id)
    if found is None:
        return problem_page(request, NOT_FOR_YOU)
    people = RequestedPerson.objects.filter(pk=found.pk)
    people.filter(opened_at=None).update(opened_at=timezone.now())
    people.filter(person_id=None).update(person_id=actor_of(request).id)
    if found.request.cancelled_at:
        messages.info(request, "This request was cancelled. You needn't do anything.")
        return redirect("forms:rows", found.request.form.slug)
    return redirect(f"{reverse('forms:rows', args=[found.request.form.slug])}?asked={found.pk}")


@require_POST
@smartsheet_connected
def nothing_to_change(request: SmartsheetRequest, person_id: UUID) -> HttpResponse:
    """Store the person's answer that nothing has to be changed in their rows."""
    found = _mine(request, person_id)
    if found is None:
        return problem_page(request, NOT_FOR_YOU)
    RequestedPerson.objects.filter(pk=found.pk, confirmed_at=None).update(confirmed_at=timezone.now())
    messages.success(request, f"Thank you. {found.request.asker_name or 'The person who asked'} can see your answer.")
    return redirect("forms:asked")


@csrf_exempt  # programs for mail send this POST for the person: https://www.rfc-editor.org/rfc/rfc8058
@require_http_methods(["GET", "HEAD", "POST"])
def stop_reminders(request: HttpRequest, signed: str) -> HttpResponse:
    """Ask whether to stop the reminders of a form. POST stops the reminders. POST with the field `again` allows the
    reminders again.

    The signed link in the mail is enough as permission, so no one has to sign in.
    """
    person_id = links.person_of(signed)
    people = RequestedPerson.objects.exclude(email="").select_related("request__form")
    found = people.filter(pk=person_id).first() if person_id else None
    if found is None:
        return _no_stop_page(request)
    return _stop_page(request, found.request.form, found.email, StoppedKind.REMINDERS)


@csrf_exempt  # programs for mail send this POST too
@require_http_methods(["GET", "HEAD", "POST"])
def stop_problem_mails(request: HttpRequest, signed: str) -> HttpResponse:
    """Ask whether to stop the mails that tell designers about problems with a form. POST stops these mails. POST with
    the field `again` allows them again. As for stop_reminders, no one has to sign in.
    """
    mail_id = links.problem_mail_of(signed)
    mails = ProblemMail.objects.exclude(email="").select_related("form")
    found = mails.filter(pk=mail_id).first() if mail_id else None
    if found is None:
        return _no_stop_page(request)
    return _stop_page(request, found.form, found.email, StoppedKind.PROBLEMS)


def _no_stop_page(request: HttpRequest) -> HttpResponse:
    return render(request, "edits/forms_asking/stop.html", {"form": None}, status=404)


def _stop_page(request: HttpRequest, form: FormDefinition, email: str, kind: StoppedKind) -> HttpResponse:
    stops = StoppedReminders._default_manager.filter(form=form, email=email, kind=kind)
    if request.method == "POST" and "again" in request.POST:
        stops.delete()
    elif request.method == "POST":
        StoppedReminders._default_manager.get_or_create(form=form, email=email, kind=kind)
    context = {
        "form": form,
        "what": kind.label,
        "is_about_problems": kind is StoppedKind.PROBLEMS,
        "is_stopped": stops.exists(),
        "is_done": request.method == "POST",
    }
    return render(request, "edits/forms_asking/stop.html", context)


def _mine(request: SmartsheetRequest, person_id: UUID) -> RequestedPerson | None:
    """Return the RequestedPerson with this id if it is the signed-in person; otherwise None."""
    actor, person = actor_of(request), request.smartsheet_user
    assert person is not None  # noqa: S101 # smartsheet_connected guarantees it
    mine = RequestedPerson.objects.to(region=actor.region, person_id=actor.id, addresses=person.addresses)
    return mine.filter(pk=person_id).first()
