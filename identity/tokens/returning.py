"""Asks Smartsheet to end the tokens that this app must not use any more. This is called returning a token. The token's
owner has disconnected, or was deleted, blocked, deactivated, or merged with another user.

`take_away` moves a token to the table TokenToReturn. The same transaction also stores what ended the use of the token,
such as the disconnection. Smartsheet is called after the commit, never in a transaction. If Smartsheet doesn't confirm
that the token has ended, the worker asks Smartsheet again and again for a week. Without these attempts, the token would
stay valid, although this app doesn't use it any more.
"""

import logging
from datetime import timedelta
from enum import Enum
from functools import partial

from django.db import transaction
from django.utils import timezone

from identity.models import SmartsheetUser, Token
from identity.profiles.profile import Profile
from identity.regions import UnknownRegion, region
from identity.signals import disconnected, token_revoked
from identity.signin import oauth
from identity.signin.oauth import GrantRefused, OAuthError
from identity.tokens.encryption import WrongTokenKey
from identity.tokens.models import TokenToReturn
from identity.transport import Deadline

PAUSE = 60.0  # seconds between two attempts
AT_ONCE = 3.0  # the most seconds that a request waits for Smartsheet after its commit
IN_ONE_RUN = 30.0  # the most seconds that one run of the worker's job takes
PATIENCE = timedelta(days=7)  # how long to try again; an access token is valid for the same time
NAMES = ("firstName", "lastName", "email")


class Answer(Enum):
    """The possible results of asking Smartsheet to end a token."""

    CONFIRMED = "it has ended"
    IMPOSSIBLE = "the token is not accepted, or can't be read: another attempt would not help"
    NONE = "no answer: try again later"


logger = logging.getLogger(__name__)


def give_back(person: SmartsheetUser, *, why: str) -> None:
    """Disconnect a person, although the person didn't ask for it. Take their token away now. After the commit, ask
    Smartsheet to end the token.

    `why` is a sentence for the log. If the person has no token, this does nothing.
    """
    with transaction.atomic():
        if not Token.objects.filter(person=person).exists():
            return
        take_away(person, why=why)
        disconnected.send_robust(SmartsheetUser, person=person, is_confirmed=None, why=why)
        transaction.on_commit(partial(return_due, seconds=AT_ONCE))


def take_away(person: SmartsheetUser, *, why: str, wait: float = 0) -> TokenToReturn | None:
    """Move the person's token to the table TokenToReturn, and return the token's row there. Return None if the person
    has no token that TOKEN_KEYS can decrypt.

    With `wait`, the worker doesn't ask Smartsheet to end the token for this many seconds, because the caller is going
    to ask.
    """
    with transaction.atomic():
        stored = Token.objects.filter(person=person)
        try:
            token = stored.select_for_update().first()
        except WrongTokenKey:
            logger.error(
                "The token of person %s can't be decrypted, so this app can't revoke it at Smartsheet.", person.pk
            )
            token = None
        stored.delete()
        if token is None or not token.access_token:
            return None
        return TokenToReturn.objects.create(
            region=person.region,
            smartsheet_id=person.smartsheet_id,
            profile={name: person.profile.get(name) for name in NAMES},
            access_token=token.access_token,
            refresh_token=token.refresh_token,
            expires_at=token.expires_at,
            scope=token.scope,
            why=why,
            next_try_at=timezone.now() + timedelta(seconds=wait),
        )


def return_due(*, seconds: float = IN_ONE_RUN) -> int:
    """Go through the tokens in the table TokenToReturn. If the time `next_try_at` of a token has come, ask Smartsheet
    to end the token. Return how many tokens Smartsheet has ended during this call. The call takes at most `seconds`.

    Several processes can call this at the same time. If Smartsheet doesn't answer, this call ends, and the remaining
    tokens wait for a later call.
    """
    deadline, confirmed = Deadline(seconds), 0
    for row in TokenToReturn.objects.due():
        if not row.take(seconds=PAUSE + seconds):
            continue
        answer = return_one(row, deadline)
        confirmed += answer is Answer.CONFIRMED
        if answer is Answer.NONE:
            TokenToReturn.objects.due().order_by().update(next_try_at=timezone.now() + timedelta(seconds=PAUSE))
            break
    return confirmed


def return_one(row: TokenToReturn, deadline: Deadline) -> Answer:
    """Ask Smartsheet to end the token, and all other tokens that the person ever gave this app. If the person has
    connected again, ask Smartsheet to end only this token.

    After the first request about this token, the signal `token_revoked` is sent, whatever Smartsheet answers. After a
    later request, the signal is sent only if Smartsheet confirms that the token has ended.
    """
    is_first = not row.tries
    answer = _answer(row, deadline)
    if answer is Answer.NONE and row.since + PATIENCE > timezone.now():
        row.tries += 1
        row.save(update_fields=["tries"])
    else:
        TokenToReturn.objects.filter(pk=row.pk).delete()
    is_confirmed = answer is Answer.CONFIRMED
    if is_first or is_confirmed:
        profile = Profile(region=row.region, id=row.smartsheet_id, data=row.profile)
        token_revoked.send_robust(SmartsheetUser, profile=profile, is_confirmed=is_confirmed, why=row.why, user=None)
    return answer


def _answer(row: TokenToReturn, deadline: Deadline) -> Answer:
    try:
        _revoke(row, deadline)
    except (GrantRefused, UnknownRegion, WrongTokenKey) as error:
        logger.warning("%s: it can't be returned. %r %s", row, error, error)
        return Answer.IMPOSSIBLE
    except OAuthError as error:
        logger.warning("%s: Smartsheet has not confirmed that it has ended. %s", row, error)
        return Answer.NONE
    return Answer.CONFIRMED


def _revoke(row: TokenToReturn, deadline: Deadline) -> None:
    """Revoke the token. Raises OAuthError, UnknownRegion or WrongTokenKey if that fails."""
    where = region(row.region)
    if row.expires_at and row.expires_at <= timezone.now() and row.refresh_token:
        grant = oauth.refresh_token(where, spent=row.refresh_token, scope=row.scope, deadline=deadline)
        row.access_token, row.refresh_token, row.expires_at = grant.access_token, grant.refresh_token, grant.expires_at
        row.save(update_fields=["access_token", "refresh_token", "expires_at"])
    is_back = Token.objects.filter(person__region=row.region, person__smartsheet_id=row.smartsheet_id).exists()
    oauth.revoke_token(where, access_token=row.access_token, deadline=deadline, is_for_all=not is_back)
