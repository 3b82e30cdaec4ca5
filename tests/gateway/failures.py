"""Every way in which Smartsheet can fail, and the gateway's result for a read and for a write."""

from dataclasses import dataclass
from typing import Any

from edits.gateway.errors import (
    Busy,
    Forbidden,
    GatewayError,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Refused,
    SignInAgain,
    Unavailable,
)

SHEET_IN_USE = (
    "Request failed because sheetId 1 is currently being updated by another request that uses the same access token. "
    "Please retry your request once the previous request has completed."
)
UNEXPECTED = "An unexpected error has occurred. Please retry your request."
DETAIL = {"index": 0, "rowId": 5}


@dataclass(frozen=True, slots=True)
class Failure:
    """A fault of the sandbox, the errors that the gateway raises for a read and for a write, and how often the gateway
    sends the read.
    """

    name: str
    fault: dict[str, Any]
    read: type[GatewayError]
    write: type[GatewayError]
    reads: int = 1
    is_applied: bool = False  # whether a write is carried out anyway


# Requests that hang succeed in the end, so an error means that the gateway didn't wait.
FAILURES = [
    Failure("401", {"status": 401}, SignInAgain, SignInAgain),
    Failure("401 expired", {"status": 401, "errorCode": 1003}, SignInAgain, SignInAgain),
    Failure("403", {"status": 403}, Forbidden, Forbidden),
    Failure("404", {"status": 404}, NotFound, NotFound),
    Failure("400 with detail", {"status": 400, "errorCode": 1042, "detail": DETAIL}, Refused, Refused),
    Failure("429, long wait", {"status": 429, "headers": {"Retry-After": "30"}}, RateLimited, RateLimited),
    Failure("429, short wait", {"status": 429, "headers": {"Retry-After": "0"}}, RateLimited, RateLimited, reads=3),
    Failure("429", {"status": 429}, RateLimited, RateLimited, reads=3),
    Failure("500/4000", {"status": 500, "errorCode": 4000}, Unavailable, OutcomeUnknown),
    Failure("500/4002", {"status": 500, "errorCode": 4002}, Unavailable, OutcomeUnknown, reads=3),
    Failure(
        "500/4004, sheet in use (fault_10)",
        {"status": 500, "errorCode": 4004, "message": SHEET_IN_USE},
        Busy,
        Busy,
        reads=3,
    ),
    Failure(
        "500/4004, unexpected",
        {"status": 500, "errorCode": 4004, "message": UNEXPECTED},
        Unavailable,
        OutcomeUnknown,
        reads=3,
    ),
    Failure("503/4001", {"status": 503, "errorCode": 4001}, Unavailable, Unavailable),
    Failure("502 of a proxy", {"body": "html"}, Unavailable, OutcomeUnknown),
    Failure("503 of a proxy", {"status": 503, "body": "html"}, Unavailable, OutcomeUnknown),
    Failure("html", {"status": 200, "body": "html"}, Unavailable, OutcomeUnknown),
    Failure(
        "html, applied",
        {"status": 200, "body": "html", "apply": True},
        Unavailable,
        OutcomeUnknown,
        is_applied=True,
    ),
    Failure("empty", {"body": "empty"}, Unavailable, OutcomeUnknown),
    Failure("empty, applied", {"body": "empty", "apply": True}, Unavailable, OutcomeUnknown, is_applied=True),
    Failure("truncated", {"body": "truncated"}, Unavailable, OutcomeUnknown, is_applied=True),
    Failure("dropped before applying", {"drop": "before"}, Unavailable, OutcomeUnknown, reads=3),
    Failure("dropped after applying", {"drop": "after"}, Unavailable, OutcomeUnknown, reads=3, is_applied=True),
    Failure("dropped in the answer", {"drop": "during"}, Unavailable, OutcomeUnknown, reads=3, is_applied=True),
    Failure("dripping", {"body": "drip"}, Unavailable, OutcomeUnknown, is_applied=True),
    Failure("hung", {"delay": 12}, Unavailable, OutcomeUnknown),
]
