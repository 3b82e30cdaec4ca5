"""Finds out whether Smartsheet has revoked a token. A 401 alone doesn't prove that, because a proxy could have sent the
401.
"""

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

SECONDS = 2.0  # the most seconds that this takes; two are enough, because Smartsheet has just answered

logger = logging.getLogger(__name__)


def follow_up(user_id: int | None) -> bool:
    """After a 401, find out whether Smartsheet has revoked the user's token. For this, ask Smartsheet once whose token
    it is. If Smartsheet has revoked the token, delete it.

    Return True if the token was deleted. Receivers of `token_lost` then end the person's sessions. An expired token
    isn't deleted, because it is refreshed when it is needed. This takes at most SECONDS.
    """
    try:
        token = Token.objects.select_related("person__user").filter(person__user=user_id).first()
    except WrongTokenKey:  # Smartsheet wasn't called with this token
        return False
    if token is None or not _is_refused(token):
        return False
    dropped, _by_model = Token.objects.filter(pk=token.pk, issued_at=token.issued_at).delete()
    if dropped:
        logger.warning("%s is deleted: Smartsheet has revoked it.", token)
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
