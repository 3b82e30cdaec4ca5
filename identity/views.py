"""Signing in with Smartsheet, and signing out."""

import logging

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from identity import failures, regions, states
from identity.failures import Failure
from identity.oauth import OAuthError, authorization_url, exchange_code

logger = logging.getLogger(__name__)


@never_cache
@require_POST
def login(request: HttpRequest) -> HttpResponse:
    """Send the browser to the consent page of `region`; `next` says where to go when it is back."""
    chosen = request.POST.get("region")
    try:
        region = regions.region(chosen) if chosen else regions.default_region()
    except regions.UnknownRegion:
        return failed(request, failures.UNKNOWN_REGION)
    next_url = own_url(request, request.POST.get("next", ""))
    state = states.begin(request.session, region=region.name, next_url=next_url)
    return HttpResponseRedirect(authorization_url(region, state=state))


@never_cache
@require_GET
def callback(request: HttpRequest, region_name: str = "") -> HttpResponse:
    """The way back from Smartsheet: state, refusal, code, exchange, in this order; then a session of its own.

    Each region but the default has an address of its own to come back to, so that a code of one is never sent to
    another. https://datatracker.ietf.org/doc/html/rfc9700#section-4.4.2.2
    """
    try:
        pending = states.take(request.session, request.GET.get("state", ""))
        region = regions.region(pending.region)
        regions.require_own_callback(region, came_to=region_name)
    except states.ExpiredState:
        return failed(request, failures.EXPIRED_STATE)
    except (states.WrongState, regions.UnknownRegion):
        return failed(request, failures.WRONG_STATE)
    except regions.WrongCallback as wrong:
        return failed(request, failures.WRONG_CALLBACK, reference=str(wrong))
    if error := request.GET.get("error"):
        is_denied = error == "access_denied"
        return failed(request, failures.DENIED if is_denied else failures.REQUEST_REFUSED, next_url=pending.next_url)
    code = request.GET.get("code")
    if not code:
        return failed(request, failures.MISSING_CODE, next_url=pending.next_url)
    try:
        profile, grant = exchange_code(region, code=code, seconds=settings.SMARTSHEET_DEADLINE)
    except OAuthError as oauth_error:
        return failed(request, failures.of(oauth_error), next_url=pending.next_url, reference=str(oauth_error))
    user = auth.authenticate(request, profile=profile, grant=grant)
    if user is None:
        return failed(request, failures.DEACTIVATED)
    auth.login(request, user)  # ends the session of anybody else
    request.session.cycle_key()  # login() keeps the key when the same person signs in again
    return HttpResponseRedirect(pending.next_url)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End this browser's session, with all that is in it."""
    auth.logout(request)
    return HttpResponseRedirect(settings.LOGIN_URL)


def own_url(request: HttpRequest, url: str) -> str:
    """`url` if it leads to this app, else the front page."""
    is_own = url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return url if is_own and url.startswith(("/", "http://", "https://")) else settings.LOGIN_URL


def failed(request: HttpRequest, failure: Failure, *, next_url: str = "", reference: str = "") -> HttpResponse:
    """The page of a sign-in that failed; `reference` says more to an administrator and holds no secret."""
    logger.warning("Sign-in failed: %s %s", failure.code, reference)
    context = {"failure": failure, "next": next_url, "reference": reference}
    return render(request, "identity/failed.html", context, status=failure.status)
