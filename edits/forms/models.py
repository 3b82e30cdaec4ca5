"""Stores the forms that designers define. django-simple-history stores each change of a form, and who made the change.

A form has a draft, which designers edit, and the published content, which people fill in. Publishing copies the draft
to the published content and adds 1 to `version`. Log entries of changes that were made with the form have `via`:
{"form": slug, "version": version}.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from audit.recording import Actor, note
from audit.vocabulary import Action
from edits.forms.definition import Definition, InvalidDefinition
from identity.models import SmartsheetUser
from identity.profiles.history import Tracked, TrackedQuerySet, records

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG = 60
RESERVED = frozenset({"add", "asked", "design", "new"})  # these are addresses below /forms/

UNCHECKED = {"problem": "", "warning": "", "checked_at": None}  # with these values, the worker checks the form soon


class ChangedMeanwhile(Exception):
    """Another designer has saved this form since this designer opened it. Nothing was stored."""


class FormState(models.TextChoices):
    """Whether people can fill in the form."""

    DRAFT = "draft", "draft"
    PUBLISHED = "published", "published"
    CLOSED = "closed", "closed"


def check_slug(slug: str) -> None:
    """Raise ValidationError if the text can't be the last part of a form's address."""
    if not SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG:
        raise ValidationError("Use lower-case letters, digits and single hyphens, such as report-progress.")
    if slug in RESERVED:
        raise ValidationError(f"“{slug}” is an address of this app. Choose another one.")


class FormDefinitionQuerySet(TrackedQuerySet["FormDefinition"]):
    """Queries of forms."""

    def published(self) -> FormDefinitionQuerySet:
        """The forms that people can fill in now."""
        return self.filter(Q(closes_at=None) | Q(closes_at__gt=timezone.now()), state=FormState.PUBLISHED)

    def of_sheet(self, *, region: str, sheet_id: int) -> FormDefinitionQuerySet:
        """The forms for a sheet."""
        return self.filter(region=region, sheet_id=sheet_id)


class FormDefinition(Tracked):
    """A form for the rows of a sheet. To check the form, this app reads the sheet with the token of `designer`.
    `designer` is None if that person's account was deleted. `revision` goes up with every save. With it, the app
    notices if two designers would overwrite each other's changes. `closes_at` is in UTC. Pages show it in the form's
    time zone, `time_zone`. `problem` is a sentence that says why the form can't be used, for example because its sheet
    was deleted. `problem` is "" if the form can be used.
    """

    region = models.CharField(max_length=20)
    sheet_id = models.BigIntegerField("sheet id")
    sheet_name = models.TextField(blank=True)
    slug = models.CharField("address", max_length=LONGEST_SLUG, unique=True, validators=[check_slug])
    state = models.CharField(max_length=10, choices=FormState.choices, default=FormState.DRAFT)
    draft = models.JSONField()
    published = models.JSONField(null=True)
    version = models.PositiveBigIntegerField(default=0)
    revision = models.PositiveBigIntegerField(default=0)
    closes_at = models.DateTimeField("closes", null=True, blank=True)
    time_zone = models.CharField("time zone", max_length=64, default="UTC")
    designer = models.ForeignKey(SmartsheetUser, on_delete=models.SET_NULL, null=True, related_name="forms")
    problem = models.TextField(blank=True)
    warning = models.TextField(blank=True)
    checked_at = models.DateTimeField(null=True)

    objects = FormDefinitionQuerySet.as_manager()
    history = records(excluded_fields=["revision", "problem", "warning", "checked_at"])
    personal_fields = frozenset({"draft", "published"})  # the contents can have e-mail addresses of people

    class Meta:
        app_label = "edits"
        ordering = ["slug"]
        indexes = [models.Index(fields=["region", "sheet_id"], name="forms_of_a_sheet")]
        permissions = [("design_forms", "Can design forms"), ("take_over_forms", "Can take over forms")]

    def __str__(self) -> str:
        return f"{self.slug} ({self.get_state_display()})"

    @property
    def audit_label(self) -> str:
        return self.slug

    @property
    def definition(self) -> Definition | None:
        """The content that people fill in; None if the form was never published."""
        return None if self.published is None else Definition.parse(self.published)

    @property
    def draft_definition(self) -> Definition:
        """The content that designers edit."""
        return Definition.parse(self.draft)

    @property
    def title(self) -> str:
        """The title of the published content. If nothing was published yet, the title of the draft."""
        content = self.published or self.draft
        return str(content.get("title") or self.slug) if isinstance(content, dict) else self.slug

    @property
    def is_over(self) -> bool:
        """Whether nobody can fill in the form any more, because it was closed or its closing date has passed."""
        has_passed = self.closes_at is not None and self.closes_at <= timezone.now()
        return self.state == FormState.CLOSED or has_passed

    @property
    def is_open(self) -> bool:
        """Whether people can fill in the form now."""
        return self.state == FormState.PUBLISHED and not self.is_over and not self.problem

    @property
    def closes_at_there(self) -> datetime | None:
        """When the form closes, in the form's time zone."""
        return self.closes_at and self.closes_at.astimezone(ZoneInfo(self.time_zone))

    @property
    def via(self) -> dict[str, str | int]:
        """The value of `via` in log entries of changes that were made with this form."""
        return {"form": self.slug, "version": self.version}

    def save_draft(self, definition: Definition, *, seen: int, **values: Any) -> None:
        """Store a draft. `values` has the values of other fields of this model, by name. `seen` is the revision that
        the designer opened.

        Raises ChangedMeanwhile.
        """
        self._store(seen, {"draft": definition.to_json(), **values})

    def publish(self, *, seen: int, actor: Actor) -> None:
        """Publish the draft, so that people can fill it in. Raises ChangedMeanwhile and NotRecorded. If one of these is
        raised, nothing is stored.
        """
        with transaction.atomic():
            self._store(seen, {"state": FormState.PUBLISHED, **UNCHECKED}, is_published=True)
            self._note(actor, Action.FORM_PUBLISH, f"version {self.version}")

    def close(self, *, seen: int, actor: Actor) -> None:
        """Close the form, so that nobody can fill it in any more. Raises ChangedMeanwhile and NotRecorded."""
        with transaction.atomic():
            self._store(seen, {"state": FormState.CLOSED})
            self._note(actor, Action.FORM_CLOSE)

    def restore(self, then: Any, *, seen: int, actor: Actor) -> None:
        """Restore the draft from `then`, a row of the history. Raises ChangedMeanwhile and NotRecorded. Raises
        InvalidDefinition if the content in this row was erased, or has no fields.
        """
        definition = Definition.parse(then.draft)
        if not definition.fields:
            raise InvalidDefinition("This version can't be restored: its content was erased, or it has no fields.")
        with transaction.atomic():
            self._store(seen, {"draft": definition.to_json()})
            self._note(actor, Action.FORM_RESTORE, f"as of {then.history_date:%Y-%m-%d %H:%M} UTC")

    def take_over(self, person: SmartsheetUser, *, seen: int, actor: Actor) -> None:
        """Make another person the form's designer. Raises ChangedMeanwhile and NotRecorded."""
        with transaction.atomic():
            self._store(seen, {"designer": person, **UNCHECKED})
            self._note(actor, Action.FORM_TAKE_OVER)

    def remove(self, *, actor: Actor) -> None:
        """Delete the form. The form's history and log entries stay. Raises NotRecorded."""
        with transaction.atomic():
            self._note(actor, Action.FORM_DELETE)
            self.delete()

    def _store(self, seen: int, values: dict[str, Any], *, is_published: bool = False) -> None:
        """Store these values if the form still has the revision `seen`. If `is_published` is true, also publish the
        draft. Raises ChangedMeanwhile.
        """
        with transaction.atomic():
            as_seen = FormDefinition.objects.filter(pk=self.pk, revision=seen)
            if not as_seen.update(revision=seen + 1):  # if two designers save at the same time, one update finds no row
                raise ChangedMeanwhile
            self.refresh_from_db()
            for name, value in values.items():
                setattr(self, name, value)
            if is_published:
                self.published, self.version = self.draft, self.version + 1
            self.save()

    def _note(self, actor: Actor, action: Action, message: str = "") -> None:
        note(
            actor=actor,
            action=action,
            subject=f"{self._meta.label_lower}/{self.pk}",
            label=self.slug,
            sheet_id=self.sheet_id,
            sheet_name=self.sheet_name,
            message=message,
            via=self.via if self.version else {"form": self.slug},
        )
