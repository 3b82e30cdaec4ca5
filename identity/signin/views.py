"""Views for signing in with Smartsheet, for connecting a Smartsheet account, and for signing out."""

from functools import partial
from typing import cast
from urllib.parse import unquote, urlsplit

from django.contrib import auth
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render, resolve_url
from django.urls import Resolver404, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from identity import capacity, regions
from identity.conf import settings
from identity.decorators import rate_limited
from identity.models import SmartsheetUser
from identity.signals import connected, session_ended, signed_in
from identity.signin import failures, states, ways
from identity.signin.addresses import match_of
from identity.signin.admission import NotAdmitted, admit
from identity.signin.failure_pages import failed
from identity.signin.failure_pages import page as failure_page
from identity.signin.oauth import OAuthError, authorization_url, exchange_code
from identity.signin.states import Pending
from identity.transport import Deadline

# The URL names of views that aren't pages. Buttons and Smartsheet's redirects request them.
NOT_PAGES = {
    "login",
    "callback",
    "callback_of_region",
    "logout",
    "sign_out_everywhere",
    "end_session",
    "refresh_profile",
    "disconnect",
    "add_app_token",
    "end_app_token",
}


@never_cache
@require_POST
@rate_limited("sign_in", methods={"POST"})
def login(request: HttpRequest) -> HttpResponse:
    """Redirect to Smartsheet's consent page. The form has the fields `region` and `next`. `next` is the page to open
    after signing in.
    """
    if not ways.is_sign_in_offered():
        raise Http404("This site doesn't offer signing in with Smartsheet.")
    return _to_consent_page(request)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@rate_limited("sign_in", methods={"POST"})
def connect(request: HttpRequest) -> HttpResponse:
    """Show the page with the button that connects Smartsheet. A POST redirects to the consent page, like login()."""
    if not settings.BYLINE_CONNECT:
        raise Http404("This site doesn't offer connecting a Smartsheet account.")
    if request.method == "POST":
        return _to_consent_page(request, user=str(request.user.pk))
    next_url = own_url(request, request.GET.get("next", ""), otherwise=reverse("identity:profile"))
    if getattr(request, "smartsheet_user", None) is not None:
        return HttpResponseRedirect(next_url)
    before = SmartsheetUser.objects.filter(user=request.user.pk).first()
    return render(request, "identity/connect.html", {"next": next_url, "before": before})


def _to_consent_page(request: HttpRequest, *, user: str = "") -> HttpResponse:
    chosen = request.POST.get("region")
    try:
        region = regions.region(chosen) if chosen else regions.default_region()
    except regions.UnknownRegion:
        return failed(request, failures.UNKNOWN_REGION)
    otherwise = reverse("identity:profile") if user else None
    next_url = own_url(request, request.POST.get("next", ""), otherwise=otherwise)
    state = states.begin(request.session, region=region.name, next_url=next_url, user=user)
    return HttpResponseRedirect(authorization_url(region, state=state))


@never_cache
@require_GET
@rate_limited("sign_in", methods={"GET"})
def callback(request: HttpRequest, region_name: str = "") -> HttpResponse:
    """Handle Smartsheet's redirect. If too many calls to Smartsheet are in progress, answer 503 before the state and
    the code are used. So the person can reload the page.
    """
    try:
        with capacity.call_in_progress():
            return _come_back(request, region_name)
    except capacity.Busy:
        response = failure_page(request, failures.BUSY)
        response["Retry-After"] = f"{capacity.RETRY_AFTER:.0f}"
        return response


def _come_back(request: HttpRequest, region_name: str) -> HttpResponse:
    """Check the parameters of the redirect. Then exchange the code, and sign in or connect the person.

    If a connected person opens the address of the redirect again, they get to the same page as the first time. Each
    region has its own redirect URL, so that a region's code is never sent to another region. The default region can
    also use the redirect URL without the name of a region.
    https://datatracker.ietf.org/doc/html/rfc9700#section-4.4.2.2
    """
    try:
        pending = states.take(request.session, request.GET.get("state", ""))
        region = regions.region(pending.region)
        regions.require_own_callback(region, came_to=region_name)
    except states.ExpiredState:
        return failed(request, failures.EXPIRED_STATE)
    except states.UsedState as used:
        is_connected = getattr(request, "smartsheet_user", None) is not None
        return HttpResponseRedirect(used.next_url) if is_connected else failed(request, failures.USED_STATE)
    except (states.WrongState, regions.UnknownRegion):
        return failed(request, failures.WRONG_STATE)
    except regions.WrongCallback as wrong:
        return failed(request, failures.WRONG_CALLBACK, region=region.name, error=wrong)
    user = _user_to_connect(request, pending)
    failed_here = partial(failed, request, next_url=pending.next_url, region=region.name, user=user)
    if pending.user and not user:
        other = cast("AbstractBaseUser", request.user) if request.user.is_authenticated else None
        return failed_here(failures.OTHER_USER, user=other)
    if error := request.GET.get("error"):
        return failed_here(failures.DENIED if error == "access_denied" else failures.REQUEST_REFUSED)
    code = request.GET.get("code")
    if not code:
        return failed_here(failures.MISSING_CODE)
    deadline = Deadline(settings.SMARTSHEET_DEADLINE)
    try:
        profile, grant = exchange_code(region, code=code, deadline=deadline)
    except OAuthError as oauth_error:
        return failed_here(failures.of(oauth_error), error=oauth_error)
    try:
        person = admit(request, profile=profile, grant=grant, deadline=deadline, user=user)
    except NotAdmitted as refusal:
        return failed_here(refusal.failure, profile=profile)
    if user:
        connected.send_robust(SmartsheetUser, person=person)
    else:
        _begin_session(request, person)
        states.remember(request.session, pending)  # login() can begin a new session, which lacks this sign-in
    return HttpResponseRedirect(pending.next_url)


def _user_to_connect(request: HttpRequest, pending: Pending) -> AbstractBaseUser | None:
    """Return the user who pressed Connect in this browser, or None if they aren't logged in any more."""
    is_theirs = request.user.is_authenticated and pending.user == str(request.user.pk)
    return cast("AbstractBaseUser", request.user) if is_theirs else None


def _begin_session(request: HttpRequest, person: SmartsheetUser) -> None:
    """Sign the person in, with a new session key. If they were signed in already, the session's data stays."""
    before: SmartsheetUser | None = getattr(request.user, "smartsheet", None)
    auth.login(request, person.user)  # ends another person's session
    request.session.cycle_key()  # if the same person signs in again, login() keeps the key
    if before is not None and before.pk != person.pk:
        session_ended.send_robust(SmartsheetUser, person=before, why="Someone else signed in in the same browser.")
    signed_in.send_robust(SmartsheetUser, person=person)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End this browser's session, and delete its data."""
    auth.logout(request)
    return to_start_page(request)


def to_start_page(request: HttpRequest) -> HttpResponse:
    """Lead a person who has just signed out to the start page. If signing-out.js made the request, answer with the
    page's address as JSON. The answer tells the script that the person is signed out. The script then removes unsaved
    changes.
    """
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"next": start_page()})
    return HttpResponseRedirect(start_page())


def start_page() -> str:
    """Return the address of the page that people see after they signed out."""
    return resolve_url(settings.LOGOUT_REDIRECT_URL or settings.LOGIN_URL)


def own_url(request: HttpRequest, url: str, *, otherwise: str | None = None) -> str:
    """Return `url` if it leads to a page of this site. If not, return `otherwise`, or by default LOGIN_REDIRECT_URL."""
    is_own = url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    is_page = is_own and url.startswith(("/", "http://", "https://")) and _is_page(unquote(urlsplit(url).path))
    return url if is_page else otherwise or resolve_url(settings.LOGIN_REDIRECT_URL)


def _is_page(path: str) -> bool:
    try:
        match = match_of(path)
    except Resolver404:
        return True  # the 404 page
    return match.app_name not in {"identity", "admin"} or match.url_name not in NOT_PAGES
