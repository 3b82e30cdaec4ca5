"""The way to a person's access token: valid, and refreshed by one process only, once.

Smartsheet's refresh tokens are good for one use, and the pair they replace dies with it: of two refreshes at the same
moment, the second loses. So whoever refreshes first takes a lease on the row (Token.take_lease). A lease is no
database lock: no transaction is open while Smartsheet is asked, it holds between processes and machines on every
database, and it ends by itself when its holder is killed. (Advisory locks are PostgreSQL's alone and hold a
connection; a file lock holds on one machine.) The clocks of the machines must agree to a second or so.

Whatever happens, the person is at worst asked to sign in again: when the holder is killed, or its answer is lost,
between Smartsheet's refresh and our storing of the new pair.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from random import uniform
from time import monotonic, sleep
from typing import TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from identity import capacity
from identity.conf import settings
from identity.models import SmartsheetUser, Token
from identity.regions import Region, UnknownRegion, region
from identity.signals import token_lost, token_refreshed
from identity.signin import oauth
from identity.signin.oauth import GrantRefused, OAuthError
from identity.tokens.encryption import WrongTokenKey
from identity.transport import Deadline

SHARE = 1 / 3  # of SMARTSHEET_DEADLINE; the rest is for what the person came for
POLL = 0.05  # seconds between two looks at a refresh of somebody else
PAUSE = 15.0  # seconds after a refresh that failed: not everybody waits for a token endpoint that hangs
GRACE = 2.0  # seconds to store the new pair
EXPIRED = 1003  # errorCode of an access token that a refresh replaces

AnyUser = AbstractBaseUser | AnonymousUser
T = TypeVar("T")
logger = logging.getLogger(__name__)


class SignInAgain(Exception):
    """There is no token that Smartsheet would take: only signing in again helps."""


class TryLater(Exception):
    """The token has ended and Smartsheet could not be asked for the next one just now. Nothing is lost."""


class TooManyCalls(TryLater):
    """Smartsheet wasn't asked, as too many calls to it are in progress: in all, or of this person (`is_own`)."""

    def __init__(self, busy: capacity.Busy) -> None:
        super().__init__(str(busy))
        self.is_own = busy.is_own


def token_for(user: AnyUser, *, seconds: float | None = None) -> str:
    """A valid access token of this Django user, refreshed if it is about to expire.

    `seconds` is the longest that this may take, a third of SMARTSHEET_DEADLINE by default. While Smartsheet cannot
    be had, or too many calls are in progress, the token is given for as long as it is valid. Raises SignInAgain,
    TryLater, and RuntimeError in an open transaction: a rollback would lose the new pair.
    """
    token = _stored(user)
    if not token.is_due:
        return token.access_token
    try:
        with capacity.call_in_progress(_name(token)):
            return _refreshed(user, _ends(seconds))
    except capacity.Busy as busy:
        if token.is_expired and token.refresh_token:
            raise TooManyCalls(busy) from None
        return _still_valid(token)


def token_instead_of(rejected: str, user: AnyUser, *, error_code: int | None, seconds: float | None = None) -> str:
    """The access token to try once more with, after Smartsheet answered 401 and this error code to `rejected`.

    It is the one that somebody else has got meanwhile, or, for an expired token, a refreshed one. Raises SignInAgain
    and TryLater. https://developers.smartsheet.com/api/smartsheet/error-codes
    """
    ends = _ends(seconds)
    try:
        with capacity.call_in_progress(_name(_stored(user))):
            while True:
                token = _stored(user)
                if token.access_token != rejected:
                    return token.access_token
                if not token.is_being_refreshed and not (error_code == EXPIRED and token.refresh_token):
                    raise SignInAgain
                if token.is_put_off or not _is_worth_another_look(token, ends):
                    raise TryLater
    except capacity.Busy as busy:
        raise TooManyCalls(busy) from None


def with_token(user: AnyUser, call: Callable[[str, Deadline], T]) -> T:
    """What `call`, which reads or can be repeated, gives for the user's access token, within SMARTSHEET_DEADLINE.

    Where identity.signin.oauth says that the token has ended, it is called once more with the next one. Raises what it
    raises, SignInAgain and TryLater.
    """
    ends, deadline = monotonic() + settings.SMARTSHEET_DEADLINE, Deadline(settings.SMARTSHEET_DEADLINE)
    try:
        with capacity.call_in_progress(_name(_stored(user))):
            token = token_for(user)
            try:
                return call(token, deadline)
            except GrantRefused as error:
                left = (ends - monotonic()) / 2
                token = token_instead_of(token, user, error_code=error.error_code, seconds=left)
            return call(token, deadline)
    except capacity.Busy as busy:
        raise TooManyCalls(busy) from None


def _refreshed(user: AnyUser, ends: float) -> str:
    while True:
        token = _stored(user)
        if not token.is_due:
            return token.access_token
        is_waiting = token.refresh_token and not token.is_put_off and _is_worth_another_look(token, ends)
        if not is_waiting:
            return _still_valid(token)


def _name(token: Token) -> str:
    return f"{token.person.region}:{token.person.smartsheet_id}"


def _ends(seconds: float | None) -> float:
    return monotonic() + (SHARE * settings.SMARTSHEET_DEADLINE if seconds is None else seconds)


def _stored(user: AnyUser) -> Token:
    try:
        token = Token.objects.select_related("person").get(person__user=user.pk)
    except Token.DoesNotExist:
        raise SignInAgain from None
    except WrongTokenKey as error:
        logger.error("The stored token of user %s cannot be read. %s", user.pk, error)
        raise SignInAgain from None
    if not token.access_token:
        raise SignInAgain
    return token


def _still_valid(token: Token) -> str:
    if not token.is_expired:
        return token.access_token
    raise TryLater if token.refresh_token else SignInAgain


def _is_worth_another_look(token: Token, ends: float) -> bool:
    """Refresh the token, or wait a little for whoever does; False when the time is over."""
    left = ends - monotonic()
    if left <= 0:
        return False
    if token.is_being_refreshed:
        sleep(min(left, POLL * uniform(0.5, 1.5)))  # noqa: S311 # spreads the looks, decides nothing
    elif token.take_lease(seconds=left + GRACE):
        _refresh(token, seconds=left)
    return True


def _refresh(token: Token, *, seconds: float) -> None:
    """Ask once for the next pair and store what came of it, as holder of the lease."""
    deadline = Deadline(seconds)
    try:
        where = region(token.person.region)
        grant = oauth.refresh_token(where, spent=token.refresh_token, scope=token.scope, deadline=deadline)
    except GrantRefused as error:
        logger.warning("%s is dropped: it cannot be refreshed any more. %s", token, error)
        if token.drop():
            token_lost.send_robust(SmartsheetUser, person=token.person, why=str(error))
    except (OAuthError, UnknownRegion) as error:
        logger.warning("%s could not be refreshed for now. %s", token, error)
        token.put_off(seconds=PAUSE)
    else:
        if token.renew(grant):
            token_refreshed.send_robust(SmartsheetUser, person=token.person)
        else:
            _hand_back(where, grant.access_token, deadline)


def _hand_back(where: Region, access_token: str, deadline: Deadline) -> None:
    """End a token that was refreshed while its owner signed in anew or disconnected: nobody would ever use it."""
    with suppress(OAuthError):
        oauth.revoke_token(where, access_token=access_token, deadline=deadline)
