"""Code that all operations share: the problems that they can answer with, and the check for unknown parameters."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, NotRequired

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponseBase
from ninja.operation import Operation
from pydantic import Field
from typing_extensions import TypedDict

from api import problems
from api.problems import Kind, Problem

ALWAYS = (401, 403, 422, 429, 500, 503)  # error statuses that any operation can have
BAD_BODY = (400, 411, 413)  # for operations with a body, which can be unreadable, of unknown length or too large
NO_PARAMETER = "This parameter doesn't exist."
TWICE = "Send this parameter only once."


class Place(TypedDict):
    """An error at one place of the request."""

    pointer: Annotated[str, Field(description="A JSON pointer into the body, or the name of a parameter")]
    detail: str


class ProblemAnswer(TypedDict):
    """A problem as application/problem+json (RFC 9457). The meaning of a `type` never changes. `title` and `detail` are
    sentences for people.
    """

    type: Annotated[str, Field(pattern="^urn:byline:problem:[a-z-]+$")]
    title: str
    status: int
    detail: str
    request_id: Annotated[str, Field(description="Identifies the request in the log of this app")]
    errors: NotRequired[list[Place]]


def failing(*more: int) -> dict[Any, Any]:
    """Return the error responses of an operation, for the statuses in `ALWAYS` and in `more`."""
    return dict.fromkeys(sorted({*ALWAYS, *more}), ProblemAnswer)


def well_formed_only(run: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Refuse two kinds of requests that this app would otherwise misunderstand.

    First, requests whose query has unknown parameters, or several values for a parameter that takes one. If this app
    ignored a misspelled or a second filter, the answer would be wrong.

    Second, requests whose body has no Content-Length (`Transfer-Encoding: chunked`). Under WSGI, Django reads such a
    body as empty.
    """
    operation: Operation = run.__self__  # type: ignore[attr-defined] # ninja decorates the method of an operation
    queries = [model for model in operation.models if model.__ninja_param_source__ == "query"]
    known = {name for query in queries for name in getattr(query, "__ninja_flatten_map__", {})}
    lists = {name for query in queries for name in getattr(query, "__ninja_collection_fields__", ())}
    has_body = any(model.__ninja_param_source__ == "body" for model in operation.models)

    @wraps(run)
    def checked(request: HttpRequest, **values: Any) -> HttpResponseBase:
        details = dict.fromkeys(request.GET.keys() - known, NO_PARAMETER)
        details |= {name: TWICE for name in known - lists if len(request.GET.getlist(name)) > 1}
        if details:
            errors = [{"pointer": name, "detail": detail} for name, detail in sorted(details.items())]
            return problems.answer(request, Problem(Kind.INVALID, errors=errors))
        if has_body and isinstance(request, WSGIRequest) and "Transfer-Encoding" in request.headers:
            return problems.answer(request, Problem(Kind.LENGTH_MISSING))
        return run(request, **values)

    return checked
