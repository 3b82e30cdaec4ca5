"""The table of sessions. In addition to Django's columns, it stores a session's owner, start, last use, address and
browser, and why the session ended.

https://docs.djangoproject.com/en/5.2/topics/http/sessions/#extending-database-backed-session-engines
"""

from datetime import timedelta
from importlib import import_module
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone

KEPT = timedelta(days=1)  # how long an ended session is kept, to tell the person why it ended


class Ending(models.TextChoices):
    """The reasons why a session can end without a sign-out. The labels are the sentences in the log."""

    IDLE = "idle", "The browser had been unused for too long."
    TOO_OLD = "too_old", "The person had been signed in for too long."
    ELSEWHERE = "elsewhere", "The person ended the session from another browser."
    DISCONNECTED = "disconnected", "The person disconnected the app."
    REVOKED = "revoked", "Smartsheet has ended the app's access to the person's account."
    BARRED = "barred", "The person can't use the app any more."

    @property
    def sentence(self) -> str:
        """The message that tells the person what happened and what to do."""
        advice = "Ask its administrator." if self is Ending.BARRED else "Sign in again to continue."
        return f"You were signed out {SENTENCES[self]}. {advice}"


SENTENCES = {
    Ending.IDLE: "because this browser had not been used for a while",
    Ending.TOO_OLD: "because you had been signed in for a long time",
    Ending.ELSEWHERE: "of this browser from another browser",
    Ending.DISCONNECTED: "because you disconnected this app from Smartsheet",
    Ending.REVOKED: "because Smartsheet has ended this app's access to your account",
    Ending.BARRED: "because an administrator no longer lets you use this app",
}


class BrowserSessionQuerySet(models.QuerySet["BrowserSession"]):
    def of(self, user: AbstractBaseUser) -> "BrowserSessionQuerySet":
        """Return the user's active sessions. The one that was used last comes first."""
        alive = self.filter(user=user.pk, ended_because="", expire_date__gt=timezone.now())
        return alive.order_by("-seen_at", "pk")

    def end(self, because: Ending) -> int:
        """End these sessions, and delete their data. Return how many sessions this call ended."""
        going_on = self.filter(ended_because="")
        return going_on.update(ended_because=because, session_data="", expire_date=timezone.now())

    def sweep(self) -> int:
        """Delete sessions that ended more than KEPT ago. Return their number."""
        deleted, _by_model = self.filter(expire_date__lte=timezone.now() - KEPT).delete()
        return deleted


class BrowserSession(AbstractBaseSession):
    """The session of one browser. `user` is None if no one is signed in with the session."""

    public_id = models.UUIDField(
        default=uuid4, unique=True, help_text="shown to the owner, because the key is a secret"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="browser_sessions"
    )
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    ip = models.GenericIPAddressField(null=True)
    browser = models.TextField()
    ended_because = models.CharField(max_length=20, choices=Ending.choices)

    objects = BrowserSessionQuerySet.as_manager()  # type: ignore[assignment,misc] # Django's have a manager that does not derive from this one

    class Meta(AbstractBaseSession.Meta):
        verbose_name = "session"
        verbose_name_plural = "sessions"

    def __str__(self) -> str:
        """Return a text without the session's key, because anyone who knows the key can use the session."""
        return f"session {self.public_id}"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        """Return the store of the session engine in the settings, as Django's middleware does."""
        store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
        return store
