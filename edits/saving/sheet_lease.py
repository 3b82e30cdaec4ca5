"""One write at a time to a sheet with one person's token: Smartsheet refuses a second one with errorCode 4004.

Held in the database, so that all processes wait for each other; a process that dies gives it up when its time is over.
People with different tokens don't wait for each other.
https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/scalability-options
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from time import monotonic, sleep
from uuid import UUID, uuid4

from django.db import DatabaseError, models
from django.db.models.functions import Now
from django.utils import timezone

from audit.recording import NotRecorded
from edits.gateway.errors import Contested

PAUSE = 0.05  # seconds between two tries
BUSY = "You are saving something else to this sheet at this moment. Nothing was sent: try again."


class SheetLease(models.Model):
    """Who writes to a sheet with a person's token, until when."""

    region = models.CharField(max_length=20)
    person_id = models.BigIntegerField()
    sheet_id = models.BigIntegerField()
    holder = models.UUIDField(null=True)
    ends_at = models.DateTimeField()

    class Meta:
        app_label = "edits"
        constraints = [
            models.UniqueConstraint(fields=["region", "person_id", "sheet_id"], name="one_lease_per_person_and_sheet")
        ]

    def __str__(self) -> str:
        return f"{self.region}:{self.person_id} on sheet {self.sheet_id} until {self.ends_at:%F %T}"


@contextmanager
def sheet_lease(*, region: str, person_id: int, sheet_id: int, seconds: float, patience: float) -> Iterator[None]:
    """Hold the lease for up to `seconds`, after waiting for it for up to `patience` seconds.

    Raises:
        Contested: another save of this person to this sheet took longer.
        NotRecorded: the database did not take it.
    """
    key: dict[str, int | str] = {"region": region, "person_id": person_id, "sheet_id": sheet_id}
    holder, last = uuid4(), monotonic() + patience
    try:
        while not _take(key, holder, seconds):
            if monotonic() > last:
                raise Contested(BUSY)
            sleep(PAUSE)
    except DatabaseError as error:
        raise NotRecorded("The lease of the sheet could not be written.") from error
    try:
        yield
    finally:
        with suppress(DatabaseError):  # it ends by itself
            _leases(key).filter(holder=holder).update(holder=None, ends_at=Now())


def _take(key: dict[str, int | str], holder: UUID, seconds: float) -> bool:
    free = _leases(key).filter(models.Q(holder=None) | models.Q(ends_at__lte=Now()))
    if free.update(holder=holder, ends_at=Now() + timedelta(seconds=seconds)):
        return True
    first = SheetLease(**key, ends_at=timezone.now())  # free; where another process makes it first, theirs stays
    SheetLease._default_manager.bulk_create([first], ignore_conflicts=True)
    return bool(free.update(holder=holder, ends_at=Now() + timedelta(seconds=seconds)))


def _leases(key: dict[str, int | str]) -> models.QuerySet[SheetLease]:
    return SheetLease._default_manager.filter(**key)
