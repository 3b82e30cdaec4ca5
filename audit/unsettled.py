"""The list of unsettled edits. It isn't evidence: the log says the same, but is slower to search."""

from datetime import timedelta
from typing import Self
from uuid import uuid4

from django.db import models, transaction
from django.utils import timezone


class UnsettledQuerySet(models.QuerySet["Unsettled"]):
    def due(self) -> Self:
        """Edits that are due, the longest-waiting first. A leased edit isn't due until its lease ends."""
        return self.filter(due_at__lte=timezone.now()).order_by("due_at", "edit_id")

    def take(self, *, seconds: float) -> "Unsettled | None":
        """Lease a due edit for `seconds`. Returns None if no edit is due.

        The edit is leased by a single UPDATE, which finds the row only if no other process has leased the edit first.
        So if two processes want the same edit, only one gets it, both on SQLite and on PostgreSQL.
        """
        now = timezone.now()
        for found in self.due()[:10]:
            lease, until = uuid4(), now + timedelta(seconds=seconds)
            if self.filter(pk=found.pk, due_at=found.due_at).update(lease=lease, due_at=until):
                found.lease, found.due_at = lease, until
                return found
        return None

    def put_off_person(self, *, region: str, actor_id: int, seconds: float) -> None:
        """Postpone this person's edits by `seconds`, because the person's token can't be used during this time."""
        until = timezone.now() + timedelta(seconds=seconds)
        self.due().filter(region=region, actor_id=actor_id).order_by().update(lease=None, due_at=until)


class Unsettled(models.Model):
    """An edit without a conclusive outcome. A process leases the edit until `due_at`, and tries to find out the outcome
    in the meantime.
    """

    edit_id = models.UUIDField(primary_key=True)
    region = models.CharField(max_length=16)
    actor_id = models.BigIntegerField()
    at = models.DateTimeField(help_text="when it was intended")
    due_at = models.DateTimeField(db_index=True)
    lease = models.UUIDField(null=True)
    progress = models.JSONField(default=dict, help_text="what settling has read so far, without the values of cells")

    objects = UnsettledQuerySet.as_manager()

    class Meta:
        app_label = "audit"
        verbose_name_plural = "unsettled edits"

    def __str__(self) -> str:
        return f"edit {self.edit_id} of {self.at:%F %T}"

    def put_off(self, *, seconds: float) -> None:
        """End the lease. Any process can take the edit after `seconds`."""
        self._held().update(lease=None, due_at=timezone.now() + timedelta(seconds=seconds))

    def let_go(self) -> bool:
        """Remove the edit from the list, in the current transaction. Returns False if another process has taken over
        the edit.
        """
        if not transaction.get_connection().in_atomic_block:
            raise RuntimeError("Write the outcome, and remove the edit from the list, in one transaction.")
        deleted, _by_model = self._held().delete()
        return bool(deleted)

    def keep_progress(self) -> bool:
        """Store what was read so far, so that the next run can go on from there. Returns False if another process has
        taken over the edit.
        """
        return bool(self._held().update(progress=self.progress))

    def forget(self) -> None:
        """Remove the edit from the list, because it has an outcome by now."""
        self._held().delete()

    def _held(self) -> "models.QuerySet[Unsettled]":
        if self.lease is None:
            raise RuntimeError("Call take() first.")
        return Unsettled.objects.filter(pk=self.pk, lease=self.lease)
