"""Whom the log shows what: it asks here who is behind a request, and which sheets they can open in Smartsheet now."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

from audit.access import Readable
from audit.recording import Actor, nobody
from edits.gateway.client import gateway_for
from edits.gateway.errors import GatewayError, SignInAgain
from edits.log_hooks.events import actor_of_profile, actor_of_user

FRESH = 60  # seconds that an answer holds, for the person and browser that asked
AWAY = 10  # seconds that nobody is kept waiting for the same silence again

SIGNED_OFF = "Only your own entries are shown, because your Smartsheet sign-in has expired. Sign in again to see more."
NO_ANSWER = "Only your own entries are shown, because Smartsheet didn't say which sheets you can open."


def reading_actor(request: HttpRequest) -> Actor:
    """Who reads: the signed-in person, or somebody of the admin, whom Smartsheet does not know."""
    profile = getattr(request, "smartsheet_user", None)
    if profile is not None:
        return actor_of_profile(profile)
    return actor_of_user(request.user) if request.user.is_authenticated else nobody()


def readable_sheets(request: HttpRequest) -> Readable:
    """The sheets that the person can open, asked with their token by one request and remembered for a minute.

    https://developers.smartsheet.com/api/smartsheet/openapi/sheets/list-sheets
    """
    if getattr(request, "smartsheet_user", None) is None:
        return Readable()
    key = f"readable_sheets:{request.user.pk}:{request.session.session_key}"
    readable: Readable | None = cache.get(key)
    if readable is None:
        readable = _asked(request)
        cache.set(key, readable, AWAY if readable.why_none else FRESH)
    return readable


def _asked(request: HttpRequest) -> Readable:
    try:
        return Readable(frozenset(sheet["id"] for sheet in gateway_for(request.user).sheets()))
    except SignInAgain:
        return Readable(why_none=SIGNED_OFF)
    except GatewayError:
        return Readable(why_none=NO_ANSWER)
