"""Views that need somebody, and views that may not be asked too often."""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from identity.conf import settings
from identity.signin import failure_pages, rate_limits
from identity.signin.failures import RATE_LIMITED

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def smartsheet_required(
    view: Callable[Concatenate[Any, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only people signed in with Smartsheet get to the view; others to the front page, which brings them back."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if getattr(request, "smartsheet_user", None) is None:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return wrapped


def rate_limited(what: str, *, methods: Collection[str]) -> Callable[[View[P]], View[P]]:
    """Requests by these methods count, by address. Above the limit they are answered 429, and the first is told of.

    The address is `request.client_ip`; where it is None nobody is counted, since in one bucket for all anybody could
    lock everybody out.
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
