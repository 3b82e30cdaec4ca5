"""What a browser is told when its session has ended without anybody pressing Sign out there."""

from typing import cast

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest

from identity.sessions.browsers import ENDED
from identity.sessions.models import Ending
from identity.sessions.store import SessionStore


def session_of(request: HttpRequest) -> SessionStore:
    """The session, as what SESSION_ENGINE makes it."""
    return cast("SessionStore", request.session)


def end_if_barred(request: HttpRequest) -> None:
    """End the session of somebody who was let in and would not be let in now."""
    if SESSION_KEY in request.session and not request.user.is_authenticated:
        session_of(request).end(Ending.BARRED)


def take_notice(request: HttpRequest) -> str:
    """Why the browser was signed out, in a sentence, said once; "" if it was not."""
    end_if_barred(request)
    ending = request.session.pop(ENDED, "")
    return Ending(ending).sentence if ending in Ending.values else ""
