"""Stores who was asked to update which rows, and the mails about it.

A request and its mails are stored in one transaction. The worker sends the mails (sending.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils import timezone

from edits.forms.models import FormDefinition
from edits.forms.outgoing_mail import OutgoingMail, OutgoingMailQuerySet
from edits.sheets.personal_columns import personal_columns
from identity.models import SmartsheetUser

KEPT = timedelta(days=180)  # after its due date, a request is deleted with all that belongs to it


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A row that someone was asked to update. `number` and `label` are the row's number and name at the time of the
    request. `label` is "" if names of rows were personal at that time.
    """

    id: int
    number: int
    label: str = ""

    def named(self, *, is_personal: bool) -> str:
        """The row's name. If the name is personal now, or isn't stored, the row's number is used instead."""
        return f"Row {self.number}" if is_personal or not self.label else self.label

    def to_json(self) -> dict[str, int | str]:
        return {"id": self.id, "number": self.number, "label": self.label}


class UpdateRequestQuerySet(models.QuerySet["UpdateRequest"]):
    """Queries of requests."""

    def asked_by(self, *, region: str, person_id: int) -> UpdateRequestQuerySet:
        """The requests of a person, newest first."""
        mine = self.filter(asker__region=region, asker__smartsheet_id=person_id)
        return mine.select_related("form", "asker").prefetch_related("people").order_by("-created_at")

    def open(self) -> UpdateRequestQuerySet:
        """Requests that weren't cancelled, and whose asker can still use this app."""
        return self.filter(cancelled_at=None, asker__isnull=False, asker__is_blocked=False)

    def to_remind(self, now: datetime) -> UpdateRequestQuerySet:
        """Requests whose reminder is due."""
        return self.open().filter(remind_at__lte=now, reminded_at=None)

    def old(self) -> UpdateRequestQuerySet:
        """Requests that are no longer needed."""
        return self.filter(due_on__lt=timezone.now().date() - KEPT)


class UpdateRequest(models.Model):
    """A request to update rows with a form. `log_position` is the id of the request's entry in the log: only later
    entries can be answers. `primary_id` is the id of the sheet's primary column. `time_zone` is the asker's time zone.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    form = models.ForeignKey(FormDefinition, on_delete=models.CASCADE, related_name="requests")
    asker = models.ForeignKey(SmartsheetUser, on_delete=models.SET_NULL, null=True, related_name="requests")
    asker_name = models.TextField(blank=True)
    asker_email = models.TextField(blank=True)
    text = models.TextField(blank=True)
    due_on = models.DateField()
    time_zone = models.CharField(max_length=64)
    remind_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    primary_id = models.BigIntegerField(null=True)
    log_position = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    cancelled_at = models.DateTimeField(null=True)

    objects = UpdateRequestQuerySet.as_manager()

    class Meta:
        app_label = "edits"
        indexes = [
            models.Index(fields=["remind_at"], name="requests_to_remind", condition=Q(reminded_at=None)),
            models.Index(fields=["due_on"], name="requests_by_due_date"),
        ]

    def __str__(self) -> str:
        return f"request {self.pk} with the form {self.form_id}"

    @property
    def due_at(self) -> datetime:
        """The end of the due date, in the asker's time zone."""
        return datetime.combine(self.due_on + timedelta(days=1), time(), ZoneInfo(self.time_zone))

    @property
    def is_over(self) -> bool:
        """Whether the due date has passed."""
        return self.due_at <= timezone.now()

    @property
    def is_open(self) -> bool:
        """Whether answers are still expected, and mails can still be sent."""
        is_asker_here = self.asker is not None and not self.asker.is_blocked
        return self.cancelled_at is None and is_asker_here and not self.is_over

    @property
    def are_names_personal(self) -> bool:
        """Whether the names of the sheet's rows are personal now. If so, mails and pages must not show the names."""
        return self.primary_id in personal_columns(region=self.form.region, sheet_id=self.form.sheet_id)


class RequestedPersonQuerySet(models.QuerySet["RequestedPerson"]):
    """Queries of people who were asked."""

    def to(self, *, region: str, person_id: int, addresses: Iterable[str]) -> RequestedPersonQuerySet:
        """The requests that were sent to the person with this account or with one of these addresses, newest first."""
        here = self.filter(request__form__region=region)
        theirs = Q(person_id=person_id) | Q(person_id=None, email__in=[one.lower() for one in addresses])
        return here.filter(theirs).select_related("request__form", "request__asker").order_by("-request__created_at")


class RequestedPerson(models.Model):
    """A person who was asked, and their rows. `email` is in lower case. `person_id` is the id of the person's account
    in Smartsheet, or None while the account isn't known. `confirmed_at` is when the person said that nothing has to be
    changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    request = models.ForeignKey(UpdateRequest, on_delete=models.CASCADE, related_name="people")
    email = models.TextField(blank=True)
    name = models.TextField(blank=True)
    person_id = models.BigIntegerField(null=True)
    rows = models.JSONField(default=list)
    opened_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    objects = RequestedPersonQuerySet.as_manager()

    class Meta:
        app_label = "edits"
        indexes = [models.Index(fields=["email"], name="requests_to_an_address")]

    def __str__(self) -> str:
        return f"person {self.pk} of the request {self.request_id}"

    @property
    def shown_name(self) -> str:
        """The person's name and address, as the asker's page shows them."""
        if self.erased_at:
            return "A person whose name was erased"
        return f"{self.name} ({self.email})" if self.name and self.name != self.email else self.email

    @property
    def asked_rows(self) -> list[AskedRow]:
        """The rows, in the order of the sheet."""
        return [AskedRow(**row) for row in self.rows]

    @property
    def row_ids(self) -> frozenset[int]:
        return frozenset(row["id"] for row in self.rows)


class MailKind(models.TextChoices):
    """What a mail is for."""

    ASK = "ask", "request"
    REMINDER = "reminder", "reminder"


class MailQuerySet(OutgoingMailQuerySet["Mail"]):
    """Queries of mails."""

    def of_asker(self, person: SmartsheetUser, *, since: datetime) -> MailQuerySet:
        """The mails of the requests that this person made. Mails from before `since` are left out."""
        return self.filter(person__request__asker=person, created_at__gte=since)


class Mail(OutgoingMail):
    """A mail to a person who was asked."""

    person = models.ForeignKey(RequestedPerson, on_delete=models.CASCADE, related_name="mails")
    kind = models.CharField(max_length=10, choices=MailKind.choices)

    objects = MailQuerySet.as_manager()
    related = ("person__request__form", "person__request__asker")

    class Meta:
        app_label = "edits"
        indexes = [models.Index(fields=["due_at"], name="mails_to_send", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.message_id}: {self.get_state_display()}"


class StoppedKind(models.TextChoices):
    """The kinds of mails about a form. A person can stop each kind."""

    REMINDERS = "reminders", "reminders"
    PROBLEMS = "problems", "mails about problems"


class StoppedReminders(models.Model):
    """An address whose owner has stopped mails about a form. `kind` says which mails. `email` is in lower case."""

    form = models.ForeignKey(FormDefinition, on_delete=models.CASCADE, related_name="+")
    email = models.TextField()
    kind = models.CharField(max_length=10, choices=StoppedKind.choices, default=StoppedKind.REMINDERS)
    stopped_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "edits"
        verbose_name_plural = "stopped reminders"
        constraints = [models.UniqueConstraint(fields=["form", "email", "kind"], name="one_stop_per_kind_of_mail")]

    def __str__(self) -> str:
        return f"no {self.get_kind_display()} of the form {self.form_id}"

    @classmethod
    def addresses_of(cls, form_id: Any, kind: StoppedKind = StoppedKind.REMINDERS) -> frozenset[str]:
        """The addresses that get no more mails of this kind about the form."""
        return frozenset(cls._default_manager.filter(form=form_id, kind=kind).values_list("email", flat=True))


def morning_before(due: date, days: int, zone: str) -> datetime:
    """Eight o'clock in this time zone, `days` days before the due date."""
    return datetime.combine(due - timedelta(days=days), time(8), ZoneInfo(zone))
