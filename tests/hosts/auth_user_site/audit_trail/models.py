"""The audit log that the site had before Byline."""

from django.db import models


class Trail(models.Model):
    text = models.TextField()

    def __str__(self) -> str:
        return self.text
