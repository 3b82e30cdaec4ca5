"""The tasks of members."""

from django.conf import settings
from django.db import models


class Task(models.Model):
    title = models.CharField(max_length=50)
    due = models.DateField(null=True, blank=True)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)

    def __str__(self) -> str:
        return self.title
