"""The common base of the models that store mails. asking/sending.py sends the mails."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from typing import Any, Self, TypeVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

M = TypeVar("M", bound="OutgoingMail", covariant=True)


class MailState(models.TextChoices):
    """The state of a mail. All states except WAITING are final."""

    WAITING = "waiting", "waiting to be sent"
    SENT = "sent", "sent"
    REFUSED = "refused", "refused by the mail server"
    GIVEN_UP = "given_up", "could not be sent"
    DROPPED = "dropped", "not needed any more"


class OutgoingMailQuerySet(models.QuerySet[M]):
    """Queries of mails."""

    def claimable(self, now: datetime) -> Self:
        """Mails that can be sent now, and that no worker has reserved."""
        is_free = Q(lease_until=None) | Q(lease_until__lte=now)
        return self.filter(is_free, state=MailState.WAITING, due_at__lte=now)


class OutgoingMail(models.Model):
    """A mail to one person. If the mail has to be sent again, it keeps its Message-ID.

    `attempts` is increased before each attempt. `reason` says why the mail server didn't take the mail at the last
    attempt.
    """

    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=10, choices=MailState.choices, default=MailState.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveBigIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    objects: Any  # each subclass has its own
    related: tuple[str, ...] = ()  # the related objects that are needed to write a mail

    class Meta:
        abstract = True

    def headers(self, stop_link: str) -> dict[str, str]:
        """The headers that every mail has. `stop_link` is the link with which the person stops such mails."""
        return {
            "Message-ID": self.message_id,
            "Date": format_datetime(self.created_at),
            "Auto-Submitted": "auto-generated",  # asks other programs not to answer: RFC 3834
            "List-Unsubscribe": f"<{stop_link}>",  # https://www.rfc-editor.org/rfc/rfc8058
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }


def message_id(host: str, key: UUID | None = None) -> str:
    """A new Message-ID. https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4"""
    return f"<{(key or uuid4()).hex}@{host}>"
