"""Says who can design forms. Designers can change a form only while they can open the form's sheet with their own
token.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from edits.features import Feature
from edits.forms.models import FormDefinition
from edits.gateway.client import gateway_for
from edits.gateway.errors import GatewayError, JsonObject
from edits.saving import Baseline
from edits.sheets.optional_cache import cache
from edits.sheets.sheet import Sheet
from edits.widgets.pages import problem_page
from edits.widgets.problems import Doing, problem_of
from identity.decorators import smartsheet_connected
from identity.middleware import SmartsheetRequest
from identity.profiles.profile import Profile

P = ParamSpec("P")
DESIGN, TAKE_OVER = "edits.design_forms", "edits.take_over_forms"
SAMPLE = 20  # rows that are read; the designer's page shows one of them
KEPT = 60  # seconds for which the columns of a sheet are kept while a designer changes a form

View = Callable[Concatenate[SmartsheetRequest, P], HttpResponse]
FormView = Callable[Concatenate[SmartsheetRequest, FormDefinition, P], HttpResponse]
SheetView = Callable[Concatenate[SmartsheetRequest, FormDefinition, Baseline, P], HttpResponse]


def designers_only(view: View[P]) -> Callable[Concatenate[Any, P], HttpResponseBase]:
    """Return a view that only designers and administrators can open. Other people get a page that tells them to ask the
    administrator.
    """

    @smartsheet_connected
    @wraps(view)
    def wrapped(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not (request.user.has_perm(DESIGN) or request.user.has_perm(TAKE_OVER)):
            return render(request, "edits/forms_designing/not_allowed.html", status=403)
        return view(request, *args, **kwargs)

    return wrapped


def with_form(view: FormView[P]) -> Callable[..., HttpResponseBase]:
    """Return a view that gets a form as an argument. The address has the form's id.

    Only designers and administrators of the form's region can open the view.
    """

    @designers_only
    @wraps(view)
    def wrapped(request: SmartsheetRequest, /, *, form_id: int, **more: Any) -> HttpResponse:
        form = FormDefinition.objects.filter(pk=form_id, region=person_of(request).region).first()
        if form is None:
            return render(request, "edits/forms_designing/gone.html", status=404)
        return cast("Callable[..., HttpResponse]", view)(request, form, **more)

    return wrapped


def with_sheet(view: SheetView[P]) -> Callable[..., HttpResponseBase]:
    """Return a view that gets a form and its sheet as arguments. The address has the form's id. The sheet is read with
    the designer's token.
    """

    @with_form
    @wraps(view)
    def wrapped(request: SmartsheetRequest, form: FormDefinition, /, **more: Any) -> HttpResponse:
        baseline = sheet_of(request, form.sheet_id)
        if isinstance(baseline, HttpResponse):
            return baseline
        return cast("Callable[..., HttpResponse]", view)(request, form, baseline, **more)

    return wrapped


def person_of(request: SmartsheetRequest) -> Profile:
    """Return the profile of the signed-in designer. Raises LookupError if no one is signed in. The decorators in this
    module prevent that.
    """
    if request.smartsheet_user is None:
        raise LookupError("Nobody is signed in.")
    return request.smartsheet_user


def is_designer(request: SmartsheetRequest, form: FormDefinition) -> bool:
    """Whether this person is the form's designer, or can take over forms as an administrator."""
    designer, person = form.designer, person_of(request)
    is_own = designer is not None and (designer.region, designer.smartsheet_id) == (person.region, person.id)
    return is_own or request.user.has_perm(TAKE_OVER)


def filters_of(request: SmartsheetRequest, sheet_id: int) -> list[JsonObject] | None:
    """Return the sheet's filters that the designer can use; None if the call to Smartsheet fails. If Smartsheet
    answered such a call within the last minute, that answer is used instead of a new call.
    """
    key = f"designed_filters:{request.user.pk}:{sheet_id}"
    found: list[JsonObject] | None = cache.get(key)
    if found is None:
        try:
            found = gateway_for(request.user).filters(sheet_id)
        except GatewayError:
            return None
        cache.set(key, found, KEPT)
    return found


def sheet_of(request: SmartsheetRequest, sheet_id: int, *, is_fresh: bool = True) -> Baseline | HttpResponse:
    """Read the sheet's columns and its first rows with the designer's own token. If that fails, return a page that says
    why.

    If `is_fresh` is False, and if Smartsheet answered such a call within the last minute, that answer is used instead
    of a new call. So a page can be updated at each keystroke without new calls.
    """
    key = f"designed_sheet:{request.user.pk}:{sheet_id}"
    try:
        gateway = gateway_for(request.user)
        gateway.require(Feature.VIEW)
        raw = None if is_fresh else cache.get(key)
        if raw is None:
            raw = gateway.sheet(sheet_id, page=1, page_size=SAMPLE)
            cache.set(key, raw, KEPT)
    except GatewayError as error:
        cache.delete(key)
        return problem_page(request, problem_of(error, doing=Doing.READ))
    return Baseline(gateway, Sheet.parse(raw), position=0)
