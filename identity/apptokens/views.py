"""The views for the profile page's buttons that create and end app tokens."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from identity.apptokens.forms import AppTokenForm, days_offered
from identity.apptokens.models import AppToken, Ending
from identity.models import SmartsheetUser
from identity.profiles.views import button, profile_page
from identity.signals import CannotRecord

NOT_RECORDED = "The audit log can't be written, so no token was made. Try again in a moment."


@never_cache
@button
def add_app_token(request: HttpRequest, person: SmartsheetUser) -> HttpResponse:
    """Create a token, and show it. Only the answer to this POST shows the token, so it can't be shown a second time."""
    if not days_offered():
        raise Http404
    form = AppTokenForm(request.POST, person=person)
    if not form.is_valid():
        return profile_page(request, person, token_form=form, status=422)
    try:
        token, text = AppToken.objects.make(person=person, **form.cleaned_data)
    except CannotRecord:
        form.add_error(None, NOT_RECORDED)
        return profile_page(request, person, token_form=form, status=503)
    return render(request, "identity/app_token_created.html", {"token": token, "text": text})


@button
def end_app_token(request: HttpRequest, person: SmartsheetUser, number: int) -> HttpResponse:
    """End one of the person's tokens."""
    token = get_object_or_404(AppToken.objects.of(person), pk=number)
    if token.end(Ending.REVOKED):
        messages.success(request, f"The token “{token.name}” has ended.")
    else:
        messages.info(request, "That token had already ended.")
    return redirect("identity:profile")
