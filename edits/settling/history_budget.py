"""Limits how many cell histories are read per minute and token. Smartsheet allows 30 per minute, and the pages that
people open need some of these 30.

The count is in the database, so that the worker and commands share it.
https://developers.smartsheet.com/api/smartsheet/openapi/cells/cellhistory-get
"""

from __future__ import annotations

from django.db import models, transaction
from django.utils import timezone

from edits.conf import settings

MINUTE = 60.0


class NoHistoryLeft(Exception):
    """This token has reached the limit of histories per minute. The next history can be read in `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"This token has reached its limit of cell histories. Try again in {seconds:.0f} seconds.")
        self.seconds = seconds


class HistoryReader(models.Model):
    """A person whose token reads histories. `read` has the times of the last reads, in seconds since 1970."""

    region = models.CharField(max_length=20)
    person_id = models.BigIntegerField()
    read = models.JSONField(default=list)

    class Meta:
        app_label = "edits"
        constraints = [models.UniqueConstraint(fields=["region", "person_id"], name="one_row_per_history_reader")]

    def __str__(self) -> str:
        return f"{self.region}:{self.person_id}"


def spend_history(region: str, person_id: int, *, leave: int = 0) -> None:
    """Count one more history for this person's token. Raises NoHistoryLeft if fewer than `leave` histories of this
    minute would be left for other code.
    """
    readers = HistoryReader._default_manager
    readers.get_or_create(region=region, person_id=person_id)
    with transaction.atomic():
        reader = readers.select_for_update().get(region=region, person_id=person_id)
        now = timezone.now().timestamp()
        made = sorted(at for at in reader.read if now - MINUTE < at <= now)
        most = max(1, settings.SMARTSHEET_HISTORY_CALLS - leave)
        if len(made) >= most:
            raise NoHistoryLeft(made[len(made) - most] + MINUTE - now)
        reader.read = [*made, now]
        reader.save(update_fields=["read"])
