"""The `state` of each sign-in: it proves that the browser that comes back from Smartsheet is the one that went there.

https://datatracker.ietf.org/doc/html/rfc9700#section-4.7
"""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from time import time
from typing import Any

from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db import transaction

from identity.sessions.models import BrowserSession

PENDING = "identity.pending"  # in a session: sign-ins that have started
USED = "identity.used"  # in a session: sign-ins whose state is used up
LIFETIME = 600  # seconds; Smartsheet's own code lives as long
MOST = 20  # of each in one browser: as many tabs


class WrongState(Exception):
    """No sign-in of this browser has this state."""


class UsedState(Exception):
    """This browser has used this state before; `next_url` is where that sign-in went."""

    def __init__(self, next_url: str) -> None:
        super().__init__("The state is used up.")
        self.next_url = next_url


class ExpiredState(Exception):
    """The sign-in started more than LIFETIME ago."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that has started: in which region, and where the person goes afterwards (a path of this app)."""

    state: str
    region: str
    next_url: str
    begun_at: float  # seconds since 1970


def begin(session: SessionBase, *, region: str, next_url: str) -> str:
    """Store a new sign-in in this browser's session; gives its state."""
    new = Pending(secrets.token_urlsafe(32), region, next_url, time())
    if PENDING not in session and session.session_key is None:  # the look-up also drops the key of a lost session
        session.create()
    try:
        with transaction.atomic():
            _write(session, [*_read(session, PENDING), new])
    except UpdateError:  # another tab has signed in or out meanwhile, which ended the session
        session.flush()
        _write(session, [new])
    return new.state


def take(session: SessionBase, state: str) -> Pending:
    """The sign-in with this state, which is used up from now on. Raises WrongState, UsedState, ExpiredState."""
    with transaction.atomic():
        pending = _read(session, PENDING) if session.session_key else []
        found = _find(pending, state)
        if found is None:
            used = _find(_read(session, USED), state) if session.session_key else None
            raise UsedState(used.next_url) if used else WrongState
        note_used(session, found)
        _write(session, [one for one in pending if one != found])
    if time() - found.begun_at > LIFETIME:
        raise ExpiredState
    return found


def note_used(session: SessionBase, pending: Pending) -> None:
    """Remember in this session that the state is used up. A new session has to be told again."""
    others = [one for one in _stored(session, USED) if one != pending]
    session[USED] = [asdict(one) for one in [*others, pending][-MOST:]]


def _find(among: Iterable[Pending], state: str) -> Pending | None:
    return next((one for one in among if hmac.compare_digest(one.state.encode(), state.encode())), None)


def _stored(session: SessionBase, key: str) -> list[Pending]:
    stored: list[dict[str, Any]] = session.get(key, [])
    return [Pending(**one) for one in stored]


def _read(session: SessionBase, key: str) -> list[Pending]:
    """As the database has them now, locked: of two requests with one state, the second must find it gone."""
    BrowserSession.objects.select_for_update().filter(pk=session.session_key).first()
    return _stored(type(session)(session.session_key), key)


def _write(session: SessionBase, pending: list[Pending]) -> None:
    session[PENDING] = [asdict(one) for one in pending[-MOST:]]
    session.save()
