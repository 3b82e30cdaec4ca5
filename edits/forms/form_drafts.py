"""Stores drafts: what people have typed into forms, but not saved yet. Only a draft's author sees the draft.

A draft is deleted when its form is saved, when its author's account is deleted, when its author is erased from the log,
and after 30 days.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from edits.forms.models import FormDefinition
from edits.widgets import drafts
from identity.models import SmartsheetUser

KEPT = timedelta(days=30)
LARGEST = 200_000  # characters of a draft
MOST = 200  # drafts per person; the oldest ones are deleted
NEW_ROW = 0


class TooLarge(ValueError):
    """The draft has too much text to be kept. Nothing was stored."""


class FormDraftQuerySet(models.QuerySet["FormDraft"]):
    """Drafts of forms."""

    def of(self, person: SmartsheetUser, form: FormDefinition, row_id: int | None) -> FormDraftQuerySet:
        """The draft of this person for this row, or for a new row if `row_id` is None."""
        return self.filter(person=person, form=form, row_id=row_id or NEW_ROW)

    def keep(self, person: SmartsheetUser, form: FormDefinition, row_id: int | None, *, typed: QueryDict) -> FormDraft:
        """Store what the person has typed. The new draft replaces an earlier one for the same row. Raises TooLarge."""
        data = drafts.changed(drafts.typed(typed)).urlencode()
        if len(data) > LARGEST:
            raise TooLarge
        with transaction.atomic():
            draft, _ = self.update_or_create(
                person=person,
                form=form,
                row_id=row_id or NEW_ROW,
                defaults={"data": data, "saved_at": timezone.now()},
            )
            kept = self.filter(person=person).order_by("-saved_at").values_list("pk", flat=True)
            if surplus := list(kept[MOST:]):
                self.filter(pk__in=surplus).delete()
        return draft

    def old(self) -> FormDraftQuerySet:
        """The drafts that are older than KEPT."""
        return self.filter(saved_at__lt=timezone.now() - KEPT)


class FormDraft(models.Model):
    """A draft. `row_id` is 0 for a new row. `data` is the sent form without unchanged values, encoded as in a query
    string.
    """

    person = models.ForeignKey(SmartsheetUser, on_delete=models.CASCADE, related_name="form_drafts")
    form = models.ForeignKey(FormDefinition, on_delete=models.CASCADE, related_name="drafts")
    row_id = models.BigIntegerField()
    data = models.TextField()
    saved_at = models.DateTimeField(db_index=True)

    objects = FormDraftQuerySet.as_manager()

    class Meta:
        app_label = "edits"
        constraints = [models.UniqueConstraint(fields=["person", "form", "row_id"], name="one_draft_per_row")]

    def __str__(self) -> str:
        return f"draft {self.pk}"

    @property
    def typed(self) -> QueryDict:
        """What the person typed."""
        return QueryDict(self.data)


def forget_old() -> int:
    """Delete the drafts that are older than KEPT. Return how many were deleted."""
    return FormDraft.objects.old().delete()[0]


def erase(*, what: Any, addresses: frozenset[str], **_more: Any) -> int:
    """Delete the drafts of an erased person, and all drafts that have one of the person's addresses. Return how many
    were deleted. Receives the signal audit.retention.erasure.erasing.
    """
    found = Q(pk=None)
    if number := getattr(what, "number", None):
        found |= Q(person__region=what.region, person__smartsheet_id=number)
    for address in addresses:
        # A draft can have the address as it is, or encoded.
        for text in {address, QueryDict.fromkeys([address]).urlencode().removesuffix("=")}:
            found |= Q(data__icontains=text)
    return FormDraft.objects.filter(found).delete()[0]
