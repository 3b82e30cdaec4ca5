"""Edits whose outcome is to be found out. Working state, no evidence: the log says all of it too, but less quickly."""

from datetime import timedelta
from typing import Self
from uuid import uuid4

from django.db import models, transaction
from django.utils import timezone


class UnsettledQuerySet(models.QuerySet["Unsettled"]):
    def due(self) -> Self:
        """Those whose turn it is, that wait longest first; held by nobody, or by somebody who must have died."""
        return self.filter(due_at__lte=timezone.now()).order_by("due_at", "edit_id")

    def take(self, *, seconds: float) -> "Unsettled | None":
        """The edit whose turn it is, held for so many seconds; None if there is none that could be had.

        One UPDATE on the row's own columns: of two who want the same one gets it, on PostgreSQL as on SQLite.
        """
        now = timezone.now()
        for found in self.due()[:10]:
            lease, until = uuid4(), now + timedelta(seconds=seconds)
            if self.filter(pk=found.pk, due_at=found.due_at).update(lease=lease, due_at=until):
                found.lease, found.due_at = lease, until
                return found
        return None

    def put_off_person(self, *, region: str, actor_id: int, seconds: float) -> None:
        """Let everything of this person wait: nothing more can be asked with their token for so long."""
        until = timezone.now() + timedelta(seconds=seconds)
        self.due().filter(region=region, actor_id=actor_id).order_by().update(lease=None, due_at=until)


class Unsettled(models.Model):
    """An edit without a conclusive outcome. Whoever holds the lease, until `due_at`, is the one to find it out."""

    edit_id = models.UUIDField(primary_key=True)
    region = models.CharField(max_length=16)
    actor_id = models.BigIntegerField()
    at = models.DateTimeField(help_text="when it was intended")
    due_at = models.DateTimeField(db_index=True)
    lease = models.UUIDField(null=True)
    progress = models.JSONField(default=dict, help_text="what was read of it so far, without what cells held")

    objects = UnsettledQuerySet.as_manager()

    class Meta:
        app_label = "audit"
        verbose_name_plural = "unsettled edits"

    def __str__(self) -> str:
        return f"edit {self.edit_id} of {self.at:%F %T}"

    def put_off(self, *, seconds: float) -> None:
        """Give it back, to nobody until these seconds are over."""
        self._held().update(lease=None, due_at=timezone.now() + timedelta(seconds=seconds))

    def let_go(self) -> bool:
        """Take it off the list, in the transaction at hand; False if somebody else holds it by now."""
        if not transaction.get_connection().in_atomic_block:
            raise RuntimeError("The outcome and the end of the waiting belong into one transaction.")
        deleted, _by_model = self._held().delete()
        return bool(deleted)

    def keep_progress(self) -> bool:
        """Keep what was read so far for the next run; False if another process has taken the edit over."""
        return bool(self._held().update(progress=self.progress))

    def forget(self) -> None:
        """Take it off the list: all is known of it by now."""
        self._held().delete()

    def _held(self) -> "models.QuerySet[Unsettled]":
        if self.lease is None:
            raise RuntimeError("take() comes first")
        return Unsettled.objects.filter(pk=self.pk, lease=self.lease)
