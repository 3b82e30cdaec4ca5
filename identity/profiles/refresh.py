"""Keeps profiles up to date. The worker does this, so that no page has to wait for a profile.

The app also works without a worker: each sign-in fetches the profile, and people must sign in at least every
SESSION_ABSOLUTE_SECONDS. The profile page shows how old a profile is, and has a button that refreshes it.
"""

import logging
from datetime import timedelta

from django.utils import timezone

from identity.conf import settings
from identity.models import SmartsheetUser
from identity.profiles import account
from identity.regions import UnknownRegion
from identity.signin.oauth import OAuthError
from identity.tokens.access_tokens import SignInAgain, TryLater

PAUSE = timedelta(hours=1)  # how long to wait after a failed attempt

logger = logging.getLogger(__name__)


def refresh_stale_profiles(limit: int) -> int:
    """Fetch at most `limit` profiles that are older than PROFILE_REFRESH_AFTER seconds, the oldest first. Return how
    many were fetched.

    Only profiles of people who can use the app and have a token are fetched. Several processes can call this at the
    same time, and only one of them fetches each profile. A fetch takes at most SMARTSHEET_DEADLINE. A failure is
    logged, and the profile is fetched again after an hour.
    """
    now = timezone.now()
    before = now - timedelta(seconds=settings.PROFILE_REFRESH_AFTER)
    stale = SmartsheetUser.objects.stale(before=before, not_asked_since=now - PAUSE).select_related("user")
    return sum(_refresh(person) for person in stale[:limit] if person.take_refresh(not_asked_since=now - PAUSE))


def _refresh(person: SmartsheetUser) -> bool:
    try:
        account.refresh_profile(person)
    except (SignInAgain, TryLater, OAuthError, UnknownRegion) as error:
        logger.warning("The profile of %s could not be fetched. %r", person.pk, error)
        return False
    return True
