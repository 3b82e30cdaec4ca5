"""Finds out for the log's pages who is reading them, and which sheets this reader can open in Smartsheet."""

from __future__ import annotations

from django.http import HttpRequest

from audit.access import Readable
from audit.recording import Actor, nobody
from edits.log_hooks.actors import actor_of_profile, actor_of_user
from edits.sheets.openable_sheets import Unknown, openable_sheets

WHY_NONE = {
    Unknown.BEING_ASKED: "Only your own entries are shown until Smartsheet says which sheets you can open.",
    Unknown.NO_ANSWER: "Only your own entries are shown, because Smartsheet didn't say which sheets you can open.",
    Unknown.SIGN_IN_AGAIN: "Only your own entries are shown, because your Smartsheet sign-in has expired. Sign in"
    " again to see more.",
}


def reading_actor(request: HttpRequest) -> Actor:
    """Return the reader: the signed-in person, or an admin user without a Smartsheet account."""
    profile = getattr(request, "smartsheet_user", None)
    if profile is not None:
        return actor_of_profile(profile)
    return actor_of_user(request.user) if request.user.is_authenticated else nobody()


def readable_sheets(request: HttpRequest, *, is_waiting: bool) -> Readable:
    """Return the sheets that the person can open. If this app doesn't know the sheets and `is_waiting` is true, ask
    Smartsheet for them and wait for the answer.
    """
    if getattr(request, "smartsheet_user", None) is None:
        return Readable()
    found = openable_sheets(request.user, is_waiting=is_waiting)
    if isinstance(found, Unknown):
        return Readable(why_none=WHY_NONE[found], is_being_asked=found is Unknown.BEING_ASKED)
    return Readable(found)
