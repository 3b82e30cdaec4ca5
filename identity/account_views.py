"""A person's own page: all that Smartsheet says of them, and what they can do about it."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.contrib import auth, messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from identity import account, profile_fields, sessions
from identity.decorators import smartsheet_required
from identity.models import SmartsheetUser, Token
from identity.oauth import OAuthError
from identity.regions import UnknownRegion
from identity.tokens import SignInAgain, TryLater

SIGN_IN_AGAIN = "Smartsheet does not know you any more: sign in again to have your profile fetched."
NOT_FETCHED = "Smartsheet did not give your profile just now; what you see is what it said before. Try again later."
DISCONNECTED = (
    "This app is disconnected: Smartsheet has ended its access in your name, and you are signed out everywhere."
)
NOT_CONFIRMED = (
    "This app has deleted its access to Smartsheet in your name, and you are signed out everywhere. Smartsheet has not "
    "confirmed it, though: to be sure, remove this app on Smartsheet's page of your personal settings."
)


@never_cache
@require_safe
@smartsheet_required
def profile(request: HttpRequest) -> HttpResponse:
    """Every field that Smartsheet gave, since when it is known, and the names that the person had."""
    person = _person(request)
    context = {
        "person": person,
        "is_fresh": timezone.now() - person.fetched_at < timedelta(minutes=1),
        "groups": profile_fields.grouped(person.profile),
        "names": person.names(),
        "is_connected": Token.objects.filter(person=person).exists(),
        "next": request.path,
    }
    return render(request, "identity/profile.html", context)


def button(view: Callable[[HttpRequest, SmartsheetUser], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A button of that page: POST alone. Whoever is signed out comes to the page by signing in, not back here."""

    @require_POST
    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        if getattr(request, "smartsheet_user", None) is None:
            return redirect_to_login(reverse("identity:profile"))
        return view(request, _person(request))

    return wrapped


@button
def refresh_profile(request: HttpRequest, person: SmartsheetUser) -> HttpResponse:
    """Ask Smartsheet now."""
    try:
        account.refresh_profile(person)
    except SignInAgain:
        messages.error(request, SIGN_IN_AGAIN)
    except (TryLater, OAuthError, UnknownRegion):
        messages.warning(request, NOT_FETCHED)
    else:
        messages.success(request, "This is what Smartsheet says of you now.")
    return redirect("identity:profile")


@button
def disconnect(request: HttpRequest, person: SmartsheetUser) -> HttpResponse:
    """End this app's access to Smartsheet in the person's name, and sign them out."""
    is_confirmed = account.disconnect(person)
    auth.logout(request)
    if is_confirmed:
        messages.success(request, DISCONNECTED)
    else:
        messages.warning(request, NOT_CONFIRMED)
    return HttpResponseRedirect("/")


@button
def sign_out_everywhere(request: HttpRequest, person: SmartsheetUser) -> HttpResponse:
    """End all sessions of the person, this one too. The app stays connected with Smartsheet."""
    sessions.end_all(person.user)
    auth.logout(request)
    messages.success(request, "You are signed out of this app in every browser.")
    return HttpResponseRedirect("/")


def _person(request: HttpRequest) -> SmartsheetUser:
    return get_object_or_404(SmartsheetUser.objects.select_related("user"), user=request.user.pk)
