"""One address for the sign-in to come back to, and words where Django has none: a wrong method, an absent database."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string

log = logging.getLogger(__name__)


class LoopbackHostMiddleware:
    """Sends http://localhost:8000/… to BASE_URL when that is the same machine by another name.

    Cookies belong to a host name: a sign-in begun on localhost would come back to 127.0.0.1 without its session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = request.get_host().rsplit(":", 1)[0]
        if request.method == "GET" and name == "localhost" and settings.BASE_HOST == "127.0.0.1":
            return HttpResponseRedirect(settings.BASE_URL + request.get_full_path())
        return self.get_response(request)


class NotAPageMiddleware:
    """Puts a page into the empty answer that Django gives a browser at the address of a button."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or response.content or not request.accepts("text/html"):
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page


class DatabaseAwayMiddleware:
    """Answers 503 with a sentence where a view could not reach this app's database, or could not write in time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, _request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not (isinstance(exception, OperationalError | InterfaceError) or _is_read_only(exception)):
            return None
        log.error("The database is away: %s", type(exception).__name__)
        # Rendered without the request: who is signed in stands in the same database.
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "10"})


def _is_read_only(exception: Exception) -> bool:
    """PostgreSQL after a failover, say. https://www.postgresql.org/docs/current/errcodes-appendix.html"""
    return isinstance(exception, InternalError) and getattr(exception.__cause__, "sqlstate", "") == "25006"
