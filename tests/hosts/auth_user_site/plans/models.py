"""A model of the site. It has the history that django-simple-history makes by default."""

from django.db import models
from simple_history.models import HistoricalRecords


class Plan(models.Model):
    name = models.CharField(max_length=50, unique=True)
    owner = models.ForeignKey("auth.User", null=True, blank=True, on_delete=models.SET_NULL)
    history = HistoricalRecords()

    def __str__(self) -> str:
        return self.name
