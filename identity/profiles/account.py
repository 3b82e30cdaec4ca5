"""Refreshes a person's profile, disconnects their Smartsheet account, and blocks and unblocks people."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from identity.conf import settings
from identity.models import SmartsheetUser
from identity.regions import region
from identity.sessions import browsers
from identity.sessions.models import Ending
from identity.signals import activation_changed, disconnected, token_revoked
from identity.signin import oauth
from identity.signin.oauth import BadAnswer
from identity.tokens import returning
from identity.tokens.access_tokens import with_token
from identity.tokens.returning import Answer
from identity.transport import Deadline

DISCONNECTED = "The person disconnected the app."
BLOCKED = "An administrator blocked the person."


def refresh_profile(person: SmartsheetUser) -> None:
    """Read the person's profile from Smartsheet and store it. This takes at most SMARTSHEET_DEADLINE.

    Raises SignInAgain, TryLater, OAuthError or UnknownRegion if the profile can't be read.
    """
    where = region(person.region)
    profile = with_token(
        person.user, lambda token, deadline: oauth.fetch_profile(where, access_token=token, deadline=deadline)
    )
    if profile.id != person.smartsheet_id:
        raise BadAnswer("profile", "the profile of someone else")
    person.remember(profile, at=timezone.now())


def disconnect(person: SmartsheetUser) -> bool:
    """End this app's access to the person's Smartsheet account. Also end the sessions that the person began by signing
    in with Smartsheet.

    Return True if Smartsheet confirms within SMARTSHEET_DEADLINE that the access has ended. If Smartsheet doesn't
    confirm, the worker asks again later. In both cases, this app stops using the token immediately. The profile stays,
    and so do the log's entries about the person.
    """
    seconds = settings.SMARTSHEET_DEADLINE
    token = returning.take_away(person, why=DISCONNECTED, wait=seconds + returning.PAUSE)
    if token is None:
        is_confirmed = False
        token_revoked.send_robust(
            SmartsheetUser, profile=person.as_profile(), is_confirmed=False, why=DISCONNECTED, user=None
        )
    else:
        is_confirmed = returning.return_one(token, Deadline(seconds)) is Answer.CONFIRMED
    browsers.end_signed_in_with_smartsheet(person.user, because=Ending.DISCONNECTED)
    disconnected.send_robust(SmartsheetUser, person=person, is_confirmed=is_confirmed, why="")
    return is_confirmed


def block(person: SmartsheetUser, *, by: AbstractBaseUser | AnonymousUser) -> None:
    """Block a person from using Smartsheet here, and ask Smartsheet to end their token.

    Sessions that began by signing in with Smartsheet end. The person can still log in to the site in the site's own
    way. If the log can't be written, CannotRecord is raised, and nothing is changed.
    """
    with transaction.atomic():
        SmartsheetUser.objects.filter(pk=person.pk).update(is_blocked=True)
        activation_changed.send(SmartsheetUser, person=person, is_active=False, by=by)
        returning.give_back(person, why=BLOCKED)
        browsers.end_signed_in_with_smartsheet(person.user, because=Ending.BARRED)


def unblock(person: SmartsheetUser, *, by: AbstractBaseUser | AnonymousUser) -> None:
    """Let a blocked person sign in or connect again. If the log can't be written, raise CannotRecord and change
    nothing.
    """
    with transaction.atomic():
        SmartsheetUser.objects.filter(pk=person.pk).update(is_blocked=False)
        activation_changed.send(SmartsheetUser, person=person, is_active=True, by=by)
