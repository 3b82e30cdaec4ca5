"""The page on which someone takes over a form. Administrators can take over any form. Other designers can take over a
form that can't be used. They can also take over a form whose designer is gone, can't design forms any more, or can't
open the sheet any more.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from audit.recording import NotRecorded
from edits.forms.designing.access import DESIGN, TAKE_OVER, with_sheet
from edits.forms.designing.people_access import Shares, shares_of
from edits.forms.models import ChangedMeanwhile, FormDefinition
from edits.gateway.client import gateway_for
from edits.gateway.errors import GatewayError
from edits.saving import Baseline
from edits.widgets.pages import actor_of, problem_page
from edits.widgets.problems import Doing, problem_of
from identity.middleware import SmartsheetRequest


@require_http_methods(["GET", "HEAD", "POST"])
@with_sheet
def take_over(request: SmartsheetRequest, form: FormDefinition, baseline: Baseline) -> HttpResponse:
    """Ask before taking a form over, and say why this person can or can't do so. POST makes this person the form's
    designer.
    """
    sheet = baseline.sheet
    try:
        shares = shares_of(gateway_for(request.user), form.sheet_id)
    except GatewayError as error:
        return problem_page(request, problem_of(error, doing=Doing.READ))
    reason = why(form, shares)
    if not reason and request.user.has_perm(TAKE_OVER):
        reason = "You can take the form over because you are an administrator."
    if request.method != "POST" or not reason:
        context = {"form": form, "sheet": sheet, "reason": reason}
        status = 403 if request.method == "POST" else 200
        return render(request, "edits/forms_designing/take_over.html", context, status=status)
    person: Any = request.user
    try:
        form.take_over(person.smartsheet, seen=form.revision, actor=actor_of(request))
    except ChangedMeanwhile:
        messages.error(request, "Another designer has just saved this form, so you did not take it over. Try again.")
    except NotRecorded as error:
        return problem_page(request, problem_of(error, doing=Doing.READ))
    else:
        messages.success(request, f"You are the designer of “{form.title}” now.")
    return redirect("forms:design", form.pk)


def why(form: FormDefinition, shares: Shares | None = None) -> str:
    """Return why another designer can take the form over; "" if they can't. `shares` has the shares of the form's
    sheet. If `shares` is None, this function doesn't check whether the sheet is still shared with the form's designer.
    """
    designer = form.designer
    if designer is None:
        return "Its designer is gone."
    if not designer.user.is_active or not designer.is_connected:
        return f"{designer.name} isn’t connected with Smartsheet here any more."
    if not designer.user.has_perm(DESIGN):
        return f"{designer.name} isn’t a form designer any more."
    if form.problem:
        return f"The form can’t be used: {form.problem}"
    if shares and shares.is_known and not shares.has_groups and shares.of(designer.as_profile()) is None:
        return f"The sheet isn’t shared with {designer.name} any more."
    return ""
