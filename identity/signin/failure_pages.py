"""The page for a sign-in or a connection that failed, and its signal."""

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
    """The page, after the signal was sent.

    `next_url` is where the person wanted to go. `region` and `profile` are given as far as they are known. `error`
    tells an administrator more, and has no secret. `user` is the Django user who was to be connected.
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
    """Send the signal that nobody was signed in or connected."""
    logger.warning("%s failed: %s %s", "Connecting" if user else "Sign-in", failure.code, error or "")
    sign_in_refused.send_robust(SmartsheetUser, failure=failure, region=region, profile=profile, error=error, user=user)


def page(request: HttpRequest, failure: Failure, *, next_url: str = "", reference: str = "") -> HttpResponse:
    """What happened, what this app did, what to do, and who can help."""
    context = {"failure": failure, "next": next_url, "reference": reference, "contact": settings.ADMIN_CONTACT}
    return render(request, "identity/failed.html", context, status=failure.status)
