"""The history of this project's rows. It uses django-simple-history, in the form that the log's triggers and erasure
need.
"""

from typing import Any

from django.db import models
from django.dispatch import receiver
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record

from audit.context import current
from audit.recording import Actor

from .actors import actor_of


class ActorRecord(models.Model):
    """The columns that a history row has in addition to those of django-simple-history."""

    actor_region = models.CharField(max_length=20, default="", editable=False)
    actor_name = models.TextField(default="", editable=False)
    request_id = models.TextField(default="", editable=False)

    class Meta:
        abstract = True


def records(**options: Any) -> HistoricalRecords:
    """Return a history that stores an actor's id and name. The id isn't a foreign key, because a foreign key would have
    to change when the account is deleted.
    """
    return HistoricalRecords(
        bases=[ActorRecord],
        get_user=_actor_of_request,
        history_id_field=models.BigAutoField(),
        history_user_id_field=models.BigIntegerField(null=True),
        history_user_getter=_get_actor,
        history_user_setter=_set_actor,
        **options,
    )


def _actor_of_request(*, request: Any, **_more: object) -> Actor | None:
    return actor_of(request.user) if request else None


def _get_actor(row: Any) -> Actor | None:
    if not row.actor_name:
        return None
    return Actor(id=row.history_user_id, region=row.actor_region, name=row.actor_name, email="")


def _set_actor(row: Any, actor: Actor | None) -> None:
    if actor:
        row.history_user_id, row.actor_region, row.actor_name = actor.id, actor.region, actor.name


@receiver(pre_create_historical_record)
def _note_request(history_instance: models.Model, **_more: object) -> None:
    if isinstance(history_instance, ActorRecord):
        history_instance.request_id = current().request_id
