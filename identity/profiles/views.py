"""The profile page: a person's profile, names, roles, sessions and app tokens, and buttons to manage them."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib import auth, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from identity.apptokens.forms import AppTokenForm, days_offered
from identity.apptokens.models import AppToken
from identity.conf import settings
from identity.decorators import redirect_to_connect, smartsheet_connected
from identity.models import SmartsheetUser
from identity.profiles import account, fields
from identity.regions import UnknownRegion
from identity.roles import RoleName
from identity.sessions import browsers, limits
from identity.sessions.models import BrowserSession
from identity.sessions.store import has_owners
from identity.signin import ways
from identity.signin.oauth import OAuthError
from identity.signin.views import start_page, to_start_page
from identity.tokens import revocation
from identity.tokens.access_tokens import SignInAgain, TryLater

P = ParamSpec("P")

NOT_ACCEPTED = "Smartsheet does not accept this app's access to your account. {} again to read your profile."
NOT_FETCHED = "Smartsheet did not send your profile, so this page shows an older copy. Try again later."
DISCONNECTED = "This app is disconnected. Smartsheet has ended this app's access to your account, and {}."
NOT_CONFIRMED = (
    "This app has deleted your token, and {}. Smartsheet has not confirmed that this app's access has ended. This app "
    "will ask Smartsheet again to end the access. To be sure, remove this app in your personal settings in Smartsheet."
)
SIGNED_OUT = "you are signed out in every browser where you had signed in with Smartsheet"
LOGGED_IN = "you are still logged in to this site"


@never_cache
@require_safe
@smartsheet_connected
def profile(request: HttpRequest) -> HttpResponse:
    """Show the profile and its age, all names that the person has had, and the person's roles, sessions and app
    tokens.
    """
    return profile_page(request, _person(request))


def profile_page(
    request: HttpRequest, person: SmartsheetUser, *, token_form: AppTokenForm | None = None, status: int = 200
) -> HttpResponse:
    """Return the profile page. If a form for a new app token was sent with errors, `token_form` is this form."""
    context = {
        "person": person,
        "groups": fields.grouped(person.profile),
        "everything": fields.everything(person.profile),
        "names": person.names(),
        "roles": [label for name, label in RoleName.choices if name in person.roles],
        "sessions": BrowserSession.objects.of(person.user) if has_owners(request.session) else None,
        "own_key": request.session.session_key,
        "has_own_expiry": getattr(request.session, "has_own_expiry", False),
        "idle_words": limits.in_words(settings.SESSION_IDLE_SECONDS),
        "absolute_words": limits.in_words(settings.SESSION_ABSOLUTE_SECONDS),
        "tokens": AppToken.objects.of(person).listed(),
        "token_form": token_form or (AppTokenForm(person=person) if days_offered() else None),
        "is_signed_in_with_smartsheet": ways.is_signed_in_with_smartsheet(request.session),
    }
    return render(request, "identity/profile.html", context, status=status)


def button(
    view: Callable[Concatenate[HttpRequest, SmartsheetUser, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Decorate the view of a button on the profile page. The view accepts only POST, and gets the person as an
    argument. People who aren't connected are asked to connect, and then come to the profile page.
    """

    @require_POST
    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if getattr(request, "smartsheet_user", None) is None:
            return redirect_to_connect(request, reverse("identity:profile"))
        return view(request, _person(request), *args, **kwargs)

    return wrapped


@button
def refresh_profile(request: HttpRequest, person: SmartsheetUser) -> HttpResponse:
    """Read the profile from Smartsheet now."""
    try:
        account.refresh_profile(person)
    except SignInAgain:
        if not revocation.follow_up(request.user.pk):  # if follow_up() deleted the token, the next page says why
            way = "Sign in" if ways.is_signed_in_with_smartsheet(request.session) else "Disconnect, and connect"
            messages.error(request, NOT_ACCEPTED.format(way))
    except (TryLater, OAuthError, UnknownRegion):
        messages.warning(request, NOT_FETCHED)
    else:
        messages.success(request, "Your profile is up to date.")
    return redirect("identity:profile")


@button
def disconnect(request: HttpRequest, person: SmartsheetUser) -> HttpResponse:
    """End this app's access to the person's Smartsheet account. Sign the person out if they signed in with
    Smartsheet.
    """
    is_confirmed = account.disconnect(person)
    is_signed_out = ways.is_signed_in_with_smartsheet(request.session)
    if is_signed_out:
        auth.logout(request)
    words = SIGNED_OUT if is_signed_out else LOGGED_IN
    if is_confirmed:
        messages.success(request, DISCONNECTED.format(words))
    else:
        messages.warning(request, NOT_CONFIRMED.format(words))
    return HttpResponseRedirect(start_page() if is_signed_out else reverse("identity:connect"))


@button
def sign_out_everywhere(request: HttpRequest, person: SmartsheetUser) -> HttpResponse:
    """End all of the person's sessions, including the session of this browser. The app stays connected to
    Smartsheet.
    """
    _require_owners(request)
    browsers.end_all(person.user)
    auth.logout(request)
    messages.success(request, "You are signed out of this app in every browser.")
    return to_start_page(request)


@button
def end_session(request: HttpRequest, person: SmartsheetUser, public_id: UUID) -> HttpResponse:
    """End the person's session in one browser."""
    _require_owners(request)
    own = BrowserSession.objects.of(person.user).filter(pk=request.session.session_key, public_id=public_id)
    if own.exists():
        auth.logout(request)
        return HttpResponseRedirect(start_page())
    if browsers.end_one(person.user, public_id):
        messages.success(request, "You are signed out of that browser.")
    else:
        messages.info(request, "That session had already ended.")
    return redirect("identity:profile")


def _require_owners(request: HttpRequest) -> None:
    if not has_owners(request.session):
        raise Http404("SESSION_ENGINE keeps no list of a person's sessions.")


def _person(request: HttpRequest) -> SmartsheetUser:
    return get_object_or_404(SmartsheetUser.objects.select_related("user"), user=request.user.pk)
