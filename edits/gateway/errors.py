"""Errors of calls to Smartsheet. There is one class for each thing that the caller can do next.

    GatewayError
      SignInAgain      the token is not accepted (401): ask the person to sign in again
      Forbidden        Smartsheet doesn't allow the person to make this call (403): trying again doesn't help
        NotGranted     this app or the person's token doesn't allow this call: nothing was sent
      NotFound         there is no such sheet, row or column for this person (404)
      Contested        another save of the same cells is in progress: nothing was sent, try again
      Refused          Smartsheet refused this request (other 4xx): `detail` says which row is wrong
      RateLimited      too many requests (429): nothing was done, try again after `retry_after`
      Unavailable      a read got no usable answer, or a write was surely not carried out: nothing was done
        Busy           this app has too many calls in progress, or the sheet is being changed: nothing was done,
                       try again after `retry_after`
        NotMade        an earlier attempt to make this change has ended, and the change was surely not made: try again
      OutcomeUnknown   a write was sent and got no clear answer: read the row back, never send it again

To catch all of these, catch GatewayError. After every error except OutcomeUnknown, the call certainly changed nothing.
"""

from math import ceil
from typing import Any

MOST_OF_A_UNIT = 90  # more than 90 of a unit are given in the next larger unit

JsonObject = dict[str, Any]  # a JSON object as Smartsheet sends it


class GatewayError(Exception):
    """A call to Smartsheet failed.

    `message` is one sentence for people. `error_code` and `ref_id` are from Smartsheet's answer. If Smartsheet didn't
    send this error, `error_code` is None, and `ref_id` is "". `detail` has further facts from Smartsheet, such as
    {"index": 0, "rowId": 123}.
    https://developers.smartsheet.com/api/smartsheet/error-codes
    """

    def __init__(
        self, message: str, *, error_code: int | None = None, ref_id: str = "", detail: JsonObject | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error_code = error_code
        self.ref_id = ref_id
        self.detail: JsonObject = detail or {}


class SignInAgain(GatewayError):
    """The access token is missing, revoked or expired."""


class Forbidden(GatewayError):
    """The person's access, plan or token doesn't allow this call."""


class NotGranted(Forbidden):
    """This app doesn't offer the feature, or the person's token lacks a scope for it. `can_be_granted` says whether
    signing in again helps.
    """

    def __init__(self, message: str, *, can_be_granted: bool) -> None:
        super().__init__(message)
        self.can_be_granted = can_be_granted


class NotFound(GatewayError):
    """The sheet, row or column doesn't exist, or this person can't see it."""


class Contested(GatewayError):
    """Another save of the same cells or rows is in progress. Nothing was sent."""


class Refused(GatewayError):
    """Smartsheet has read the request and refused it."""


class RateLimited(GatewayError):
    """There were too many requests with this token. `retry_after` is in seconds; None if Smartsheet names no time."""

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None,
        error_code: int | None = None,
        ref_id: str = "",
        detail: JsonObject | None = None,
    ) -> None:
        super().__init__(message, error_code=error_code, ref_id=ref_id, detail=detail)
        self.retry_after = retry_after


class Unavailable(GatewayError):
    """Smartsheet can't be reached, or gave no usable answer. Nothing was changed."""


class Busy(Unavailable):
    """This app has too many calls in progress, or another change to the sheet is in progress. `retry_after` is in
    seconds.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after: float,
        error_code: int | None = None,
        ref_id: str = "",
        detail: JsonObject | None = None,
    ) -> None:
        super().__init__(message, error_code=error_code, ref_id=ref_id, detail=detail)
        self.retry_after = retry_after


class NotMade(Unavailable):
    """An earlier attempt to make this change has ended, and the change was certainly not made."""


class OutcomeUnknown(GatewayError):
    """A change was sent, but it is unknown whether it was made."""


def wait_in_words(seconds: float) -> str:
    """Return a time to wait in words, such as “30 seconds”, “5 minutes” or “24 hours”. The number is rounded up."""
    counts = {"second": ceil(seconds), "minute": ceil(seconds / 60), "hour": ceil(seconds / 3600)}
    unit = next((unit for unit, count in counts.items() if count <= MOST_OF_A_UNIT), "hour")
    count = max(1, counts[unit])
    return f"{count} {unit}{'' if count == 1 else 's'}"
