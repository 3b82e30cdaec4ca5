"""How many cell histories are read, a minute and token: Smartsheet lets 30 be read, and people want some.

Counted in the database, so that all processes together keep to it: the worker, and commands beside it.
https://developers.smartsheet.com/api/smartsheet/openapi/cells/cellhistory-get
"""

from __future__ import annotations

from django.db import models, transaction
from django.utils import timezone

from edits.conf import settings

MINUTE = 60.0


class NoHistoryLeft(Exception):
    """As many histories were read with this token as may be, in this minute; the next may be in `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"No history may be read with this token for {seconds:.0f} seconds.")
        self.seconds = seconds


class HistoryReader(models.Model):
    """When histories were read last with somebody's token, in seconds since 1970. Working state."""

    region = models.CharField(max_length=20)
    person_id = models.BigIntegerField()
    read = models.JSONField(default=list)

    class Meta:
        app_label = "edits"
        constraints = [models.UniqueConstraint(fields=["region", "person_id"], name="one_row_per_history_reader")]

    def __str__(self) -> str:
        return f"{self.region}:{self.person_id}"


def spend_history(region: str, person_id: int, *, leave: int = 0) -> None:
    """One more reading with this person's token, so that at least `leave` are left to others. Raises NoHistoryLeft."""
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
