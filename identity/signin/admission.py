"""Decides who can sign in or connect: everyone with a Smartsheet account, unless the settings list who can.

SIGN_IN_ACCOUNTS lists Smartsheet accounts (organisations) as region:id, SIGN_IN_DOMAINS lists domains of e-mail
addresses, and SIGN_IN_PEOPLE lists people as region:id or e-mail address. A person on one of these lists can use the
app. Each request checks the lists, so a person who is removed from the lists is signed out with their next request.
"""

from collections.abc import Collection

from django.contrib import auth
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest

from identity.conf import settings
from identity.models import Blocked, ConnectedElsewhere, OtherAccount, SmartsheetUser
from identity.profiles.profile import Profile
from identity.regions import region
from identity.signals import CannotRecord, connecting, signing_in, token_revoked
from identity.signin import failures, oauth
from identity.signin.failures import Failure
from identity.signin.oauth import Grant, OAuthError
from identity.transport import Deadline

NOT_LET_IN = "This app did not admit the person."


class NotAdmitted(Exception):
    """Smartsheet has confirmed who the person is, but this app doesn't admit them. `failure` has the texts of the page
    that the person gets.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.code)
        self.failure = failure


def is_listed(profile: Profile) -> bool:
    """Whether the settings let this person use the app. If all lists are empty, everyone can use the app."""
    accounts: Collection[str] = settings.SIGN_IN_ACCOUNTS
    domains: Collection[str] = settings.SIGN_IN_DOMAINS
    people: Collection[str] = settings.SIGN_IN_PEOPLE
    if not (accounts or domains or people):
        return True
    account = profile.data.get("account")
    account_id = account.get("id") if isinstance(account, dict) else None
    return f"{profile.region}:{account_id}" in accounts or profile.domain in domains or profile.is_among(people)


def could_be_listed(profile: Profile) -> bool:
    """Whether it is possible that the settings let this person use the app.

    Use this if only the e-mail address of the person is known. If SIGN_IN_ACCOUNTS lists accounts, the result is True
    for everyone, because the person could belong to one of these accounts.
    """
    return bool(settings.SIGN_IN_ACCOUNTS) or is_listed(profile)


def admit(
    request: HttpRequest, *, profile: Profile, grant: Grant, deadline: Deadline, user: AbstractBaseUser | None = None
) -> SmartsheetUser:
    """Store the profile and the token of a person who signs in. If `user` is given, connect the Smartsheet account to
    this user instead. The caller has to begin the session.

    If anything fails, this stores nothing, asks Smartsheet to revoke the token before the deadline, and raises an
    exception. Raises NotAdmitted if this app doesn't admit the person, or if a receiver of `signing_in` or `connecting`
    raised CannotRecord. All other exceptions of these receivers are raised unchanged.
    """
    try:
        if not is_listed(profile):
            raise NotAdmitted(failures.NOT_LISTED)
        return _connect(user, profile, grant) if user else _sign_in(request, profile, grant)
    except Exception as error:
        _give_up(profile, grant, deadline, user)
        if isinstance(error, CannotRecord):
            raise NotAdmitted(failures.NOT_RECORDED) from error
        raise


def _connect(user: AbstractBaseUser, profile: Profile, grant: Grant) -> SmartsheetUser:
    try:
        with transaction.atomic():
            person = SmartsheetUser.objects.connected(user, profile, grant)
            connecting.send(SmartsheetUser, person=person)
    except ConnectedElsewhere:
        raise NotAdmitted(failures.CONNECTED_ELSEWHERE) from None
    except OtherAccount:
        raise NotAdmitted(failures.OTHER_ACCOUNT) from None
    except Blocked:
        raise NotAdmitted(failures.DEACTIVATED) from None
    return person


def _sign_in(request: HttpRequest, profile: Profile, grant: Grant) -> SmartsheetUser:
    with transaction.atomic():
        user = auth.authenticate(request, profile=profile, grant=grant)
        if user is None:
            raise NotAdmitted(failures.DEACTIVATED)
        person: SmartsheetUser = user.smartsheet
        signing_in.send(SmartsheetUser, person=person)
    return person


def _give_up(profile: Profile, grant: Grant, deadline: Deadline, user: AbstractBaseUser | None) -> None:
    """Revoke the new token, because this app won't use it."""
    try:
        oauth.revoke_token(region(profile.region), access_token=grant.access_token, deadline=deadline)
        is_confirmed = True
    except OAuthError:
        is_confirmed = False
    token_revoked.send_robust(SmartsheetUser, profile=profile, is_confirmed=is_confirmed, why=NOT_LET_IN, user=user)
