"""Decorators of views: those that need a connected person, and those that can't be requested too often."""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import reverse

from identity.conf import settings
from identity.signin import failure_pages, rate_limits
from identity.signin.failures import RATE_LIMITED

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def smartsheet_connected(
    view: Callable[Concatenate[Any, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only people who are connected with Smartsheet get to the view. Others get to the page where they connect or sign
    in, and from there back to this address."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if getattr(request, "smartsheet_user", None) is None:
            return redirect_to_connect(request, request.get_full_path())
        return view(request, *args, **kwargs)

    return wrapped


def redirect_to_connect(request: HttpRequest, next_url: str) -> HttpResponseRedirect:
    """To LOGIN_URL, or for a user who is logged in to the page where they connect; both lead to `next_url`."""
    if request.user.is_authenticated and settings.BYLINE_CONNECT:
        query = QueryDict(mutable=True)
        query["next"] = next_url
        return HttpResponseRedirect(f"{reverse('identity:connect')}?{query.urlencode(safe='/')}")
    return redirect_to_login(next_url)


def rate_limited(what: str, *, methods: Collection[str]) -> Callable[[View[P]], View[P]]:
    """Requests by these methods are counted by address. Above the limit they are answered 429, and the first one is
    reported.

    The address is `request.client_ip`. Requests without one aren't counted: with one count for all of them, anyone
    could lock everyone out.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            refusal = _refusal(request, what) if request.method in methods else None
            return refusal or view(request, *args, **kwargs)

        return wrapped

    return decorate


def _refusal(request: HttpRequest, what: str) -> HttpResponse | None:
    client_ip: str | None = getattr(request, "client_ip", None)
    if client_ip is None:
        return None
    most: int = getattr(settings, f"{what.upper()}_RATE_LIMIT")
    window = rate_limits.window_of(client_ip, what=what)
    if window.count <= most:
        return None
    if window.count == most + 1:
        failure_pages.tell(RATE_LIMITED)
    response = failure_pages.page(request, RATE_LIMITED)
    response["Retry-After"] = str(window.seconds_left)
    return response
