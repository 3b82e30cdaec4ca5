"""Shows a person why their session ended, unless they signed out themselves.

This module needs the session engine identity.sessions.store.
"""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest

from identity.models import SmartsheetUser
from identity.sessions.browsers import ENDED
from identity.sessions.models import Ending
from identity.sessions.store import SessionStore
from identity.users import inactive


def note_use(request: HttpRequest) -> None:
    """Store that the session was used now. If the person can't sign in any more, end the session."""
    end_if_barred(request)
    if isinstance(request.session, SessionStore):
        request.session.touch()


def end_if_barred(request: HttpRequest) -> None:
    """End the session of a person who was signed in, but can't sign in any more."""
    session = request.session
    if isinstance(session, SessionStore) and SESSION_KEY in session and not request.user.is_authenticated:
        session.end(_reason(session[SESSION_KEY]))


def take_notice(request: HttpRequest) -> str:
    """Return a sentence that says why the browser was signed out. Return "" if it wasn't signed out, or if an earlier
    call has returned the sentence.
    """
    end_if_barred(request)
    ending = request.session.pop(ENDED, "")
    return Ending(ending).sentence if ending in Ending.values else ""


def _reason(user_id: Any) -> Ending:
    """Return why the person can't sign in. If the person isn't deactivated or blocked, but this app has no token of the
    person, the reason is that Smartsheet has ended this app's access to the person's Smartsheet account.
    """
    without = SmartsheetUser.objects.filter(user=user_id, token=None, is_blocked=False)
    is_lost = without.exclude(inactive("user__")).exists()
    return Ending.REVOKED if is_lost else Ending.BARRED
