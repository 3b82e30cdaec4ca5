"""The one table of the log. Every edit is a few entries that share an `edit_id`: first what was intended, then what
came of it. Nothing in it is ever altered: audit/triggers.py has the database see to that."""

from collections.abc import Collection, Mapping
from typing import Any, NoReturn, Self
from uuid import UUID

from django.db import models
from django.db.models.functions import Now


class Phase(models.TextChoices):
    """Where in the life of an edit an entry was written. The labels are the words that people read."""

    INTENT = "intent", "not certain yet"
    APPLIED = "applied", "saved"
    REFUSED = "refused", "refused"
    FAILED = "failed", "failed"
    UNKNOWN = "unknown", "not certain yet"


class Action(models.TextChoices):
    """What was to be done."""

    CHANGE = "change", "changed cell"
    ADD = "add", "added row"
    DELETE = "delete", "deleted row"


class Origin(models.TextChoices):
    """Where in this app the edit was made."""

    FORM = "form", "row form"


class AppendOnlyError(Exception):
    """An entry that is already written was to be saved again or deleted."""


class EntryQuerySet(models.QuerySet["Entry"]):
    """The questions that the log answers, each along an index of its table."""

    def intents(self) -> Self:
        """What people set out to do: one entry per cell, or per row added or deleted."""
        return self.filter(phase=Phase.INTENT)

    def by_actor(self, actor_id: int) -> Self:
        """Entries of the person with this Smartsheet id."""
        return self.filter(actor_id=actor_id)

    def outcomes(self) -> Self:
        """What came of it: one entry per row, and one per cell that Smartsheet made something else of."""
        return self.exclude(phase=Phase.INTENT)

    def of_edit(self, edit_id: UUID) -> Self:
        """All entries of one edit, its intents and outcomes."""
        return self.filter(edit_id=edit_id)

    def on_sheet(self, sheet_id: int) -> Self:
        """Entries on this sheet."""
        return self.filter(sheet_id=sheet_id)

    def on_row(self, *, sheet_id: int, row_id: int) -> Self:
        """Entries on this row, the one that added it included, though it was written before the row had its id."""
        on_row = models.Q(sheet_id=sheet_id, row_id=row_id)
        added = Entry.objects.filter(on_row, phase=Phase.APPLIED, action=Action.ADD).values("edit_id", "line").first()
        return self.filter(on_row | models.Q(**added) if added else on_row)

    def on_column(self, column_id: int) -> Self:
        """Entries on this column; quick only together with its sheet, as the index begins with that."""
        return self.filter(column_id=column_id)

    def on_lines(self, lines: Mapping[UUID, Collection[int | None]]) -> Self:
        """Entries of these lines (rows) of these edits."""
        wanted = models.Q(pk__in=[])
        for edit_id, numbers in lines.items():
            wanted |= models.Q(edit_id=edit_id, line__in=numbers)
        return self.filter(wanted)

    def before(self, entry_id: int) -> Self:
        """Entries written earlier than the one with this id, newest first."""
        return self.filter(id__lt=entry_id).order_by("-id")

    def after(self, entry_id: int) -> Self:
        """Entries written later than the one with this id, oldest first."""
        return self.filter(id__gt=entry_id).order_by("id")

    def newest_first(self) -> Self:
        """Ordered for reading; ids rise with time."""
        return self.order_by("-id")


class Entry(models.Model):
    """One fact of the log.

    People, sheets, rows and columns are kept as the ids and names they had at that moment, without foreign keys: what
    is deleted or renamed later changes nothing here. Ids are Smartsheet's.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField("at (UTC)", db_default=Now(), editable=False)  # by the database's clock alone
    edit_id = models.UUIDField()
    line = models.PositiveIntegerField(null=True)  # which row of the edit; pairs an outcome with its intents
    request_id = models.CharField(max_length=64, blank=True)
    phase = models.CharField(max_length=16, choices=Phase.choices)
    actor_id = models.BigIntegerField()
    actor_name = models.TextField()
    actor_email = models.TextField(blank=True)
    region = models.CharField(max_length=16)
    action = models.CharField(max_length=16, choices=Action.choices)
    sheet_id = models.BigIntegerField(null=True)
    sheet_name = models.TextField(blank=True)
    row_id = models.BigIntegerField(null=True)
    row_label = models.TextField(blank=True)
    column_id = models.BigIntegerField(null=True)
    column_title = models.TextField(blank=True)
    old = models.TextField(null=True)  # canonical JSON; null is an empty cell
    new = models.TextField(null=True)
    reason = models.TextField(blank=True)
    origin = models.CharField(max_length=16, choices=Origin.choices)
    ip = models.GenericIPAddressField("IP address", null=True)
    user_agent = models.TextField(blank=True)
    error_code = models.BigIntegerField(null=True)
    ref_id = models.TextField(blank=True)
    message = models.TextField(blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["actor_id", "id"], name="audit_entry_actor"),
            models.Index(fields=["sheet_id", "id"], name="audit_entry_sheet"),
            models.Index(fields=["sheet_id", "row_id", "column_id", "id"], name="audit_entry_cell"),
            models.Index(fields=["edit_id", "line"], name="audit_entry_edit"),
            models.Index(fields=["at"], name="audit_entry_at"),
        ]

    def __str__(self) -> str:
        return f"{self.get_phase_display()}: {self.actor_name} {self.get_action_display()} (entry {self.pk})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new entry.

        Raises:
            AppendOnlyError: it has been written before.
        """
        if not self._state.adding:
            raise AppendOnlyError("An entry of the audit log cannot be changed.")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse.

        Raises:
            AppendOnlyError: always.
        """
        raise AppendOnlyError("An entry of the audit log cannot be deleted.")
