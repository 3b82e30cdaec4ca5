"""The site's own audit package."""

from django.db import models


class Trail(models.Model):
    text = models.TextField()

    def __str__(self) -> str:
        return self.text
