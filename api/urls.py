"""Defines the addresses below /api/."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path

from api import problems
from api.problems import Kind, Problem
from api.v1 import api

app_name = "api"


def nothing_here(request: HttpRequest, **_address: str) -> HttpResponse:
    """Answer requests for addresses that have no operation."""
    return problems.answer(request, Problem(Kind.NOT_FOUND))


def _with_problems(pattern: URLPattern) -> URLPattern:
    """Make the address answer with a problem if it doesn't support the request's method (405)."""
    view = pattern.callback

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **kwargs)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        problem = problems.answer(request, Problem(Kind.METHOD))
        problem["Allow"] = response["Allow"]
        return problem

    pattern.callback = answered  # csrf_exempt stays, because BrowserSession checks the token
    return pattern


_patterns, _app_name, _namespace = api.urls
urlpatterns = [
    path("v1/", ([_with_problems(pattern) for pattern in _patterns if isinstance(pattern, URLPattern)], "ninja", "v1")),
    path("<path:rest>", nothing_here),
]
