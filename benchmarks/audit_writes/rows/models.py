"""A model with 16 texts. The package in settings.PEER audits it, as the package's documentation describes."""

from django.conf import settings
from django.db import models

PEER = getattr(settings, "PEER", "")


class Row(models.Model):
    """A row with about as much data as an entry of the log."""

    for number in range(16):
        locals()[f"text_{number}"] = models.TextField(default="Open")
    del number

    def __str__(self) -> str:
        return f"row {self.pk}"


if PEER == "simple-history":
    from simple_history import register

    register(Row)
elif PEER == "auditlog":
    from auditlog.registry import auditlog

    auditlog.register(Row)
elif PEER == "reversion":
    import reversion

    reversion.register(Row)
elif PEER == "pghistory":
    import pghistory

    pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent())(Row)
