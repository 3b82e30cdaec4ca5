"""The system checks that a project is made so that the log can keep its word: audit.E002 to audit.E006."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Warning
from django.db import DEFAULT_DB_ALIAS, connections, models, router

from audit.histories import histories, person_fields
from audit.models import Entry

TEXTS = (models.CharField, models.TextField, models.JSONField)  # what has a blank


def recordable(**_kwargs: Any) -> list[CheckMessage]:
    """audit.E002: the log is routed to another database. audit.W001: requests are transactions. audit.E004: a history
    names its actor by a foreign key. audit.E005: a history's numbers have 32 bits. audit.E006: what is called personal
    could not be erased."""
    return [*_of_databases(), *_of_histories()]


def _of_databases() -> Iterator[CheckMessage]:
    if {router.db_for_write(Entry), router.db_for_read(Entry)} != {DEFAULT_DB_ALIAS}:
        yield Error(
            "A database router sends the audit log elsewhere than to 'default'.",
            hint="What is in two databases cannot be committed together: keep the log beside the rows it tells of.",
            id="audit.E002",
        )
    if connections[DEFAULT_DB_ALIAS].settings_dict["ATOMIC_REQUESTS"]:
        yield Warning(
            "ATOMIC_REQUESTS is on: a view in a transaction can't record what it is about to do, and so can't change a"
            " sheet.",
            hint="Decorate such views with django.db.transaction.non_atomic_requests. This package's own views are.",
            id="audit.W001",
        )


def _of_histories() -> Iterator[Error]:
    for history in histories():
        model = history.instance_type  # type: ignore[attr-defined] # simple-history's
        if any(field.name == "history_user" for field in history._meta.fields):
            yield Error(
                f"The history of {model._meta.label} names who changed a row by a foreign key.",
                hint="Deleting that user would change the history, which is append-only. Use history_user_id_field.",
                obj=model,
                id="audit.E004",
            )
        if not isinstance(history._meta.pk, models.BigAutoField | models.UUIDField):
            yield Error(
                f"The history of {model._meta.label} numbers its rows with 32 bits.",
                hint="Use history_id_field=models.BigAutoField().",
                obj=model,
                id="audit.E005",
            )
        for name in sorted(_not_erasable(history, model)):
            yield Error(
                f"{model._meta.label} calls {name!r} personal, or a person's, and its history has no such field.",
                hint="personal_fields are names of text and JSON fields, person_fields of the two that say about whom.",
                obj=model,
                id="audit.E006",
            )


def _not_erasable(history: type[models.Model], model: type[models.Model]) -> set[str]:
    """What the model names and erasing could not blank, or not find the person by."""
    fields = {field.name: field for field in history._meta.concrete_fields}
    personal: frozenset[str] = getattr(model, "personal_fields", frozenset())
    texts = {name for name in personal if isinstance(fields.get(name), TEXTS)}
    return {*personal - texts, *set(person_fields(model) or ()) - fields.keys()}
