"""What a person can have done about their own account: the profile fetched anew, the app disconnected."""

import logging

from django.utils import timezone

from identity.models import SmartsheetUser, Token
from identity.regions import UnknownRegion, region
from identity.sessions import browsers
from identity.sessions.models import Ending
from identity.signals import disconnected, token_revoked
from identity.signin import oauth
from identity.signin.oauth import BadAnswer, OAuthError
from identity.tokens.access_tokens import SignInAgain, TryLater, with_token

logger = logging.getLogger(__name__)


def refresh_profile(person: SmartsheetUser) -> None:
    """Ask Smartsheet who the person is now and keep it, within SMARTSHEET_DEADLINE.

    Raises SignInAgain, TryLater, OAuthError, UnknownRegion.
    """
    where = region(person.region)
    profile = with_token(
        person.user, lambda token, deadline: oauth.fetch_profile(where, access_token=token, deadline=deadline)
    )
    if profile.id != person.smartsheet_id:
        raise BadAnswer("profile", "the profile of somebody else")
    person.remember(profile, at=timezone.now())


def disconnect(person: SmartsheetUser) -> bool:
    """End this app's access to Smartsheet in the person's name, here and there, and all their sessions.

    True if Smartsheet has confirmed it, within SMARTSHEET_DEADLINE; here it ends in any case. The profile and the
    log of what they did stay.
    """
    is_confirmed = _revoke(person)
    Token.objects.filter(person=person).delete()
    browsers.end_all(person.user, because=Ending.DISCONNECTED)
    token_revoked.send_robust(
        SmartsheetUser, profile=person.as_profile(), is_confirmed=is_confirmed, why="The person disconnected the app."
    )
    disconnected.send_robust(SmartsheetUser, person=person, is_confirmed=is_confirmed)
    return is_confirmed


def _revoke(person: SmartsheetUser) -> bool:
    """End all tokens that the person ever gave this app: each sign-in brought one."""
    try:
        where = region(person.region)
        with_token(
            person.user,
            lambda token, deadline: oauth.revoke_token(where, access_token=token, deadline=deadline, is_for_all=True),
        )
    except (OAuthError, SignInAgain, TryLater, UnknownRegion) as error:
        logger.warning("Smartsheet has not confirmed that %s is disconnected: %r %s", person.pk, error, error)
        return False
    return True
