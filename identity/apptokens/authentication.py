"""Checks the app token of an API call."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser

from identity.apptokens import token_text
from identity.apptokens.models import AppToken, Scope
from identity.backends import SmartsheetBackend
from identity.conf import settings
from identity.signals import app_token_refused
from identity.signin.rate_limits import Attempts

WHAT = "app_token"

UNKNOWN = "This app does not know this app token."
ENDED = "This app token has ended: {}"
BARRED = "The person who made this app token can't use this app."
NO_SCOPE = "This app token doesn't have the scope “{}”."
TOO_MANY = "More than {} calls a minute were made with this app token."


class Refused(Exception):
    """The call is refused. `message` is a sentence for the program that called."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotAccepted(Refused):
    """The token doesn't exist, or has ended, or belongs to a person who can't use this app."""


class ScopeMissing(Refused):
    """The token lacks the scope that the call needs."""


class TooManyCalls(Refused):
    """The token was used too often within a minute."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def authenticate(text: str, *, scope: Scope | None) -> tuple[AppToken, AbstractBaseUser]:
    """Return the token with this text, and the Django user of the token's person. If `scope` isn't None, the token must
    have that scope.

    Raises:
        Refused: the call is refused. The signal `app_token_refused` has been sent, but only once a minute for calls
            above the rate limit.
        CannotRecord: the use of the token couldn't be recorded, so the call must be refused.
    """
    token = _find(text)
    if token is None:
        raise _told(NotAccepted(UNKNOWN), None)
    if not token.is_active:
        raise _told(NotAccepted(ENDED.format(token.why_ended)), token)
    user = SmartsheetBackend().get_user(token.person.user_id)
    if user is None:
        raise _told(NotAccepted(BARRED), token)
    _count(token)
    if scope is not None and not token.has(scope):
        raise _told(ScopeMissing(NO_SCOPE.format(scope.value)), token)
    token.note_use()
    return token, user


def _find(text: str) -> AppToken | None:
    """Return the token with this text, or None. The database finds the token by its hash. No code compares the token's
    text itself, so attackers can't guess the text from the time that a comparison takes.
    """
    if not token_text.is_well_formed(text):
        return None
    return AppToken.objects.select_related("person").filter(digest=token_text.digest_of(text)).first()


def _count(token: AppToken) -> None:
    most: int = settings.APP_TOKEN_RATE_LIMIT
    window = Attempts.objects.count_one(what=WHAT, address=str(token.pk))
    if window.count > most:
        refused = TooManyCalls(TOO_MANY.format(most), retry_after=window.seconds_left)
        raise _told(refused, token) if window.count == most + 1 else refused


def _told(refused: Refused, token: AppToken | None) -> Refused:
    app_token_refused.send_robust(AppToken, token=token, why=refused.message)
    return refused
