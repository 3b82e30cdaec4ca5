"""Keeps profiles up to date in the worker, so that no page waits for it.

Without a worker nothing breaks: each sign-in fetches the profile, and people who use the app sign in at least every
SESSION_ABSOLUTE_SECONDS. The profile page shows how old a profile is, and has a button to refresh it.
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

PAUSE = timedelta(hours=1)  # after an attempt that failed

logger = logging.getLogger(__name__)


def refresh_stale_profiles(limit: int) -> int:
    """Fetch up to `limit` profiles older than PROFILE_REFRESH_AFTER seconds, the oldest first; gives how many came.

    Only of people who may use the app and have a token. Any number of processes may do this at once: each profile is
    taken by one of them. Each takes SMARTSHEET_DEADLINE at most; a failure is logged, and tried again in an hour.
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
