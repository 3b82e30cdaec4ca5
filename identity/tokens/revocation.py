"""Whether Smartsheet has taken a token back: what a 401 says is not enough, a proxy may have said it."""

import logging

from identity.conf import settings
from identity.models import SmartsheetUser, Token
from identity.regions import UnknownRegion, region
from identity.signals import token_lost
from identity.signin import oauth
from identity.signin.oauth import GrantRefused, OAuthError
from identity.tokens.access_tokens import EXPIRED
from identity.tokens.encryption import WrongTokenKey
from identity.transport import Deadline

SECONDS = 2.0  # Smartsheet has just answered, so it is there

logger = logging.getLogger(__name__)


def follow_up(user_id: int | None) -> bool:
    """After Smartsheet has answered 401 to somebody: ask once whose the token is; if nobody's, drop it.

    True if it is dropped. Whoever hears token_lost then ends the person's sessions. An expired token is none of this:
    it is refreshed when it is next needed. Takes SECONDS at most, which come on top of the request's own.
    """
    try:
        token = Token.objects.select_related("person__user").filter(person__user=user_id).first()
    except WrongTokenKey:  # Smartsheet was not asked with it
        return False
    if token is None or not _is_refused(token):
        return False
    dropped, _by_model = Token.objects.filter(pk=token.pk, issued_at=token.issued_at).delete()
    if dropped:
        logger.warning("%s is dropped: Smartsheet has revoked it.", token)
        token_lost.send_robust(SmartsheetUser, person=token.person, why="Smartsheet has revoked the token.")
    return bool(dropped)


def _is_refused(token: Token) -> bool:
    deadline = Deadline(min(SECONDS, settings.SMARTSHEET_DEADLINE))
    try:
        oauth.fetch_profile(region(token.person.region), access_token=token.access_token, deadline=deadline)
    except GrantRefused as error:
        return error.error_code != EXPIRED
    except (OAuthError, UnknownRegion):
        return False
    return False
