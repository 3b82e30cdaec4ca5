"""The way to a person's access token."""

import logging

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from identity.fields import WrongTokenKey
from identity.models import Token

logger = logging.getLogger(__name__)


class SignInAgain(Exception):
    """There is no token that Smartsheet would take: only signing in again helps."""


def token_for(user: AbstractBaseUser | AnonymousUser) -> str:
    """A valid access token of this Django user; raises SignInAgain."""
    try:
        token = Token.objects.get(person__user=user.pk)
    except Token.DoesNotExist:
        raise SignInAgain from None
    except WrongTokenKey as error:
        logger.error("The stored token of user %s cannot be read. %s", user.pk, error)
        raise SignInAgain from None
    if token.is_expired or not token.access_token:
        raise SignInAgain
    return token.access_token
