"""The `state` of a sign-in proves that the browser that comes back from Smartsheet is the one that started the sign-in.

The session stores the sign-ins that the browser has started. The database stores which states were used, as rows with a
unique key. Storing the used states in the session wouldn't be enough: if sessions are in cookies or files, an old copy
of a session could be used again. https://datatracker.ietf.org/doc/html/rfc9700#section-4.7
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

PENDING = "identity.pending"  # key in a session; the value has the started sign-ins, used or not
LIFETIME = 600  # a state is valid for this many seconds, like Smartsheet's code
MOST = 20  # the most sign-ins that a session stores; each tab of the browser can start one
KEPT = timedelta(days=14)  # how long a used state is remembered; after that it only counts as expired


class WrongState(Exception):
    """This browser has started no sign-in with this state."""


class UsedState(Exception):
    """This browser has already used this state. `next_url` is the page that the person reached when they used the state
    the first time.
    """

    def __init__(self, next_url: str) -> None:
        super().__init__("The state was already used.")
        self.next_url = next_url


class ExpiredState(Exception):
    """The sign-in was started more than LIFETIME seconds ago."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in or a connection that was started: its state, its region, and the page of this site where the person
    goes afterwards.

    For a connection, `user` is the primary key, as text, of the Django user who connects Smartsheet. For a sign-in,
    `user` is "".
    """

    state: str
    region: str
    next_url: str
    begun_at: float  # seconds since 1970
    user: str = ""


class SpentStateQuerySet(models.QuerySet["SpentState"]):
    def spend(self, state: str) -> bool:
        """Mark a state as used. Return False if the state was already used. If two processes call this at the same
        time, only one of them gets True.
        """
        now = timezone.now()
        self.filter(used_at__lt=now - KEPT).delete()
        _row, is_new = self.get_or_create(digest=_digest(state), defaults={"used_at": now})
        return is_new

    def has(self, state: str) -> bool:
        """Whether the state was used."""
        return self.filter(digest=_digest(state)).exists()


class SpentState(models.Model):
    """The hash of a used state."""

    digest = models.CharField(max_length=64, primary_key=True)
    used_at = models.DateTimeField(db_index=True)

    objects = SpentStateQuerySet.as_manager()

    class Meta:
        app_label = "identity"

    def __str__(self) -> str:
        return f"state used at {self.used_at}"


def begin(session: SessionBase, *, region: str, next_url: str, user: str = "") -> str:
    """Store a new sign-in in this browser's session. Return the sign-in's state."""
    new = Pending(secrets.token_urlsafe(32), region, next_url, time(), user)
    # Looking for PENDING reads the session. If the session was deleted, its key becomes None.
    if PENDING not in session and session.session_key is None:
        session.create()
    try:
        remember(session, new)
    except UpdateError:  # a sign-in or sign-out in another tab ended the session
        session.flush()
        _write(session, [new])
    return new.state


def take(session: SessionBase, state: str) -> Pending:
    """Mark the state as used, and return its sign-in. Raises WrongState, UsedState or ExpiredState if that isn't
    possible.
    """
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
    """Add the sign-in to the sign-ins that this session stores."""
    with transaction.atomic():
        _write(session, [*(one for one in _read(session) if one != pending), pending])


def _find(among: Iterable[Pending], state: str) -> Pending | None:
    return next((one for one in among if hmac.compare_digest(one.state.encode(), state.encode())), None)


def _of(session: SessionBase) -> list[Pending]:
    stored: list[dict[str, Any]] = session.get(PENDING, [])
    return [Pending(**one) for one in stored]


def _read(session: SessionBase) -> list[Pending]:
    """Return the stored sign-ins. If sessions are in a database, lock the session's row, so that two tabs don't
    overwrite each other's sign-ins.
    """
    if model := getattr(session, "model", None):
        model.objects.select_for_update().filter(pk=session.session_key).first()
    return _of(type(session)(session.session_key))


def _write(session: SessionBase, pending: list[Pending]) -> None:
    session[PENDING] = [asdict(one) for one in pending[-MOST:]]
    session.save()


def _digest(state: str) -> str:
    return sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
