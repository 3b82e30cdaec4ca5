"""Puts problems with an edit into words: what happened, what was saved, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from audit.recording import NotRecorded
from edits.gateway import answers
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
    Unavailable,
    wait_in_words,
)


class Doing(Enum):
    """What the person wanted to do."""

    READ = "read"
    CHANGE = "change"
    ADD = "add"
    DELETE = "delete"
    UNDO = "undo"
    UNDO_ADDING = "undo the addition of rows"
    UNDO_DELETING = "undo the deletion of rows"
    UNDO_MOVING = "undo the move of rows"


@dataclass(frozen=True, slots=True)
class Problem:
    """The words of an error page. `status` is its HTTP status, `retry_after` is in seconds, and `ref_id` is
    Smartsheet's id of the error.
    """

    status: int
    title: str
    happened: str
    saved: str
    advice: str
    ref_id: str = ""
    error_code: int | None = None
    retry_after: int | None = None
    is_sign_in: bool = False


CONFLICT = "Someone else changed this cell while you were editing. Choose a value."  # shown at the field
CHANGED_SINCE = Problem(
    status=409,
    title="This form was saved before, and you have changed it since",
    happened="You sent this form before, with other values. This app has already handled that first request.",
    saved="Your later changes are still in the form, and are not saved yet.",
    advice="Check your later changes. If you want to keep these changes, save again. If the form is for a new row, "
    "saving again adds another row.",
)
ANOTHER_AUTHOR = Problem(
    status=409,
    title="Another person opened this form",
    happened="Another person opened this form, and has signed out of this browser since then.",
    saved="Nothing was sent, because someone else's change would have been made in your name.",
    advice="Open the row again to change it yourself.",
)
NOT_NOTED = Problem(
    status=200,
    title="Saved, but the log doesn't say so",
    happened="Smartsheet made the change. The audit log shows that you sent the change, but this app couldn't record "
    "that the change succeeded.",
    saved="Your change was saved.",
    advice="You don't need to do anything. Please tell the administrator of this app.",
)

TITLES: dict[type[Exception], tuple[int, str]] = {
    SignInAgain: (401, "Please sign in again"),
    NotGranted: (403, "This app can't do this for you"),
    Forbidden: (403, "Smartsheet does not allow this"),
    NotFound: (404, "This no longer exists"),
    Contested: (409, "Another save of the same cell or row is in progress"),
    Refused: (422, "Smartsheet refused this"),
    RateLimited: (429, "Too many requests right now"),
    Busy: (503, "Busy right now"),
    NotMade: (409, "This was not done"),
    Unavailable: (503, "Smartsheet can't be reached right now"),
    OutcomeUnknown: (502, "This may or may not have been done"),
    NotRecorded: (503, "The audit log cannot be written"),
}
NOT_RECORDED = "This app makes no changes that it can't record, so nothing was sent to Smartsheet."
TELL_OPERATOR = "Try again in a moment. If this happens again, tell the administrator of this app."
LOOK_FIRST = {
    Doing.CHANGE: "Save again. This app then reads the row first and sends only the changes that were not saved yet.",
    Doing.ADD: "Look at the sheet before you save again. Otherwise the row may be added twice.",
    Doing.DELETE: "Look at the sheet to see whether the row was deleted.",
    Doing.UNDO: "Look at the cell. If the cell still has the value of the change, try to undo the change again.",
    Doing.UNDO_ADDING: "Look at the sheet. If what was added is still there, try to undo the addition again.",
    Doing.UNDO_DELETING: "Look at the sheet to see whether anything was added. Until the outcome is certain, "
    "this app doesn't add the same rows again.",
    Doing.UNDO_MOVING: "Look at the sheet. If not everything is at its old place, try to undo the move again.",
}
INSTEAD = {
    Doing.DELETE: "If you still don't want the row, try to delete it in Smartsheet.",
    Doing.UNDO: "Change the cell in the row's form instead.",
    Doing.UNDO_ADDING: "If you still don't want what was added, delete it in the sheet.",
    Doing.UNDO_DELETING: "If you still need what was deleted, add it by hand.",
    Doing.UNDO_MOVING: "If you still want to undo the move, move the rows by hand.",
}
NOT_THERE = {
    Doing.DELETE: "If the row is still there, delete it again.",
    Doing.UNDO: "If the old value isn't there, undo the change again.",
    Doing.UNDO_ADDING: "If the added rows are still there, try again to undo the addition.",
    Doing.UNDO_DELETING: "If what was deleted is still missing, undo the deletion again.",
    Doing.UNDO_MOVING: "If not everything is at its old place, undo the move again.",
}


def already_sent(doing: Doing) -> Problem:
    """Return the problem of a form that was sent again while the first save is in progress, or after it failed."""
    is_save = doing in {Doing.CHANGE, Doing.ADD}
    button, first = ("Save", "first save") if is_save else ("the button", "first request")
    not_there = NOT_THERE.get(doing, "If the change is not there, save again.")
    return Problem(
        status=409,
        title="This form was already sent",
        happened=f"You pressed {button} twice. The {first} is still in progress, or it failed.",
        saved="This second request changed nothing.",
        advice=f"Look at the sheet first. {not_there}",
    )


def problem_of(error: GatewayError | NotRecorded, *, doing: Doing) -> Problem:
    """Return the problem that describes an error in words."""
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
    """Return sentences that say what was saved and what wasn't."""
    is_form = doing in {Doing.CHANGE, Doing.ADD}
    if isinstance(error, OutcomeUnknown):
        kept = " What you typed is still in the form." if is_form else ""
        return f"The audit log shows the change as “not certain yet”.{kept}"
    if is_form:
        return "Nothing was saved. What you typed is still in the form."
    return "Nothing was deleted." if doing is Doing.DELETE else "Nothing was changed."


def advice(error: GatewayError, doing: Doing) -> str:
    """Return a sentence that says what to do."""
    again = "save again" if doing in {Doing.CHANGE, Doing.ADD} else "try again"
    match error:
        case SignInAgain():
            return "Sign in again. You then come back to this page."
        case NotGranted(can_be_granted=True):
            return "After signing in you come back to this page."
        case NotGranted():
            return "If you need this permission, ask the administrator of this app."
        case Forbidden():
            return "If you need more access to the sheet, ask the owner of the sheet."
        case NotFound():
            return "Go back to the sheet, or to the list of your sheets."
        case RateLimited(retry_after=None):
            return f"Wait a minute, then {again}."
        case RateLimited(retry_after=float(wait)) | Busy(retry_after=wait):
            return f"Wait {wait_in_words(wait)}, then {again}."
        case Unavailable(error_code=answers.MAINTENANCE):
            return f"{again.capitalize()} in a few minutes."
        case OutcomeUnknown():
            return LOOK_FIRST[doing]
        case Refused() if doing in INSTEAD:
            return INSTEAD[doing]
        case Refused():
            return f"Correct it and {again}."
        case _:
            return f"{again.capitalize()} in a moment."
