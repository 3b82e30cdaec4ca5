"""The `state` of each sign-in under way: it proves that the browser that comes back is the one that left.

https://datatracker.ietf.org/doc/html/rfc9700#section-4.7
"""

import hmac
import secrets
from dataclasses import asdict, dataclass
from time import time
from typing import Any

from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db import transaction

from identity.sessions.models import BrowserSession

SESSION_KEY = "identity.pending"
LIFETIME = 600  # seconds; Smartsheet's own code lives as long
MOST = 20  # sign-ins under way in one browser: as many tabs


class WrongState(Exception):
    """No sign-in of this browser has this state, or not any more: it is used up."""


class ExpiredState(Exception):
    """The sign-in was begun more than LIFETIME ago."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in under way: where it goes (region) and where the person wants to go then (a path of our own)."""

    state: str
    region: str
    next_url: str
    begun_at: float  # seconds since 1970


def begin(session: SessionBase, *, region: str, next_url: str) -> str:
    """Note a new sign-in in this browser's session; gives its state."""
    new = Pending(secrets.token_urlsafe(32), region, next_url, time())
    if SESSION_KEY not in session and session.session_key is None:  # looking in also drops the key of a lost session
        session.create()
    try:
        with transaction.atomic():
            _write(session, [*_read(session), new][-MOST:])
    except UpdateError:  # another tab has signed out, or in, meanwhile: its key is nobody's any more
        session.flush()
        _write(session, [new])
    return new.state


def take(session: SessionBase, state: str) -> Pending:
    """The sign-in with this state, which from now on is used up; raises WrongState, ExpiredState."""
    with transaction.atomic():
        pending = _read(session) if session.session_key else []
        found = [one for one in pending if hmac.compare_digest(one.state.encode(), state.encode())]
        if not found:
            raise WrongState
        _write(session, [one for one in pending if one not in found])
    if time() - found[0].begun_at > LIFETIME:
        raise ExpiredState
    return found[0]


def _read(session: SessionBase) -> list[Pending]:
    """As the database has them now, locked: of two requests with one state, the second must find it gone."""
    BrowserSession.objects.select_for_update().filter(pk=session.session_key).first()
    stored: list[dict[str, Any]] = type(session)(session.session_key).get(SESSION_KEY, [])
    return [Pending(**one) for one in stored]


def _write(session: SessionBase, pending: list[Pending]) -> None:
    session[SESSION_KEY] = [asdict(one) for one in pending]
    session.save()
