"""The table of app tokens. It stores hashes of the tokens, not the tokens themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from identity.apptokens import token_text
from identity.signals import app_token_created, app_token_ended, app_token_used

KEPT_IN_LIST = timedelta(days=30)  # how long the list shows a token that has ended
TOUCH = timedelta(minutes=1)  # the last use is stored at most once in this time, so that few calls write a row


class Scope(models.TextChoices):
    """A permission that a token can have."""

    READ = "read", "Read sheets"
    EDIT = "edit", "Change sheets"
    LOG = "log", "Read the audit log"


class Ending(models.TextChoices):
    """The reasons why a token can end before its expiry. The labels are the sentences in the log."""

    REVOKED = "revoked", "The person ended it."
    BARRED = "barred", "The person can't use this app any more."
    DISCONNECTED = "disconnected", "The person disconnected this app."
    TAKEN = "taken", "The person was disconnected from this app."
    LEFT = "left", "Smartsheet ended this app's access to the person's account."


class AppTokenQuerySet(models.QuerySet["AppToken"]):
    """Queries of app tokens."""

    def of(self, person: Any) -> AppTokenQuerySet:
        """Return the tokens of a person, newest first. `person` is a SmartsheetUser. (The type isn't declared, because
        the module of SmartsheetUser imports this module.)
        """
        return self.filter(person=person).order_by("-pk")

    def active(self) -> AppTokenQuerySet:
        """The tokens that can be used now."""
        return self.filter(ended_at=None, expires_at__gt=timezone.now())

    def listed(self) -> AppTokenQuerySet:
        """Return the tokens that can be used now, and those that ended less than KEPT_IN_LIST ago."""
        since = timezone.now() - KEPT_IN_LIST
        return self.filter(models.Q(ended_at=None) | models.Q(ended_at__gt=since), expires_at__gt=since)

    def make(self, *, person: Any, name: str, scopes: Iterable[str], days: int) -> tuple[AppToken, str]:
        """Create a token. Return the token and its text, which can't be shown again. If the log can't be written, raise
        CannotRecord, and create no token.
        """
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
        """Of these tokens, end those that haven't ended yet. Return how many tokens this call ended."""
        ended = [token for token in self.active().select_related("person") if token.end(because)]
        return len(ended)


class AppToken(models.Model):
    """A person's app token. Programs send the token's text, which is shown once and isn't stored."""

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
        """The token's scopes in words."""
        return [scope.label for scope in Scope if self.has(scope)]

    @property
    def is_active(self) -> bool:
        """Whether the token can be used now."""
        return self.ended_at is None and not self.is_expired

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def why_ended(self) -> str:
        """A sentence that says why the token ended; "" if it hasn't ended."""
        if self.ended_because:
            return str(Ending(self.ended_because).label)
        return "It has expired." if self.is_expired else ""

    def has(self, scope: Scope) -> bool:
        """Whether the token has this scope."""
        return scope in self.scopes.split()

    def note_use(self) -> None:
        """Store the time of this use, but at most once in TOUCH. The first use on a day (UTC) is always stored, and
        `app_token_used` is sent for it.

        If the use can't be recorded in the log, CannotRecord is raised, and the caller must refuse the call.
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
        """End the token for good. Return False if it had already ended."""
        row = AppToken.objects.active().filter(pk=self.pk)
        if not row.update(ended_at=timezone.now(), ended_because=because):
            return False
        app_token_ended.send_robust(AppToken, token=self, why=str(because.label))
        return True
