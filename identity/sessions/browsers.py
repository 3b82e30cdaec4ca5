"""Starts, lists and ends a person's sessions in different browsers.

This module needs the session engine identity.sessions.store. Django's own engines don't store the owner of a session.
With them, a person's sessions can't be listed, or ended from another browser.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from identity.models import SmartsheetUser
from identity.sessions.browser_names import browser_name
from identity.sessions.models import BrowserSession, BrowserSessionQuerySet, Ending
from identity.signals import session_ended, token_lost
from identity.signin import ways

SIGN_IN = "identity.sign_in"  # key in a session; the value has `started_at` (seconds since 1970), `ip` and `browser`
ENDED = "identity.ended"  # key in a session; the value says why the browser's previous session ended


def end_all(user: AbstractBaseUser, *, because: Ending = Ending.ELSEWHERE) -> int:
    """Sign the user out of every browser. Return how many sessions this ended. Requests in progress still get their
    answers.
    """
    return end(BrowserSession.objects.of(user), user=user, because=because)


def end_signed_in_with_smartsheet(user: AbstractBaseUser, *, because: Ending) -> int:
    """End the user's sessions that began by signing in with Smartsheet. Return their number. Sessions that began with
    the site's own login go on.
    """
    own = BrowserSession.objects.of(user)
    keys = [session.pk for session in own if ways.is_signed_in_with_smartsheet(session.get_decoded())]
    return end(own.filter(pk__in=keys), user=user, because=because)


def end_one(user: AbstractBaseUser, public_id: UUID) -> bool:
    """End one session of the user. Return False if the session isn't theirs, or has already ended."""
    return bool(end(BrowserSession.objects.of(user).filter(public_id=public_id), user=user, because=Ending.ELSEWHERE))


def end(chosen: BrowserSessionQuerySet, *, user: AbstractBaseUser | None, because: Ending) -> int:
    """End the sessions `chosen`, which belong to the user, and send the signal `session_ended`. Return how many
    sessions this call ended.
    """
    count = chosen.end(because)
    person = getattr(user, "smartsheet", None)
    if count and person is not None:
        session_ended.send_robust(SmartsheetUser, person=person, why=str(because.label))
    return count


def sweep_expired() -> int:
    """Delete sessions that ended more than a day ago, and return their number. The worker and each sign-in call
    this.
    """
    return BrowserSession.objects.sweep()


@receiver(user_logged_in)
def _begin(request: HttpRequest, **_kwargs: Any) -> None:
    """Store when, from where and with which browser the session began."""
    request.session[SIGN_IN] = {
        "started_at": timezone.now().timestamp(),
        "ip": getattr(request, "client_ip", None),
        "browser": browser_name(request.META.get("HTTP_USER_AGENT", "")),
    }
    request.session.pop(ENDED, None)
    sweep_expired()


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def _end_of_barred(instance: AbstractBaseUser, **_kwargs: Any) -> None:
    if not instance.is_active:
        end_all(instance, because=Ending.BARRED)


@receiver(token_lost)
def _end_without_token(person: SmartsheetUser, **_kwargs: Any) -> None:
    end_signed_in_with_smartsheet(person.user, because=Ending.REVOKED)
