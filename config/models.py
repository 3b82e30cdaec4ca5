"""The edits that people have removed from their home page."""

from datetime import timedelta
from uuid import UUID

from django.db import models
from django.utils import timezone

from identity.profiles.profile import Profile

KEPT = timedelta(days=30)  # longer than the home page lists an edit


class DismissedEditQuerySet(models.QuerySet["DismissedEdit"]):
    """Reads and writes the table of dismissed edits."""

    def of(self, person: Profile) -> set[UUID]:
        """Return the ids of the edits that this person has dismissed."""
        return set(self.filter(region=person.region, person_id=person.id).values_list("edit_id", flat=True))

    def dismiss(self, person: Profile, edit_id: UUID) -> None:
        """Store that this person has dismissed the edit. Delete those of the person's dismissals that are older than
        KEPT.
        """
        own = self.filter(region=person.region, person_id=person.id)
        own.filter(at__lt=timezone.now() - KEPT).delete()
        self.get_or_create(region=person.region, person_id=person.id, edit_id=edit_id)


class DismissedEdit(models.Model):
    """An edit that a person has removed from the list of edits that need attention. The audit log keeps the edit."""

    region = models.CharField(max_length=20)
    person_id = models.BigIntegerField()  # the person's id in Smartsheet
    edit_id = models.UUIDField()
    at = models.DateTimeField(default=timezone.now)

    objects = DismissedEditQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "person_id", "edit_id"], name="dismissed_edit_once")]

    def __str__(self) -> str:
        return f"{self.edit_id}, dismissed by {self.region}:{self.person_id}"
