"""Turns an HTTP answer of Smartsheet into its JSON object, or into the error to raise.

https://developers.smartsheet.com/api/smartsheet/error-codes
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import orjson

from edits.gateway.collector import paused_while_parsing
from edits.gateway.errors import (
    Busy,
    Forbidden,
    GatewayError,
    JsonObject,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Refused,
    SignInAgain,
    Unavailable,
    wait_in_words,
)
from edits.gateway.shapes import LARGEST_ID, is_shallow
from edits.gateway.transport import Answer, NoAnswer
from identity.connections import NotSent

MAINTENANCE, SERVER_TIMEOUT, RETRY = 4001, 4002, 4004  # errorCode
SUCCESS, PARTIAL_SUCCESS = 0, 3  # resultCode

SHEET_BUSY_FOR = 1.0  # seconds; another change to a sheet seldom takes longer
LONGEST_MESSAGE = 1_000  # characters; Smartsheet's messages are much shorter, even if they quote a cell
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
REF_ID = re.compile(r"[\w-]{1,40}", re.ASCII)  # other texts aren't ids from Smartsheet
LONGEST_WAIT = 86_400.0  # seconds; messages never name a longer wait

REFUSES = "Smartsheet refuses this"
SIGN_IN_AGAIN = "Your Smartsheet sign-in is no longer valid. Please sign in again."
NOT_CONNECTED = "You aren't connected with Smartsheet yet. Please sign in with Smartsheet."
NOT_RENEWED = "Smartsheet couldn't renew your sign-in right now."
NOT_SENT = "Smartsheet can't be reached right now."
TOO_LATE = "Smartsheet took too long to answer earlier requests, so the change was not sent."
DOWN = "Smartsheet is down for maintenance."
SHEET_BUSY = "Smartsheet is busy with another change to this sheet."
APP_BUSY = "Smartsheet is slow, and too many requests of this app are already waiting for an answer."
PERSON_BUSY = "This app is already waiting for Smartsheet to answer several of your requests."
NO_ANSWER = "Smartsheet gave no answer that this app can use."
UNKNOWN = "The change was sent, but Smartsheet gave no clear answer. It isn't known whether the change was made."


def read(answer: Answer, *, is_write: bool) -> JsonObject | GatewayError:
    """Return the JSON object of a successful answer. For any other answer, return the error to raise."""
    content = _json_object(answer.body)
    if 200 <= answer.status <= 299:
        is_clear = content.get("resultCode") in (SUCCESS, PARTIAL_SUCCESS) if is_write else bool(content)
        return content if is_clear else _no_clear_answer(is_write=is_write)
    return _error(answer, content, is_write=is_write)


def no_answer(error: NotSent | NoAnswer, *, is_write: bool) -> GatewayError:
    """Return the error to raise after a request that couldn't be sent, or that got no complete answer."""
    return Unavailable(NOT_SENT) if isinstance(error, NotSent) else _no_clear_answer(is_write=is_write)


def refusal(said: JsonObject | None) -> Refused:
    """Return the error for a row that Smartsheet refused although it saved other rows of the same request.

    https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/scalability-options (Partial Success)
    """
    content = said if isinstance(said, dict) else {}
    return Refused(_sentence(REFUSES, _said(content)), **_facts(content))


def may_pass(error: GatewayError) -> bool:
    """Whether a read that failed with this error is likely to succeed a moment later."""
    return isinstance(error, RateLimited) or error.error_code in (SERVER_TIMEOUT, RETRY)


def _no_clear_answer(*, is_write: bool) -> GatewayError:
    return OutcomeUnknown(UNKNOWN) if is_write else Unavailable(NO_ANSWER)


def _json_object(body: bytes | bytearray) -> JsonObject:
    try:
        with paused_while_parsing(len(body)):
            content = orjson.loads(body)
            is_usable = isinstance(content, dict) and is_shallow(content)
    except ValueError:
        return {}
    return content if is_usable else {}


def _error(answer: Answer, content: JsonObject, *, is_write: bool) -> GatewayError:
    code, said, facts = content.get("errorCode"), _said(content), _facts(content)
    match answer.status:
        case 401:
            return SignInAgain(SIGN_IN_AGAIN, **facts)
        case 403:
            return Forbidden(_sentence("Smartsheet does not allow you to do this", said), **facts)
        case 404:
            return NotFound(_sentence("This doesn't exist in Smartsheet, or you have no access to it", said), **facts)
        case 429:
            wait = _retry_after(answer.headers.get("Retry-After", ""))
            return RateLimited(_busy(wait), retry_after=wait, **facts)
        case status if 400 <= status <= 499:
            return Refused(_sentence(REFUSES, said), **facts)
    if is_write and not _is_surely_not_applied(code, said):
        return OutcomeUnknown(UNKNOWN, **facts)
    if _is_sheet_in_use(code, said):
        return Busy(SHEET_BUSY, retry_after=SHEET_BUSY_FOR, **facts)
    return Unavailable(DOWN if code == MAINTENANCE else NO_ANSWER, **facts)


def _said(content: JsonObject) -> str:
    """Return Smartsheet's message on one line and without control characters. The end of a very long message is cut
    off.
    """
    said = content.get("message")
    if not isinstance(said, str):
        return ""
    text = " ".join(CONTROLS.sub(" ", said[: 2 * LONGEST_MESSAGE]).split())
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 1]}…"


def _facts(content: JsonObject) -> JsonObject:
    code, ref_id, detail = (content.get(key) for key in ("errorCode", "refId", "detail"))
    return {
        "error_code": code if type(code) is int and abs(code) <= LARGEST_ID else None,
        "ref_id": ref_id if isinstance(ref_id, str) and REF_ID.fullmatch(ref_id) else "",
        "detail": detail if isinstance(detail, dict) else {},
    }


def _is_surely_not_applied(code: object, said: str) -> bool:
    """Whether a 5xx answer to a write proves that nothing was done.

    The error code 4001 (down for maintenance) is such a proof. 4004 is a proof only if the answer's text says that
    another request is changing the sheet. Nothing else is a proof. 4000, and 4004 with another text, are unexpected
    errors. 4002 is a time-out inside Smartsheet. An answer without a code comes from a server in front of Smartsheet.
    Such a server doesn't know what Smartsheet did.
    """
    return code == MAINTENANCE or _is_sheet_in_use(code, said)


def _is_sheet_in_use(code: object, said: str) -> bool:
    return code == RETRY and "currently being updated" in said


def _busy(wait: float | None) -> str:
    when = "a minute" if wait is None else wait_in_words(wait)
    return f"Smartsheet is getting too many requests. Try again in {when}."


def _sentence(what: str, said: str) -> str:
    return f"{what}: {said}" if said else f"{what}."


def _retry_after(header: str) -> float | None:
    """Return the seconds to wait, from the header Retry-After; None if the header gives no time. The header can have a
    number of seconds or a date.
    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    if header.isdecimal():
        return min(float(header), LONGEST_WAIT)
    try:
        wait = (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
        return min(max(0.0, wait), LONGEST_WAIT)
    except (ValueError, TypeError):  # not a date, or one without a time zone
        return None
