"""Returns a person's valid access token. If the token must be refreshed, only one process refreshes it.

A refresh token of Smartsheet can be used only once. Using it ends the old pair: the refresh token and its access token.
If two processes used the same refresh token, the second one would fail. So a process first takes a lease on the token's
row (Token.take_lease). A lease isn't a database lock: no transaction is open during the call to Smartsheet. A lease
works across processes and machines, and on every database. A lease expires if its holder is killed. (Advisory locks
exist only on PostgreSQL, and need a connection. A file lock works on one machine only.) The clocks of the machines must
not differ by more than about a second.

In one case, a person has to sign in again: Smartsheet has refreshed the token, but the new pair isn't stored, because
the holder of the lease was killed or Smartsheet's answer was lost.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from random import uniform
from time import monotonic, sleep
from typing import TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from identity import capacity, users
from identity.conf import settings
from identity.models import SmartsheetUser, Token
from identity.regions import Region, UnknownRegion, region
from identity.signals import token_lost, token_refreshed
from identity.signin import oauth
from identity.signin.oauth import GrantRefused, OAuthError
from identity.tokens.encryption import WrongTokenKey
from identity.transport import Deadline

SHARE = 1 / 3  # getting a token can take this part of SMARTSHEET_DEADLINE; the rest is for the person's request
POLL = 0.05  # seconds between two checks while another process refreshes
PAUSE = 15.0  # seconds to wait after a failed refresh, so that not everyone waits for a token endpoint that hangs
GRACE = 2.0  # extra seconds of the lease, for storing the new pair
EXPIRED = 1003  # Smartsheet's errorCode for an access token that has expired

AnyUser = AbstractBaseUser | AnonymousUser
T = TypeVar("T")
logger = logging.getLogger(__name__)


class SignInAgain(Exception):
    """Smartsheet accepts none of the person's tokens, so they have to sign in again."""


class NotConnected(SignInAgain):
    """The person has never connected with Smartsheet."""


class TryLater(Exception):
    """The token has expired, and this app can't get a new one at the moment. The person doesn't have to sign in
    again.
    """


class TooManyCalls(TryLater):
    """Smartsheet wasn't called, because too many calls are in progress. If `is_own` is true, too many of them are for
    this person.
    """

    def __init__(self, busy: capacity.Busy) -> None:
        super().__init__(str(busy))
        self.is_own = busy.is_own


def token_for(user: AnyUser, *, seconds: float | None = None) -> str:
    """Return a valid access token of this Django user. If the stored token is about to expire, refresh it.

    This takes at most `seconds`, by default a third of SMARTSHEET_DEADLINE. If Smartsheet can't be reached, or too many
    calls are in progress, the old token is returned while it is valid. If there is no valid token, SignInAgain or
    TryLater is raised. If a token must be refreshed while a transaction is open, RuntimeError is raised, because a
    rollback would lose the new pair.
    """
    return in_use(stored(user), user, seconds=seconds)


def stored(user: AnyUser) -> Token:
    """Return the user's stored token, with its person. Raises SignInAgain if the user has no stored token, if the token
    can't be read, or if the user is deactivated or blocked. Raises NotConnected if the user has never connected with
    Smartsheet.

    Pages refuse deactivated users anyway. This check is for jobs, and for users that `QuerySet.update()` has
    deactivated: the tokens of these users work until the worker asks Smartsheet to revoke them.
    """
    try:
        usable = Token.objects.exclude(users.inactive("person__user__")).exclude(person__is_blocked=True)
        token = usable.select_related("person").get(person__user=user.pk)
    except Token.DoesNotExist:
        was_connected = SmartsheetUser.objects.filter(user=user.pk).exists()
        raise (SignInAgain if was_connected else NotConnected) from None
    except WrongTokenKey as error:
        logger.error("The stored token of user %s can't be read. %s", user.pk, error)
        raise SignInAgain from None
    if not token.access_token:
        raise SignInAgain
    return token


def in_use(token: Token, user: AnyUser, *, seconds: float | None = None) -> str:
    """Do the same as token_for(), for callers that have already read the user's stored token."""
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
    """Return an access token for a second attempt. In the first attempt, Smartsheet answered 401 with this error code
    to the token `rejected`.

    If another process has got a new token in the meantime, return the new token. If the token has expired, refresh it.
    If there is no valid token, raise SignInAgain or TryLater.
    https://developers.smartsheet.com/api/smartsheet/error-codes
    """
    ends = _ends(seconds)
    try:
        with capacity.call_in_progress(_name(stored(user))):
            while True:
                token = stored(user)
                if token.access_token != rejected:
                    return token.access_token
                if not token.is_being_refreshed and not (error_code == EXPIRED and token.refresh_token):
                    raise SignInAgain
                if token.is_put_off or not _is_worth_another_look(token, ends):
                    raise TryLater
    except capacity.Busy as busy:
        raise TooManyCalls(busy) from None


def with_token(user: AnyUser, call: Callable[[str, Deadline], T]) -> T:
    """Call `call` with the user's access token, and return its result. This takes at most SMARTSHEET_DEADLINE. `call`
    must change nothing, or do something that can safely be done twice.

    If `call` raises GrantRefused, because the token has ended, `call` is called once more with a new token. Raises
    SignInAgain or TryLater if there is no valid token. Exceptions of `call` are raised too.
    """
    ends, deadline = monotonic() + settings.SMARTSHEET_DEADLINE, Deadline(settings.SMARTSHEET_DEADLINE)
    try:
        with capacity.call_in_progress(_name(stored(user))):
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
        token = stored(user)
        if not token.is_due:
            return token.access_token
        is_waiting = token.refresh_token and not token.is_put_off and _is_worth_another_look(token, ends)
        if not is_waiting:
            return _still_valid(token)


def _name(token: Token) -> str:
    return f"{token.person.region}:{token.person.smartsheet_id}"


def _ends(seconds: float | None) -> float:
    return monotonic() + (SHARE * settings.SMARTSHEET_DEADLINE if seconds is None else seconds)


def _still_valid(token: Token) -> str:
    if not token.is_expired:
        return token.access_token
    raise TryLater if token.refresh_token else SignInAgain


def _is_worth_another_look(token: Token, ends: float) -> bool:
    """Refresh the token, or wait for a moment if another process is refreshing it. Return True if the caller should
    then read the stored token again. Return False if no time is left.
    """
    left = ends - monotonic()
    if left <= 0:
        return False
    if token.is_being_refreshed:
        sleep(min(left, POLL * uniform(0.5, 1.5)))  # noqa: S311 # only spreads the checks
    elif token.take_lease(seconds=left + GRACE):
        _refresh(token, seconds=left)
    return True


def _refresh(token: Token, *, seconds: float) -> None:
    """Send one request for a new pair of tokens, and store the result. The caller must hold the lease."""
    deadline = Deadline(seconds)
    try:
        where = region(token.person.region)
        grant = oauth.refresh_token(where, spent=token.refresh_token, scope=token.scope, deadline=deadline)
    except GrantRefused as error:
        logger.warning("%s is deleted: it can no longer be refreshed. %s", token, error)
        if token.drop():
            token_lost.send_robust(SmartsheetUser, person=token.person, why=str(error))
    except (OAuthError, UnknownRegion) as error:
        logger.warning("%s could not be refreshed for now. %s", token, error)
        token.put_off(seconds=PAUSE)
    else:
        if token.renew(grant):
            token_refreshed.send_robust(SmartsheetUser, person=token.person)
        else:
            _revoke_unused(where, grant.access_token, deadline)


def _revoke_unused(where: Region, access_token: str, deadline: Deadline) -> None:
    """Revoke a refreshed token that won't be used, because its owner signed in again or disconnected in the
    meantime.
    """
    with suppress(OAuthError):
        oauth.revoke_token(where, access_token=access_token, deadline=deadline)
