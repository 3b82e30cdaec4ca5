"""The `state` of each sign-in: it proves that the browser that comes back from Smartsheet is the one that went there.

The session, of whatever engine, holds the sign-ins that a browser has started. That a state is used up is a row of the
database, whose key allows one row only: a session in a cookie or a file could be read a second time.
https://datatracker.ietf.org/doc/html/rfc9700#section-4.7
"""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from hashlib import sha256
from time import time
from typing import Any

from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db import models, transaction
from django.utils import timezone

PENDING = "identity.pending"  # in a session: sign-ins that have started, used or not
LIFETIME = 600  # seconds; Smartsheet's own code lives as long
MOST = 20  # of them in one browser: as many tabs
KEPT = timedelta(days=14)  # so long a state is known as used, and not only as expired


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
    """A sign-in that has started: in which region, and where the person goes afterwards (a path of this site).

    `user` is the key of the Django user who connects Smartsheet, as text; "" for someone who signs in with it.
    """

    state: str
    region: str
    next_url: str
    begun_at: float  # seconds since 1970
    user: str = ""


class SpentStateQuerySet(models.QuerySet["SpentState"]):
    def spend(self, state: str) -> bool:
        """Use up a state; False if it was used before. Of two processes that do so at once, one gets True."""
        now = timezone.now()
        self.filter(used_at__lt=now - KEPT).delete()
        _row, is_new = self.get_or_create(digest=_digest(state), defaults={"used_at": now})
        return is_new

    def has(self, state: str) -> bool:
        """Whether the state is used up."""
        return self.filter(digest=_digest(state)).exists()


class SpentState(models.Model):
    """A state that is used up, as a hash."""

    digest = models.CharField(max_length=64, primary_key=True)
    used_at = models.DateTimeField(db_index=True)

    objects = SpentStateQuerySet.as_manager()

    class Meta:
        app_label = "identity"

    def __str__(self) -> str:
        return f"state used at {self.used_at}"


def begin(session: SessionBase, *, region: str, next_url: str, user: str = "") -> str:
    """Store a new sign-in in this browser's session; gives its state."""
    new = Pending(secrets.token_urlsafe(32), region, next_url, time(), user)
    if PENDING not in session and session.session_key is None:  # the look-up also drops the key of a lost session
        session.create()
    try:
        remember(session, new)
    except UpdateError:  # another tab has signed in or out meanwhile, which ended the session
        session.flush()
        _write(session, [new])
    return new.state


def take(session: SessionBase, state: str) -> Pending:
    """The sign-in with this state, which is used up from now on. Raises WrongState, UsedState, ExpiredState."""
    found = _find(_of(session), state)
    if found is None:
        raise WrongState
    is_expired = time() - found.begun_at > LIFETIME
    if SpentState.objects.has(state) if is_expired else not SpentState.objects.spend(state):
        raise UsedState(found.next_url)
    if is_expired:
        raise ExpiredState
    return found


def remember(session: SessionBase, pending: Pending) -> None:
    """Keep the sign-in in this session, after those that are in it."""
    with transaction.atomic():
        _write(session, [*(one for one in _read(session) if one != pending), pending])


def _find(among: Iterable[Pending], state: str) -> Pending | None:
    return next((one for one in among if hmac.compare_digest(one.state.encode(), state.encode())), None)


def _of(session: SessionBase) -> list[Pending]:
    stored: list[dict[str, Any]] = session.get(PENDING, [])
    return [Pending(**one) for one in stored]


def _read(session: SessionBase) -> list[Pending]:
    """As they are stored now; in a database locked, so that of two tabs none loses the other's."""
    if model := getattr(session, "model", None):
        model.objects.select_for_update().filter(pk=session.session_key).first()
    return _of(type(session)(session.session_key))


def _write(session: SessionBase, pending: list[Pending]) -> None:
    session[PENDING] = [asdict(one) for one in pending[-MOST:]]
    session.save()


def _digest(state: str) -> str:
    return sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
