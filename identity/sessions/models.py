"""The table of sessions: Django's own columns, and whose each is, since when, from where, and why it ended.

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

KEPT = timedelta(days=1)  # an ended session stays so long, to tell its browser why


class Ending(models.TextChoices):
    """Why a session was ended, in the words of the log."""

    IDLE = "idle", "The browser had not been used for too long."
    TOO_OLD = "too_old", "The person had been signed in for too long."
    ELSEWHERE = "elsewhere", "The person ended it from another browser."
    DISCONNECTED = "disconnected", "The person disconnected the app."
    REVOKED = "revoked", "Smartsheet has ended the app's access in the person's name."
    BARRED = "barred", "The person may not use the app any more."

    @property
    def sentence(self) -> str:
        """What its browser shows: what has happened, and what to do."""
        advice = "Ask whoever runs it." if self is Ending.BARRED else "Sign in again to go on."
        return f"You were signed out {SENTENCES[self]}. {advice}"


SENTENCES = {
    Ending.IDLE: "because this browser had not been used for a while",
    Ending.TOO_OLD: "because you had been signed in for long",
    Ending.ELSEWHERE: "of this browser from another one",
    Ending.DISCONNECTED: "because you disconnected this app from Smartsheet",
    Ending.REVOKED: "because Smartsheet has ended this app's access in your name",
    Ending.BARRED: "because an administrator no longer lets you use this app",
}


class BrowserSessionQuerySet(models.QuerySet["BrowserSession"]):
    def of(self, user: AbstractBaseUser) -> "BrowserSessionQuerySet":
        """The sessions in which the user is signed in just now, the latest used first."""
        alive = self.filter(user=user.pk, ended_because="", expire_date__gt=timezone.now())
        return alive.order_by("-seen_at", "pk")

    def end(self, because: Ending) -> int:
        """End them, and forget all that was in them; gives how many had not ended before."""
        going_on = self.filter(ended_because="")
        return going_on.update(ended_because=because, session_data="", expire_date=timezone.now())

    def sweep(self) -> int:
        """Delete what has ended a while ago; gives how many."""
        deleted, _by_model = self.filter(expire_date__lte=timezone.now() - KEPT).delete()
        return deleted


class BrowserSession(AbstractBaseSession):
    """One browser. Without a user nobody is signed in with it."""

    public_id = models.UUIDField(default=uuid4, unique=True, help_text="names it to its owner: the key is a secret")
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
        """Without its key, whose holder is signed in."""
        return f"session {self.public_id}"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        """The store that the project names, as Django's middleware finds it; ours is built on this model."""
        store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
        return store
