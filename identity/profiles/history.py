"""The history of rows in this app's tables: who changed a row, and in which request. The history uses
django-simple-history.

A history row has the actor's Smartsheet id, and the name that the actor had when they changed the row. It has no
foreign key to the actor. So the history row stays the same when the actor's account is deleted.
https://django-simple-history.readthedocs.io/en/latest/user_tracking.html
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from django.db import models, transaction
from django.dispatch import receiver
from django.http import HttpRequest
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record

Row = TypeVar("Row", bound=models.Model, covariant=True)


@dataclass(frozen=True, slots=True)
class HistoryActor:
    """The person who changed a row. A user of the admin without a Smartsheet account has only a name."""

    id: int | None
    region: str
    name: str

    def __str__(self) -> str:
        return self.name


class ActorRecord(models.Model):
    """The columns that a history row has in addition to those of django-simple-history."""

    actor_region = models.CharField(max_length=20, default="", editable=False)
    actor_name = models.TextField(default="", editable=False)
    request_id = models.TextField(default="", editable=False)

    class Meta:
        abstract = True


class PastTheHistory(Exception):
    """The operation is refused, because it would change rows and add no row to the history and no entry to the log."""


class TrackedQuerySet(models.QuerySet[Row]):
    """A QuerySet that refuses operations that django-simple-history doesn't record. Use save() and delete() instead.

    https://django-simple-history.readthedocs.io/en/latest/common_issues.html
    """

    def update(self, **values: Any) -> int:
        """Update columns that the history doesn't record. Raises PastTheHistory for any other column."""
        tracked = {field.name for field in self.model.history.model.tracked_fields}  # type: ignore[attr-defined] # simple-history's
        if told := sorted(tracked & values.keys()):
            raise PastTheHistory(
                f"update() can't change {', '.join(told)}: call save() on each {self.model._meta.verbose_name}."
            )
        return super().update(**values)

    def bulk_create(self, objs: Iterable[Row], *_args: Any, **_kwargs: Any) -> NoReturn:
        """Raise PastTheHistory, always."""
        raise PastTheHistory("bulk_create() isn't recorded: call save() on each object.")

    def bulk_update(self, objs: Iterable[Row], *_args: Any, **_kwargs: Any) -> NoReturn:
        """Raise PastTheHistory, always."""
        raise PastTheHistory("bulk_update() isn't recorded: call save() on each object.")


class Tracked(models.Model):
    """A model with a history. A row and its history row are either both stored, or neither is."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save in a transaction, because saving also writes the history and the log."""
        with transaction.atomic():
            super().save(*args, **kwargs)


class _Records(HistoricalRecords):  # type: ignore[misc] # django-simple-history ships no types
    """History records with one index. It covers two columns: the row's key and the id of the history row. Queries need
    no other index.
    """

    _date_indexing = False  # overrides SIMPLE_HISTORY_DATE_INDEX, because no query uses the date alone

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        index = models.Index(fields=["id", "history_id"], name=f"history_of_{model._meta.model_name}")
        return {**super().get_meta_options(model), "indexes": [index]}


def records(*, excluded_fields: list[str]) -> HistoricalRecords:
    """Return the history for a model that is derived from Tracked. Changes of `excluded_fields` add no row to the
    history.
    """
    return _Records(
        bases=[ActorRecord],
        excluded_fields=excluded_fields,
        no_db_index=["id"],  # the index of _Records begins with this column
        get_user=_actor_of_request,
        history_id_field=models.BigAutoField(),
        history_user_id_field=models.BigIntegerField(null=True),
        history_user_getter=_get_actor,
        history_user_setter=_set_actor,
    )


def _actor_of_request(*, request: HttpRequest | None, **_kwargs: Any) -> HistoryActor | None:
    if request is None:
        return None
    person = getattr(request.user, "smartsheet", None)
    return person.as_actor() if person else HistoryActor(id=None, region="", name=request.user.get_username())


def _get_actor(record: Any) -> HistoryActor | None:
    if not record.actor_name:
        return None
    return HistoryActor(id=record.history_user_id, region=record.actor_region, name=record.actor_name)


def _set_actor(record: Any, actor: HistoryActor | None) -> None:
    if actor:
        record.history_user_id, record.actor_region, record.actor_name = actor.id, actor.region, actor.name


@receiver(pre_create_historical_record)
def _note_request(history_instance: models.Model, **_kwargs: Any) -> None:
    request = getattr(HistoricalRecords.context, "request", None)
    if isinstance(history_instance, ActorRecord):
        history_instance.request_id = str(getattr(request, "request_id", ""))
