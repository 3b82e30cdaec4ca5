"""The page of a sign-in that came to nothing, and the word of it to whoever listens."""

import logging

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
) -> HttpResponse:
    """The page, after everybody who listens has been told.

    `next_url` is where the person wanted to go, `region` and `profile` are given as far as they are known; `error`
    says more to an administrator and holds no secret.
    """
    tell(failure, region=region, profile=profile, error=error)
    return page(request, failure, next_url=next_url, reference=str(error or ""))


def tell(failure: Failure, *, region: str = "", profile: Profile | None = None, error: Exception | None = None) -> None:
    """Have it known that nobody was let in."""
    logger.warning("Sign-in failed: %s %s", failure.code, error or "")
    sign_in_refused.send_robust(SmartsheetUser, failure=failure, region=region, profile=profile, error=error)


def page(request: HttpRequest, failure: Failure, *, next_url: str = "", reference: str = "") -> HttpResponse:
    """What happened, what was done, what to do, and whom to ask."""
    context = {"failure": failure, "next": next_url, "reference": reference, "contact": settings.ADMIN_CONTACT}
    return render(request, "identity/failed.html", context, status=failure.status)
