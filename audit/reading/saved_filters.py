"""What somebody asks the log for again and again, kept under a name of their own."""

from typing import Self

from django.conf import settings
from django.db import models


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def of(self, user_id: int | None) -> Self:
        """Those of this person, by name."""
        return self.filter(user_id=user_id).order_by("name")


class SavedFilter(models.Model):
    """A query of the log page, without its page, by the name that its owner gave it."""

    MOST = 50  # that one person can keep

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2_000)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        app_label = "audit"
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="audit_savedfilter_name")]

    def __str__(self) -> str:
        return self.name
