"""Tables that only the pages need. They aren't evidence: the log is complete without them."""

from typing import Self

from django.conf import settings
from django.db import models


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def of(self, user_id: int | None) -> Self:
        """This person's saved filters, ordered by name."""
        return self.filter(user_id=user_id).order_by("name")


class SavedFilter(models.Model):
    """A query of the log page that a person saved under a name. It doesn't include the page's position in the log."""

    MOST = 50  # the most filters that one person can save

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2_000)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        app_label = "audit"
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="audit_savedfilter_name")]

    def __str__(self) -> str:
        return self.name


class Tally(models.Model):
    """How often a person did something on a day (UTC). `outcome` is a phase. If `outcome` is INTENT, `count` is the
    number of edits. Otherwise, `count` is the number of rows with this outcome plus the number of acts without rows
    that had this outcome. `sheet_id` is 0 if there is no sheet.
    """

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
