"""The history of our own rows, by django-simple-history: who changed them, by name, and in which request.

A person is kept by Smartsheet's number and the name they had then, not by a foreign key: the history outlives
the account. https://django-simple-history.readthedocs.io/en/latest/user_tracking.html
"""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.dispatch import receiver
from django.http import HttpRequest
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changed a row. Somebody of the admin without a Smartsheet account has a name alone."""

    id: int | None
    region: str
    name: str

    def __str__(self) -> str:
        return self.name


class ActorRecord(models.Model):
    """What each history row knows beside django-simple-history's own columns."""

    actor_region = models.CharField(max_length=20, default="", editable=False)
    actor_name = models.TextField(default="", editable=False)
    request_id = models.TextField(default="", editable=False)

    class Meta:
        abstract = True


def records(*, excluded_fields: list[str]) -> HistoricalRecords:
    """The history of a model. Save such a model in atomic(): the history row is a second write."""
    return HistoricalRecords(
        bases=[ActorRecord],
        excluded_fields=excluded_fields,
        get_user=_actor_of_request,
        history_id_field=models.BigAutoField(),
        history_user_id_field=models.BigIntegerField(null=True),
        history_user_getter=_get_actor,
        history_user_setter=_set_actor,
    )


def _actor_of_request(*, request: HttpRequest | None, **_kwargs: Any) -> Actor | None:
    if request is None:
        return None
    person = getattr(request.user, "smartsheet", None)
    return person.as_actor() if person else Actor(id=None, region="", name=request.user.get_username())


def _get_actor(record: Any) -> Actor | None:
    if not record.actor_name:
        return None
    return Actor(id=record.history_user_id, region=record.actor_region, name=record.actor_name)


def _set_actor(record: Any, actor: Actor | None) -> None:
    if actor:
        record.history_user_id, record.actor_region, record.actor_name = actor.id, actor.region, actor.name


@receiver(pre_create_historical_record)
def _note_request(history_instance: models.Model, **_kwargs: Any) -> None:
    request = getattr(HistoricalRecords.context, "request", None)
    if isinstance(history_instance, ActorRecord):
        history_instance.request_id = str(getattr(request, "request_id", ""))
