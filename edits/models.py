"""What this app keeps of edits itself; what was done stands in the audit log."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import DatabaseError, models
from django.utils import timezone

from audit.recording import NotRecorded
from edits.settling.history_budget import HistoryReader
from edits.sheets.personal_columns import PersonalColumn

__all__ = ["AlreadySent", "HistoryReader", "PersonalColumn", "Submission", "SubmissionQuerySet"]

KEPT = timedelta(days=1)


class AlreadySent(Exception):
    """The form was sent before: `is_done` says whether it has been carried out since, `is_same` whether with the same
    in it."""

    def __init__(self, *, is_done: bool, is_same: bool) -> None:
        super().__init__("The form was sent before.")
        self.is_done = is_done
        self.is_same = is_same


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Forms that were sent."""

    def claim(self, key: UUID, *, digest: str) -> None:
        """Take a form's one right to be carried out; `digest` tells what was typed from anything else.

        Raises:
            AlreadySent: it has been taken.
            NotRecorded: the database did not take it, so nothing may be sent.
        """
        try:
            self.filter(at__lt=timezone.now() - KEPT).delete()
            submission, is_new = self.get_or_create(key=key, defaults={"digest": digest})
        except DatabaseError as error:
            raise NotRecorded("The submission could not be written.") from error
        if not is_new:
            raise AlreadySent(is_done=submission.is_done, is_same=submission.digest == digest)

    def finish(self, key: UUID) -> None:
        """Note that the form was carried out. Whether that can be noted changes nothing about it."""
        try:
            self.filter(key=key).update(is_done=True)
        except DatabaseError:
            return


class Submission(models.Model):
    """A form that was sent once, so that pressing Save twice writes once."""

    key = models.UUIDField(primary_key=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    is_done = models.BooleanField(default=False)
    digest = models.CharField(max_length=64, blank=True, help_text="of what was typed")

    objects = SubmissionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.key} at {self.at:%F %T}"
