"""Redirects browsers to one host name, so that people can sign in. Adds two error pages that Django doesn't have: one
for a method that isn't allowed, and one for a database that doesn't answer.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string

log = logging.getLogger(__name__)


class LoopbackHostMiddleware:
    """Redirects http://localhost:8000/… to BASE_URL, if BASE_URL has the host 127.0.0.1.

    Cookies belong to a host name. If a sign-in started on localhost, Smartsheet would redirect the browser to
    127.0.0.1, where the browser has no session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = request.get_host().rsplit(":", 1)[0]
        if request.method == "GET" and name == "localhost" and settings.BASE_HOST == "127.0.0.1":
            return HttpResponseRedirect(settings.BASE_URL + request.get_full_path())
        return self.get_response(request)


class NotAPageMiddleware:
    """Adds a page to Django's empty 405 answer. People see it if they open (GET) an address that accepts only POST."""

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
    """Answers 503 if a view couldn't reach this app's database, or couldn't write to it in time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return database_away(request) if is_database_away(exception) else None


def is_database_away(exception: BaseException | None) -> bool:
    """Whether the exception says that the database can't be reached or written, for example after a failover.

    https://www.postgresql.org/docs/current/errcodes-appendix.html
    """
    is_read_only = isinstance(exception, InternalError) and getattr(exception.__cause__, "sqlstate", "") == "25006"
    return is_read_only or isinstance(exception, OperationalError | InterfaceError)


def database_away(request: HttpRequest) -> HttpResponse:
    """Return the 503 page. If the request sent a row or a form, the page has the sent values, and a button to send them
    again. So the values aren't lost.

    The template gets no request. With a request, context processors would look up the user in the database that doesn't
    answer.
    """
    log.error("The database doesn't answer: %s", request.path)
    page = render_to_string("503.html", _form_to_send_again(request))
    return HttpResponse(page, status=503, headers={"Retry-After": "10"})


def _form_to_send_again(request: HttpRequest) -> dict[str, Any]:
    match = request.resolver_match
    if request.method != "POST" or match is None or match.app_name not in {"edits", "forms"}:
        return {}
    sent = [(name, value) for name, values in request.POST.lists() for value in values]
    # Browsers send line breaks as CRLF, but in the HTML of a field a line break must be LF.
    fields = [(name, value.replace("\r\n", "\n")) for name, value in sent if name != "csrfmiddlewaretoken"]
    return {"path": request.get_full_path(), "fields": fields, "csrf_token": get_token(request)}
