"""A sum over one day of the log. Working state, no evidence."""

from django.db import models


class Tally(models.Model):
    """How often somebody did something on a day (UTC); `outcome` is the entries' phase: an intent is an edit, anything
    else what came of a row, or an act by itself. `sheet_id` is 0 where it is about no sheet."""

    day = models.DateField()
    region = models.CharField(max_length=16, blank=True)
    actor_id = models.BigIntegerField()
    sheet_id = models.BigIntegerField(default=0)
    action = models.CharField(max_length=32)
    outcome = models.CharField(max_length=16)
    count = models.BigIntegerField()

    class Meta:
        app_label = "audit"
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "region", "actor_id", "sheet_id", "action", "outcome"], name="audit_tally_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} of {self.actor_id} on {self.day}"
