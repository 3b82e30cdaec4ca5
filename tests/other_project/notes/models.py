"""Notes, with a history that the audit log hears of."""

from django.db import models

from .history import records


class Note(models.Model):
    """A note that can be pinned to the notice board, which is another system."""

    title = models.TextField()
    text = models.TextField()

    history = records()
    personal_fields = frozenset({"text"})

    def __str__(self) -> str:
        return self.title

    @property
    def audit_label(self) -> str:
        """What the log calls it, for good: nothing that may have to be erased."""
        return f"note {self.pk}"
