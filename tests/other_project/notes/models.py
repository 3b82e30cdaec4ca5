"""Notes, with a history that the audit log records."""

from decimal import Decimal

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
        """The note's name in the log. It stays in the log, so it must not contain anything that may have to be
        erased.
        """
        return f"note {self.pk}"


class Tag(models.Model):
    """A keyword for posters."""

    word = models.TextField()

    def __str__(self) -> str:
        return self.word


class Poster(models.Model):
    """A model with columns of all types other than plain text."""

    title = models.TextField()
    price = models.DecimalField(max_digits=6, decimal_places=2, default=Decimal(0))
    score = models.FloatField(default=0.0)
    printed_at = models.DateTimeField(null=True)
    copies = models.IntegerField(default=0)
    file = models.FileField(blank=True)
    thumbnail = models.BinaryField(default=b"")
    tags = models.ManyToManyField(Tag)

    history = records(m2m_fields=["tags"])

    def __str__(self) -> str:
        return self.title
