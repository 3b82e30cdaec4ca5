"""Defines the API's errors. They are sent as application/problem+json. Each error has a type, and the meaning of a type
never changes.

https://www.rfc-editor.org/rfc/rfc9457
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

CONTENT_TYPE = "application/problem+json"
WAYS_TO_SIGN_IN = 'Bearer realm="byline"'  # the header WWW-Authenticate, which every 401 must have


class Kind(Enum):
    """The kinds of problems. Each value has the last part of the problem's type, the HTTP status, and a title for
    people.
    """

    UNREADABLE_BODY = ("unreadable-body", 400, "This app can't read the body as JSON")
    KEY_MISSING = ("idempotency-key-missing", 400, "A write needs the header Idempotency-Key")
    TOKEN_REFUSED = ("app-token-not-accepted", 401, "The app token is not accepted")
    NOT_SIGNED_IN = ("not-signed-in", 401, "No one is signed in")
    SIGN_IN_AGAIN = ("sign-in-again", 401, "The person has to sign in with Smartsheet again")
    SCOPE_MISSING = ("scope-missing", 403, "The app token doesn't have the scope for this")
    NO_CSRF_TOKEN = ("csrf-token-missing", 403, "A browser's session needs a CSRF token")
    NOT_GRANTED = ("not-granted", 403, "This app may not do this for the person")
    FORBIDDEN = ("forbidden", 403, "The person may not do this")
    NOT_FOUND = ("not-found", 404, "This doesn't exist, or this person has no access to it")
    METHOD = ("method-not-allowed", 405, "This address doesn't support the method")
    CONFLICT = ("conflict", 409, "A cell no longer has the value that was shown")
    CONTESTED = ("contested", 409, "Another save of the same cell or row is in progress")
    MORE_ROWS = ("more-rows", 409, "The number of rows to delete has changed")
    IN_PROGRESS = ("idempotency-key-in-use", 409, "A save with this key is in progress")
    LENGTH_MISSING = ("length-missing", 411, "The body needs the header Content-Length")
    TOO_LARGE = ("body-too-large", 413, "The body is too large")
    INVALID = ("invalid-request", 422, "The request is not valid")
    KEY_REUSED = ("idempotency-key-reused", 422, "The key was already used for another save")
    REFUSED = ("refused", 422, "This was refused")
    TOO_MANY_CALLS = ("too-many-calls", 429, "The app token was used too often")
    RATE_LIMITED = ("smartsheet-rate-limited", 429, "Smartsheet is getting too many requests")
    FAULT = ("fault", 500, "This app has a fault")
    UNKNOWN = ("outcome-unknown", 502, "This may or may not have been done")
    NOT_SENT = ("not-sent", 503, "Nothing was sent; try again later")
    BUSY = ("busy", 503, "Too many requests are in progress; try again later")
    UNAVAILABLE = ("smartsheet-unavailable", 503, "Smartsheet cannot be reached")
    LOG_AWAY = ("log-unavailable", 503, "The audit log cannot be written")
    DATABASE_AWAY = ("database-unavailable", 503, "This app's database cannot be reached")

    def __init__(self, slug: str, status: int, title: str) -> None:
        self.slug = slug
        self.type = f"urn:byline:problem:{slug}"
        self.status = status
        self.title = title


class Problem(Exception):
    """A request is wrong, or couldn't be carried out.

    `detail` is a sentence about this case. `errors` lists wrong places in the body or the query. `more` has further
    items of the answer's JSON. `retry_after` is in seconds.
    """

    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        *,
        errors: Sequence[Mapping[str, str]] = (),
        retry_after: int | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(kind.type)
        self.kind = kind
        self.detail = detail or f"{kind.title}."
        self.errors = errors
        self.retry_after = retry_after
        self.more = more or {}


def content(problem: Problem, *, request_id: str = "") -> dict[str, Any]:
    """Return the problem as JSON."""
    return {
        "type": problem.kind.type,
        "title": problem.kind.title,
        "status": problem.kind.status,
        "detail": problem.detail,
        "request_id": request_id,
        **({"errors": problem.errors} if problem.errors else {}),
        **problem.more,
    }


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return the response with the problem."""
    body = content(problem, request_id=getattr(request, "request_id", ""))
    response = HttpResponse(orjson.dumps(body), status=problem.kind.status, content_type=CONTENT_TYPE)
    if problem.retry_after is not None:
        response["Retry-After"] = str(problem.retry_after)
    if problem.kind.status == 401:
        response["WWW-Authenticate"] = WAYS_TO_SIGN_IN
    return response
