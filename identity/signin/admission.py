"""Who is let in: whomever Smartsheet vouches for, unless the settings name those who may use this app.

SIGN_IN_ACCOUNTS names Smartsheet's accounts (organisations) as region:id, SIGN_IN_DOMAINS the part of the e-mail
address behind the @, SIGN_IN_PEOPLE single people as region:id or e-mail address. Being in one of them is enough.
The settings are looked at with every request, so that somebody who is struck off is out at once.
"""

from collections.abc import Collection

from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest

from identity.conf import settings
from identity.models import SmartsheetUser
from identity.profiles.profile import Profile
from identity.regions import region
from identity.signals import CannotRecord, signing_in, token_revoked
from identity.signin import failures, oauth
from identity.signin.failures import Failure
from identity.signin.oauth import Grant, OAuthError
from identity.transport import Deadline


class NotAdmitted(Exception):
    """Somebody whom Smartsheet vouches for is not let in; `failure` is the page that tells them so."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.code)
        self.failure = failure


def is_listed(profile: Profile) -> bool:
    """Whether the settings let this person use the app; everybody may where they name nobody."""
    accounts: Collection[str] = settings.SIGN_IN_ACCOUNTS
    domains: Collection[str] = settings.SIGN_IN_DOMAINS
    people: Collection[str] = settings.SIGN_IN_PEOPLE
    if not (accounts or domains or people):
        return True
    account = profile.data.get("account")
    account_id = account.get("id") if isinstance(account, dict) else None
    return f"{profile.region}:{account_id}" in accounts or profile.domain in domains or profile.is_among(people)


def admit(request: HttpRequest, *, profile: Profile, grant: Grant, deadline: Deadline) -> SmartsheetUser:
    """The person who may come in, with their profile and token kept; their session is not begun yet.

    Of anybody else nothing is kept, and the token is given up at Smartsheet within the deadline. Raises NotAdmitted,
    and what a receiver of signing_in raises.
    """
    try:
        return _keep(request, profile, grant)
    except Exception as error:
        _give_up(profile, grant, deadline)
        if isinstance(error, CannotRecord):
            raise NotAdmitted(failures.NOT_RECORDED) from error
        raise


def _keep(request: HttpRequest, profile: Profile, grant: Grant) -> SmartsheetUser:
    if not is_listed(profile):
        raise NotAdmitted(failures.NOT_LISTED)
    with transaction.atomic():
        user = auth.authenticate(request, profile=profile, grant=grant)
        if user is None:
            raise NotAdmitted(failures.DEACTIVATED)
        person: SmartsheetUser = user.smartsheet
        signing_in.send(SmartsheetUser, person=person)
    return person


def _give_up(profile: Profile, grant: Grant, deadline: Deadline) -> None:
    """End the token that was just granted: nobody will ever use it."""
    try:
        oauth.revoke_token(region(profile.region), access_token=grant.access_token, deadline=deadline)
        is_confirmed = True
    except OAuthError:
        is_confirmed = False
    token_revoked.send_robust(
        SmartsheetUser, profile=profile, is_confirmed=is_confirmed, why="The person was not let in."
    )
