"""What people do about their own Smartsheet account: read the profile again, disconnect it."""

from django.utils import timezone

from identity.conf import settings
from identity.models import SmartsheetUser
from identity.regions import region
from identity.sessions import browsers
from identity.sessions.models import Ending
from identity.signals import disconnected, token_revoked
from identity.signin import oauth
from identity.signin.oauth import BadAnswer
from identity.tokens import returning
from identity.tokens.access_tokens import with_token
from identity.tokens.returning import Answer
from identity.transport import Deadline

DISCONNECTED = "The person disconnected the app."


def refresh_profile(person: SmartsheetUser) -> None:
    """Ask Smartsheet who the person is now and store it, within SMARTSHEET_DEADLINE.

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
    """End this app's access to Smartsheet in the person's name, and the sessions in which they signed in with it.

    True if Smartsheet has confirmed it, within SMARTSHEET_DEADLINE. If not, the worker tries again; here the access
    ends in any case. The profile and the log of what they did stay.
    """
    seconds = settings.SMARTSHEET_DEADLINE
    token = returning.take_away(person, why=DISCONNECTED, wait=seconds + returning.PAUSE)
    if token is None:
        is_confirmed = False
        token_revoked.send_robust(SmartsheetUser, profile=person.as_profile(), is_confirmed=False, why=DISCONNECTED)
    else:
        is_confirmed = returning.return_one(token, Deadline(seconds)) is Answer.CONFIRMED
    browsers.end_signed_in_with_smartsheet(person.user, because=Ending.DISCONNECTED)
    disconnected.send_robust(SmartsheetUser, person=person, is_confirmed=is_confirmed, why="")
    return is_confirmed
