"""Decorators for views. `smartsheet_connected` lets only connected people open a view. `rate_limited` limits how many
requests a network address can send to a view.
"""

from collections.abc import Callable, Collection, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, overload

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import reverse

from identity.conf import settings
from identity.signin import failure_pages, rate_limits
from identity.signin.failures import RATE_LIMITED

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
AsyncAnswer = Coroutine[Any, Any, HttpResponseBase]
AsyncView = Callable[Concatenate[HttpRequest, P], AsyncAnswer]


@overload
def smartsheet_connected(view: Callable[Concatenate[Any, P], AsyncAnswer]) -> AsyncView[P]: ...
@overload
def smartsheet_connected(view: Callable[Concatenate[Any, P], HttpResponseBase]) -> View[P]: ...
def smartsheet_connected(view: Callable[Concatenate[Any, P], Any]) -> View[P] | AsyncView[P]:
    """Let only people who are connected with Smartsheet open the view. Others are redirected to the page where they
    connect or sign in, and come back to the view's address afterwards. The view can be `async def`. Such a view can
    read `request.smartsheet_user` without a query, because this decorator has already made the query.
    """
    if iscoroutinefunction(view):

        @wraps(view)
        async def wrapped_async(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not await sync_to_async(_is_connected)(request):
                return await sync_to_async(redirect_to_connect)(request, request.get_full_path())
            response: HttpResponseBase = await view(request, *args, **kwargs)
            return response

        return wrapped_async

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not _is_connected(request):
            return redirect_to_connect(request, request.get_full_path())
        response: HttpResponseBase = view(request, *args, **kwargs)
        return response

    return wrapped


def _is_connected(request: HttpRequest) -> bool:
    return getattr(request, "smartsheet_user", None) is not None


def redirect_to_connect(request: HttpRequest, next_url: str) -> HttpResponseRedirect:
    """If users can connect on this site, redirect a logged-in user to the page where they connect. In all other cases,
    redirect to LOGIN_URL. Both pages lead on to `next_url`.
    """
    if request.user.is_authenticated and settings.BYLINE_CONNECT:
        query = QueryDict(mutable=True)
        query["next"] = next_url
        return HttpResponseRedirect(f"{reverse('identity:connect')}?{query.urlencode(safe='/')}")
    return redirect_to_login(next_url)


def rate_limited(what: str, *, methods: Collection[str]) -> Callable[[View[P]], View[P]]:
    """Limit how many requests with these methods a network address can send in a minute. A request above the limit is
    answered 429. For the first such request, the signal `sign_in_refused` is sent.

    The limit is in a setting whose name is `what` in capitals, followed by _RATE_LIMIT. The address is
    `request.client_ip`. A request without an address isn't counted. If such requests were counted, they would all share
    one count, and one person could lock out everyone else.
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
