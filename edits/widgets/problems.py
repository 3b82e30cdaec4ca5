"""What to tell a person when something did not work: what happened, what was saved, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from audit.recording import NotRecorded
from edits.gateway.errors import (
    Busy,
    Contested,
    Forbidden,
    GatewayError,
    NotFound,
    NotGranted,
    OutcomeUnknown,
    RateLimited,
    Refused,
    SignInAgain,
    Unavailable,
)


class Doing(Enum):
    """What the person was about to do."""

    READ = "read"
    CHANGE = "change"
    ADD = "add"
    DELETE = "delete"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Problem:
    """An error page's words. `status` is its HTTP status, `retry_after` in seconds, `ref_id` Smartsheet's own."""

    status: int
    title: str
    happened: str
    saved: str
    advice: str
    ref_id: str = ""
    error_code: int | None = None
    retry_after: int | None = None
    is_sign_in: bool = False


CONFLICT = "Someone else changed this cell while you were editing. Choose a value."  # at the field
ALREADY_SENT = Problem(
    status=409,
    title="This form was sent already",
    happened="You pressed Save twice, and the first save is in progress or failed.",
    saved="The second time, nothing was sent.",
    advice="Look at the sheet first. If the change is not there, save again.",
)
CHANGED_SINCE = Problem(
    status=409,
    title="This form was saved before, and you have changed it since",
    happened="What you sent the first time is dealt with.",
    saved="What you have changed in the form since then is not saved yet, and still in it.",
    advice="Look at it, and save again if you want that too. A form for a new row adds one more row then.",
)
ANOTHER_AUTHOR = Problem(
    status=409,
    title="Someone else opened this form",
    happened="Another person opened it, and has signed out of this browser since.",
    saved="Nothing was sent, because it would have been in your name.",
    advice="Open the row again to change it yourself.",
)
NOT_NOTED = Problem(
    status=200,
    title="Saved, but the log could not note it",
    happened="Smartsheet has made the change. The audit log shows that you set out to make it, and could not be"
    " written a second time to say that it was made.",
    saved="Your change was saved.",
    advice="There is nothing for you to do. Please tell whoever runs this app.",
)

TITLES: dict[type[Exception], tuple[int, str]] = {
    SignInAgain: (401, "Please sign in again"),
    NotGranted: (403, "This app may not do this for you"),
    Forbidden: (403, "Smartsheet does not allow this"),
    NotFound: (404, "It is not there any more"),
    Contested: (409, "The same cell is being saved from elsewhere"),
    Refused: (422, "Smartsheet refused this"),
    RateLimited: (429, "Too many requests for the moment"),
    Busy: (503, "Busy at the moment"),
    Unavailable: (503, "Smartsheet cannot be reached at the moment"),
    OutcomeUnknown: (502, "It is not certain whether this was done"),
    NotRecorded: (503, "The audit log cannot be written"),
}
NOT_RECORDED = "This app changes nothing that it cannot record, so nothing was sent to Smartsheet."
TELL_OPERATOR = "Try again in a moment. If it goes on, tell whoever runs this app."
LOOK_FIRST = {
    Doing.CHANGE: "Save again: the row is read first, and only what is still missing is sent.",
    Doing.ADD: "Look at the sheet before you save again, or the row may be in it twice.",
    Doing.DELETE: "Look at the sheet to see whether the row is gone.",
    Doing.UNDO: "Look at the cell: undo again if it still holds the newer value.",
}


def problem_of(error: GatewayError | NotRecorded, *, doing: Doing) -> Problem:
    """The words for an error."""
    status, title = next(words for kind, words in TITLES.items() if isinstance(error, kind))
    if isinstance(error, NotRecorded):
        return Problem(status, title, NOT_RECORDED, saved(error, doing), TELL_OPERATOR)
    wait = error.retry_after if isinstance(error, RateLimited | Busy) else None
    return Problem(
        status=status,
        title=title,
        happened=error.message,
        saved=saved(error, doing),
        advice=advice(error, doing),
        ref_id=error.ref_id,
        error_code=error.error_code,
        retry_after=None if wait is None else max(1, round(wait)),
        is_sign_in=isinstance(error, SignInAgain) or (isinstance(error, NotGranted) and error.can_be_granted),
    )


def saved(error: Exception, doing: Doing) -> str:
    """What was and was not saved, as sentences."""
    is_form = doing in {Doing.CHANGE, Doing.ADD}
    if isinstance(error, OutcomeUnknown):
        kept = " What you typed is still in the form." if is_form else ""
        return f"The audit log says so too: not certain yet.{kept}"
    if is_form:
        return "Nothing was saved. What you typed is still in the form."
    return "Nothing was deleted." if doing is Doing.DELETE else "Nothing was changed."


def advice(error: GatewayError, doing: Doing) -> str:
    """What to do, as a sentence."""
    again = "save again" if doing in {Doing.CHANGE, Doing.ADD} else "try again"
    match error:
        case SignInAgain():
            return "Sign in again, and you come back to this page."
        case NotGranted(can_be_granted=True):
            return "After signing in you come back to this page."
        case NotGranted():
            return "If you need it, ask whoever runs this app."
        case Forbidden():
            return "If you need this, ask the owner of the sheet for access."
        case NotFound():
            return "Go back to the sheet, or to the list of your sheets."
        case RateLimited(retry_after=None):
            return f"Wait a minute, then {again}."
        case RateLimited(retry_after=float(wait)) | Busy(retry_after=wait):
            seconds = max(1, round(wait))
            return f"Wait {seconds} second{'' if seconds == 1 else 's'}, then {again}."
        case OutcomeUnknown():
            return LOOK_FIRST[doing]
        case Refused() if doing is Doing.UNDO:
            return "Change the cell in the form of its row instead."
        case Refused():
            return f"Correct it and {again}."
        case _:
            return f"{again.capitalize()} in a moment."
