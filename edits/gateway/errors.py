"""Errors of calls to Smartsheet, named by what the caller does next.

    GatewayError
      SignInAgain      the token is not accepted (401): ask the person to sign in again
      Forbidden        this person may not do this (403): say so, asking again doesn't help
        NotGranted     this app can't do this for them: nothing was sent
      NotFound         there is no such sheet, row or column for this person (404)
      Contested        someone else is saving the same cells: nothing was sent, ask again
      Refused          Smartsheet said no to this very request (other 4xx): `detail` names the row
      RateLimited      too many requests (429): nothing was done, try again after `retry_after`
      Unavailable      nothing was done: no usable answer to a read, or a write that was surely not carried out
        Busy           too much is in progress, here or on the sheet: nothing was done, try again after `retry_after`
      OutcomeUnknown   a write was sent and got no clear answer: read the row back, never send it again

Catch GatewayError to catch them all. All but OutcomeUnknown are certain: what was asked for was not done.
"""

from typing import Any

JsonObject = dict[str, Any]  # a JSON object just as Smartsheet sends it


class GatewayError(Exception):
    """A call to Smartsheet did not do what was asked.

    `message` is one sentence for people; `error_code` and `ref_id` are Smartsheet's own (None and "" when the
    failure is not its answer); `detail` is what it says beyond that, such as {"index": 0, "rowId": 123}.
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
    """The person's access, plan or token does not allow this."""


class NotGranted(Forbidden):
    """This app does not offer it, or the person's token lacks a scope for it; `can_be_granted` by signing in again."""

    def __init__(self, message: str, *, can_be_granted: bool) -> None:
        super().__init__(message)
        self.can_be_granted = can_be_granted


class NotFound(GatewayError):
    """What the request names doesn't exist, or this person can't see it."""


class Contested(GatewayError):
    """Someone else is saving the same cells; nothing was sent."""


class Refused(GatewayError):
    """Smartsheet has read the request, and refuses it."""


class RateLimited(GatewayError):
    """Too many requests with this token; `retry_after` is in seconds, None when Smartsheet does not say."""

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
    """Smartsheet can't be reached, or gave no usable answer; nothing was changed."""


class Busy(Unavailable):
    """Too many calls of this app are in progress, or another change to the sheet is; `retry_after` is in seconds."""

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


class OutcomeUnknown(GatewayError):
    """A change was sent, and whether it was made is not known."""
