"""App tokens as they are stored: by their hash alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from identity.apptokens import token_text
from identity.signals import app_token_created, app_token_ended, app_token_used

KEPT_IN_LIST = timedelta(days=30)  # how long a token that has ended is still listed
TOUCH = timedelta(minutes=1)  # how exactly the last use is kept, so that not every call writes a row


class Scope(models.TextChoices):
    """What a token can be used for."""

    READ = "read", "Read sheets"
    EDIT = "edit", "Change sheets"
    LOG = "log", "Read the audit log"


class Ending(models.TextChoices):
    """Why a token ended before its time."""

    REVOKED = "revoked", "The person ended it."
    BARRED = "barred", "The person was barred from this app."
    DISCONNECTED = "disconnected", "The person disconnected this app."
    LEFT = "left", "Smartsheet ended this app's access in the person's name."


class AppTokenQuerySet(models.QuerySet["AppToken"]):
    """App tokens."""

    def of(self, person: Any) -> AppTokenQuerySet:
        """Those of a SmartsheetUser (whose module imports this one), the newest first."""
        return self.filter(person=person).order_by("-pk")

    def active(self) -> AppTokenQuerySet:
        """Those that can be used now."""
        return self.filter(ended_at=None, expires_at__gt=timezone.now())

    def listed(self) -> AppTokenQuerySet:
        """Those that can be used, or could a while ago."""
        since = timezone.now() - KEPT_IN_LIST
        return self.filter(models.Q(ended_at=None) | models.Q(ended_at__gt=since), expires_at__gt=since)

    def make(self, *, person: Any, name: str, scopes: Iterable[str], days: int) -> tuple[AppToken, str]:
        """A new token and its text, which can't be had again. Raises CannotRecord: then there is no token."""
        text = token_text.new()
        token = self.model(
            person=person,
            name=name,
            digest=token_text.digest_of(text),
            scopes=" ".join(sorted(scopes)),
            expires_at=timezone.now() + timedelta(days=days),
        )
        with transaction.atomic():
            token.save()
            app_token_created.send(AppToken, token=token)
        return token, text

    def end(self, because: Ending) -> int:
        """End those of these tokens that haven't ended; gives how many."""
        ended = [token for token in self.active().select_related("person") if token.end(because)]
        return len(ended)


class AppToken(models.Model):
    """A token of one person. The text that programs send is shown once and not stored."""

    person = models.ForeignKey("identity.SmartsheetUser", on_delete=models.CASCADE, related_name="app_tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token")
    scopes = models.CharField(max_length=100, help_text="separated by spaces")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=20, choices=Ending.choices, blank=True)

    objects = AppTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "app token"

    def __str__(self) -> str:
        return f"app token {self.pk}"

    @property
    def scope_labels(self) -> list[str]:
        """What it can be used for, in words."""
        return [scope.label for scope in Scope if self.has(scope)]

    @property
    def is_active(self) -> bool:
        """Whether it can be used now."""
        return self.ended_at is None and not self.is_expired

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def why_ended(self) -> str:
        """A sentence; "" while it can be used."""
        if self.ended_because:
            return str(Ending(self.ended_because).label)
        return "Its time is over." if self.is_expired else ""

    def has(self, scope: Scope) -> bool:
        """Whether it can be used for this."""
        return scope in self.scopes.split()

    def note_use(self) -> None:
        """Keep when it was used last, to the minute. The first use of a day (UTC) is told by app_token_used.

        Raises CannotRecord: then it must not be used.
        """
        now = timezone.now()
        if self.used_at is not None and now < self.used_at + TOUCH and now.date() == self.used_at.date():
            return
        midnight = datetime.combine(now.date(), datetime.min.time(), UTC)
        tokens = AppToken.objects.filter(pk=self.pk)
        with transaction.atomic():
            unused_today = models.Q(used_at=None) | models.Q(used_at__lt=midnight)
            if tokens.filter(unused_today).update(used_at=now):
                app_token_used.send(AppToken, token=self)
            else:
                tokens.update(used_at=now)

    def end(self, because: Ending) -> bool:
        """End it for good; False if it had ended."""
        row = AppToken.objects.active().filter(pk=self.pk)
        if not row.update(ended_at=timezone.now(), ended_because=because):
            return False
        app_token_ended.send_robust(AppToken, token=self, why=str(because.label))
        return True
