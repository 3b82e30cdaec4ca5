"""What a browser shows when its session has ended, and nobody pressed Sign out there.

Only sessions of the engine identity.sessions.store can say why they ended.
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
    """Store that the session was used now, or end it if its person can't sign in any more."""
    end_if_barred(request)
    if isinstance(request.session, SessionStore):
        request.session.touch()


def end_if_barred(request: HttpRequest) -> None:
    """End the session of someone who was signed in, and can't sign in now."""
    session = request.session
    if isinstance(session, SessionStore) and SESSION_KEY in session and not request.user.is_authenticated:
        session.end(_reason(session[SESSION_KEY]))


def take_notice(request: HttpRequest) -> str:
    """Why the browser was signed out, in a sentence, once; "" if it wasn't."""
    end_if_barred(request)
    ending = request.session.pop(ENDED, "")
    return Ending(ending).sentence if ending in Ending.values else ""


def _reason(user_id: Any) -> Ending:
    """Without a token, someone who isn't deactivated has lost it: Smartsheet doesn't accept it any more."""
    is_lost = SmartsheetUser.objects.filter(user=user_id, token=None).exclude(inactive("user__")).exists()
    return Ending.REVOKED if is_lost else Ending.BARRED
