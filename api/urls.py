"""Defines the addresses below /api/."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from api import problems
from api.problems import Kind, Problem
from api.v1 import api

app_name = "api"

PAGES = frozenset({"openapi-json", "openapi-view"})  # Ninja's own addresses, which don't check the method


@csrf_exempt  # without this, Django refuses the request before this view can say that there is no operation
def nothing_here(request: HttpRequest, **_address: str) -> HttpResponse:
    """Answer requests for addresses that have no operation."""
    return problems.answer(request, Problem(Kind.NOT_FOUND))


def _with_problems(pattern: URLPattern) -> URLPattern:
    """Make the address answer HEAD like GET. Make it answer with a problem if it doesn't support the request's method
    (405), or if it has no operation (404). Exempt the address from ATOMIC_REQUESTS, because the operations commit their
    own entries.
    """
    view = pattern.callback if pattern.name not in PAGES else require_safe(pattern.callback)

    @transaction.non_atomic_requests
    @csrf_exempt  # BrowserSession checks the token
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        method = request.method
        request.method = "GET" if method == "HEAD" else method  # Ninja has no HEAD; the server leaves out the body
        try:
            response: HttpResponse = view(request, *args, **kwargs)
        except Http404:
            return nothing_here(request)
        finally:
            request.method = method
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        problem = problems.answer(request, Problem(Kind.METHOD))
        allowed = {one.strip() for one in response["Allow"].split(",")}
        problem["Allow"] = ", ".join(sorted(allowed | ({"HEAD"} if "GET" in allowed else set())))
        return problem

    pattern.callback = answered
    return pattern


_patterns, _app_name, _namespace = api.urls
urlpatterns = [
    path("v1/", ([_with_problems(pattern) for pattern in _patterns if isinstance(pattern, URLPattern)], "ninja", "v1")),
    path("<path:rest>", nothing_here),
]
