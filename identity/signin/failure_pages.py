"""The page for a failed sign-in or connection, and the signal about it."""

import logging

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from identity.conf import settings
from identity.models import SmartsheetUser
from identity.profiles.profile import Profile
from identity.signals import sign_in_refused
from identity.signin.failures import Failure

logger = logging.getLogger(__name__)


def failed(
    request: HttpRequest,
    failure: Failure,
    *,
    next_url: str = "",
    region: str = "",
    profile: Profile | None = None,
    error: Exception | None = None,
    user: AbstractBaseUser | None = None,
) -> HttpResponse:
    """Send the signal `sign_in_refused`, and return the page that explains the failure.

    `next_url` is where the person wanted to go. Pass `region` and `profile` if they are known. The page shows the text
    of `error`, which people can send to an administrator. So the text must have no secret. `user` is the Django user
    who wanted to connect.
    """
    tell(failure, region=region, profile=profile, error=error, user=user)
    return page(request, failure, next_url=next_url, reference=str(error or ""))


def tell(
    failure: Failure,
    *,
    region: str = "",
    profile: Profile | None = None,
    error: Exception | None = None,
    user: AbstractBaseUser | None = None,
) -> None:
    """Log that the sign-in or connection failed, and send the signal `sign_in_refused`."""
    logger.warning("%s failed: %s %s", "Connecting" if user else "Sign-in", failure.code, error or "")
    sign_in_refused.send_robust(SmartsheetUser, failure=failure, region=region, profile=profile, error=error, user=user)


def page(request: HttpRequest, failure: Failure, *, next_url: str = "", reference: str = "") -> HttpResponse:
    """Return the page that explains the failure. The page says what happened, what this app did, what to do, and who
    can help.
    """
    context = {"failure": failure, "next": next_url, "reference": reference, "contact": settings.ADMIN_CONTACT}
    return render(request, "identity/failed.html", context, status=failure.status)
