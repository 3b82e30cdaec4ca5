"""Maps exceptions to problems, and answers requests with these problems."""

from __future__ import annotations

import logging
from itertools import pairwise
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.signals import got_request_exception
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from api.changes import KINDS_OF_CHANGES
from api.problems import Kind, Problem, answer
from edits.gateway.errors import (
    Busy,
    Contested,
    Forbidden,
    GatewayError,
    NotFound,
    NotGranted,
    NotMade,
    OutcomeUnknown,
    RateLimited,
    Refused,
    SignInAgain,
)
from edits.saving import InProgress, KeyReused, NotRecorded
from identity.signals import CannotRecord
from identity.tokens import revocation

log = logging.getLogger(__name__)

KEY = ("header", "Idempotency-Key")
NO_KEY = {"missing", "string_too_short"}  # what Pydantic calls a header that is missing or empty
CELL_VALUES = {"value", "shown"}
NO_VALUE = "The value of a cell is a text, a number, true, false, null, or a list of texts."
AGAIN = 10  # seconds after which callers try again if the database or the log doesn't answer
SMARTSHEETS_MINUTE = 60  # seconds; Smartsheet counts requests by the minute, and rarely says how long to wait
KINDS: dict[type[Exception], Kind] = {
    SignInAgain: Kind.SIGN_IN_AGAIN,
    NotGranted: Kind.NOT_GRANTED,
    Forbidden: Kind.FORBIDDEN,
    NotFound: Kind.NOT_FOUND,
    Contested: Kind.CONTESTED,
    Refused: Kind.REFUSED,
    RateLimited: Kind.RATE_LIMITED,
    OutcomeUnknown: Kind.UNKNOWN,
    Busy: Kind.BUSY,
    NotMade: Kind.NOT_SENT,
    GatewayError: Kind.UNAVAILABLE,
    AuthenticationError: Kind.NOT_SIGNED_IN,
    Http404: Kind.NOT_FOUND,
    RequestDataTooBig: Kind.TOO_LARGE,
    InProgress: Kind.IN_PROGRESS,
    KeyReused: Kind.KEY_REUSED,
    NotRecorded: Kind.LOG_AWAY,
    CannotRecord: Kind.LOG_AWAY,
    OperationalError: Kind.DATABASE_AWAY,
    InterfaceError: Kind.DATABASE_AWAY,
    InternalError: Kind.DATABASE_AWAY,  # PostgreSQL raises this if it is read-only, for example after a failover
    HttpError: Kind.UNREADABLE_BODY,  # ninja itself raises this only for a body that it can't read
}


def handle_on(api: NinjaAPI) -> None:
    """Make the API answer all exceptions of its operations with problem+json."""
    api.add_exception_handler(Problem, lambda request, problem: answer(request, _problem(problem)))
    api.add_exception_handler(ValidationError, lambda request, error: answer(request, _invalid(error)))
    api.add_exception_handler(Exception, _fault)
    for cause in KINDS:
        api.add_exception_handler(cause, _known)


def kind_of(error: Exception) -> Kind:
    """Return the kind of problem for an exception."""
    return next((KINDS[cause] for cause in type(error).__mro__ if cause in KINDS), Kind.FAULT)


def retry_after(error: Exception | None) -> int | None:
    """Return the seconds that the caller should wait, if known."""
    if isinstance(error, RateLimited | Busy):
        return SMARTSHEETS_MINUTE if error.retry_after is None else max(1, round(error.retry_after))
    return AGAIN if error and kind_of(error) in {Kind.LOG_AWAY, Kind.DATABASE_AWAY} else None


def _problem(problem: Any) -> Problem:
    if not isinstance(problem, Problem):
        raise TypeError(problem)
    return problem


def _known(request: HttpRequest, error: Any) -> HttpResponse:
    kind = kind_of(error)
    if kind in {Kind.LOG_AWAY, Kind.DATABASE_AWAY}:
        log.error("%s was answered with 503: %s", request.path, type(error).__name__)
    if kind is Kind.SIGN_IN_AGAIN:
        revocation.follow_up(request.user.pk)
    detail, more = "", {}
    if isinstance(error, GatewayError):
        detail, more = error.message, {"error_code": error.error_code, "ref_id": error.ref_id}
    return answer(request, Problem(kind, detail, retry_after=retry_after(error), more=more))


def _fault(request: HttpRequest, error: Any) -> HttpResponse:
    """Log an unexpected error as Django does, and answer the request with a problem."""
    log.error("%s failed.", request.path, exc_info=error)
    got_request_exception.send(sender=None, request=request)
    return answer(request, Problem(Kind.FAULT))


def _invalid(error: Any) -> Problem:
    if any(tuple(one["loc"]) == KEY and one["type"] in NO_KEY for one in error.errors):
        return Problem(Kind.KEY_MISSING)
    details: dict[str, str] = {}
    for one in error.errors:
        said = NO_VALUE if _is_in_value(one["loc"]) else str(one["msg"]).removeprefix("Value error, ")
        details.setdefault(_pointer(one["loc"]), said)
    return Problem(Kind.INVALID, errors=[{"pointer": place, "detail": said} for place, said in details.items()])


def _is_in_value(loc: tuple[str | int, ...]) -> bool:
    """Whether an error is about the type of a cell's value. For one wrong value, Pydantic reports an error for each
    allowed type. `_invalid` replaces these errors by one sentence.
    """
    return loc[0] == "body" and any(part in CELL_VALUES for part in loc[:-1])


def _pointer(loc: tuple[str | int, ...]) -> str:
    """Return the place of an error: a JSON pointer (RFC 6901) into the body, or the name of a parameter.

    `loc` is the place as Pydantic reports it. Pydantic adds the kind of a change after the change's index, and the type
    of a value after the value's name. This function leaves out both, because they aren't in the body.
    """
    source, *rest = loc
    if source != "body":
        return str(rest[0]) if rest else str(source)
    path: list[str | int] = []
    for before, part in pairwise(rest):
        if not (isinstance(before, int) and part in KINDS_OF_CHANGES):
            path.append(part)
        if part in CELL_VALUES:
            break
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
