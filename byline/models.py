"""The table of machines that run workers, with the time when a worker was last seen on each machine. Without a worker,
no edits are settled, no seals are made, and no tokens are refreshed. Only this table shows whether a worker runs.
"""

from __future__ import annotations

import platform
from datetime import timedelta

from django.db import models
from django.utils import timezone

KEPT = timedelta(days=30)


class WorkerQuerySet(models.QuerySet["Worker"]):
    """Reads and writes the table of workers."""

    def note_running(self) -> None:
        """Store that a worker runs on this machine. Delete the rows of machines where no worker was seen for the time
        KEPT.
        """
        now = timezone.now()
        self.update_or_create(machine=platform.node()[:255], defaults={"seen_at": now})
        self.filter(seen_at__lt=now - KEPT).delete()


class Worker(models.Model):
    """A machine on which one or more workers run."""

    machine = models.CharField(max_length=255, primary_key=True)
    seen_at = models.DateTimeField()

    objects = WorkerQuerySet.as_manager()

    def __str__(self) -> str:
        return self.machine
