"""The page on which someone asks people to update rows with a form. It shows a form and then a preview. The preview has
a button that sends the request.

Someone who asks must be able to fill in the form or to design forms, and Smartsheet must let this person edit the
sheet. Someone who can only look at the sheet can't ask. The form's rule limits the rows that people can fill in. The
rule is applied to the people who are asked. It isn't applied to the asker, because Smartsheet already lets the asker
see the rows, change them, and send update requests.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from edits.features import Feature
from edits.forms.asking import requests
from edits.forms.asking.ask_form import AskForm
from edits.forms.asking.message import words_of
from edits.forms.asking.models import UpdateRequest
from edits.forms.asking.plan import Choices, Plan, plan, read_choices
from edits.forms.asking.who_asks import why_not
from edits.forms.definition import Definition
from edits.forms.designing.people_access import Shares, shares_of
from edits.forms.models import FormDefinition
from edits.gateway.client import Gateway, gateway_for
from edits.gateway.errors import GatewayError
from edits.saving import NotRecorded
from edits.sheets.rights import why_no_edits
from edits.widgets.pages import actor_of, problem_page
from edits.widgets.problems import Doing, Problem, problem_of
from identity.decorators import smartsheet_connected
from identity.middleware import SmartsheetRequest
from identity.profiles import readers

NOT_STORED = "The audit log can't be written, so nothing was stored and no one gets a mail. Try again in a moment."


@require_http_methods(["GET", "HEAD", "POST"])
@smartsheet_connected
def ask(request: SmartsheetRequest, slug: str) -> HttpResponse:
    """Show the page on which the asker chooses rows and people, looks at the preview, and sends the request."""
    found = get_object_or_404(FormDefinition, slug=slug)
    if problem := why_not(request, found):
        return problem_page(request, problem)
    definition = found.definition
    assert definition is not None  # noqa: S101 # why_not() checked this
    try:
        gateway = gateway_for(request.user)
        gateway.require(Feature.VIEW)
        choices = read_choices(gateway, region=found.region, sheet_id=found.sheet_id, definition=definition)
    except GatewayError as error:
        return problem_page(request, problem_of(error, doing=Doing.READ))
    if reason := why_no_edits(choices.sheet.access):
        return problem_page(request, Problem(403, "You can't ask for updates here", reason, "", ""))
    form = _form(request, choices)
    if request.method != "POST" or request.POST.get("step") == "edit" or not form.is_valid():
        return _ask_page(request, found, form, status=422 if form.is_bound and form.errors else 200)
    return _checked(request, gateway, found, definition, form)


def _form(request: SmartsheetRequest, choices: Choices) -> AskForm:
    zone = getattr(readers.current().zone, "key", "UTC")
    search = request.GET.get("q", "")
    if request.method == "POST":
        return AskForm(request.POST, choices=choices, zone=zone, search=search)
    return AskForm(initial={"rows": request.GET.getlist("row")}, choices=choices, zone=zone, search=search)


def _checked(
    request: SmartsheetRequest, gateway: Gateway, found: FormDefinition, definition: Definition, form: AskForm
) -> HttpResponse:
    """If the asker has seen the preview and pressed its button, send the request. Otherwise show the preview. `form`
    has no errors.
    """
    shares = cache(partial(shares_of, gateway, found.sheet_id))  # at most one call
    planned = plan(
        form.choices,
        form.chosen_rows(),
        shares=shares,
        definition=definition,
        region=found.region,
        today=form.today,
        column=form.column,
        addresses=form.cleaned_data["addresses"],
    )
    if request.POST.get("step") != "send" or not planned.asked:
        return _preview(request, shares(), found, form, planned)
    try:
        made = _send(request, found, form, planned)
    except requests.TooManyMails as error:
        form.add_error(None, str(error))
        return _ask_page(request, found, form, status=429)
    except NotRecorded:
        form.add_error(None, NOT_STORED)
        return _ask_page(request, found, form, status=503)
    messages.success(request, "The mails will be sent in a moment. This page shows who answers.")
    return redirect("forms:request", made.pk)


def _send(request: SmartsheetRequest, found: FormDefinition, form: AskForm, planned: Plan) -> UpdateRequest:
    """Store the request. Raises TooManyMails and NotRecorded."""
    primary = form.choices.sheet.primary
    return requests.ask(
        _one_time_id(request),
        found,
        planned,
        form.wanted(),
        actor=actor_of(request),
        primary_id=primary.id if primary else None,
    )


def _one_time_id(request: SmartsheetRequest) -> UUID:
    """Return the id for the new update request: the id in the preview's form if that form was sent, otherwise a new
    id. If the preview's form is sent twice, this app stores only one update request with its id.
    """
    try:
        return UUID(request.POST.get("once", ""))
    except ValueError:
        return uuid4()


def _ask_page(request: SmartsheetRequest, found: FormDefinition, form: AskForm, *, status: int = 200) -> HttpResponse:
    context = {"found": found, "form": form, "is_personal": form.choices.is_personal, "shown": form.listed()}
    return render(request, "edits/forms_asking/ask.html", context, status=status)


def _preview(
    request: SmartsheetRequest, shares: Shares, found: FormDefinition, form: AskForm, planned: Plan
) -> HttpResponse:
    """Show what would be sent to which people."""
    wanted = form.wanted()
    context: dict[str, Any] = {
        "found": found,
        "planned": planned,
        "wanted": wanted,
        "sent": [(name, value) for name in form.fields for value in request.POST.getlist(name)],
        "once": uuid4(),
        "left_out": [one for one in planned.people if one.left_out or one.why_not],
        "looking": [(one, why) for one in planned.asked if (why := one.why_only_looking(shares))],
        "can_share": form.choices.sheet.access.can_share,
        "mail": _sample(request, found, form, planned),
    }
    return render(request, "edits/forms_asking/preview.html", context)


def _sample(request: SmartsheetRequest, found: FormDefinition, form: AskForm, planned: Plan) -> dict[str, str]:
    """The mail to the first person, without its links. The preview shows it as a sample."""
    if not planned.asked:
        return {}
    actor, wanted, primary = actor_of(request), form.wanted(), form.choices.sheet.primary
    about = UpdateRequest(
        form=found,
        asker_name=actor.name,
        text=wanted.text,
        due_on=wanted.due_on,
        time_zone=wanted.time_zone,
        primary_id=primary.id if primary else None,
    )
    first = planned.asked[0]
    words = words_of(about, first.rows, link="(their own link)", stop="(their own link)")
    return {"to": first.email, "subject": words.subject, "text": words.as_text()}
