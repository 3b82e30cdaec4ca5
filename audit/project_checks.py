"""System checks of the project's settings and models. They report what would break the log's guarantees."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning
from django.db import DEFAULT_DB_ALIAS, connections, models, router

from audit.histories import histories, person_fields

OWN_APPS = ("audit", "identity", "edits")
TEXTS = (models.CharField, models.TextField, models.JSONField)  # types of fields that can be blanked


def recordable(**_kwargs: Any) -> list[CheckMessage]:
    """Report what the log can't work with. audit.E002: our models aren't in the database 'default'. audit.W003: each
    request is a transaction. audit.E004: a history has a foreign key to its actor. audit.E005: a history has 32-bit
    ids. audit.E006: a personal field can't be erased.
    """
    return [*_of_databases(), *_of_histories()]


def _of_databases() -> Iterator[CheckMessage]:
    elsewhere = sorted(model._meta.label for model in _own_models() if _is_elsewhere(model))
    if elsewhere:
        yield Error(
            f"A database router sends {', '.join(elsewhere)} to another database than 'default'.",
            hint="Let the router return 'default', for reading and for writing, for all models of the apps audit, "
            "identity and edits. One transaction can't commit to two databases. And if these models were read from a "
            "replica that lags behind, the same change could be sent twice, and refreshing a token could fail.",
            id="audit.E002",
        )
    if connections[DEFAULT_DB_ALIAS].settings_dict["ATOMIC_REQUESTS"]:
        yield Warning(
            "ATOMIC_REQUESTS is on: a view in a transaction can't record what it is about to do, and so can't change a"
            " sheet.",
            hint="Decorate views that change sheets with django.db.transaction.non_atomic_requests. This package "
            "decorates its own views.",
            id="audit.W003",
        )


def _own_models() -> Iterator[type[models.Model]]:
    for label in OWN_APPS:
        if apps.is_installed(label):
            yield from apps.get_app_config(label).get_models(include_auto_created=True)


def _is_elsewhere(model: type[models.Model]) -> bool:
    return {router.db_for_write(model), router.db_for_read(model)} != {DEFAULT_DB_ALIAS}


def _of_histories() -> Iterator[Error]:
    for history in histories():
        model = history.instance_type  # type: ignore[attr-defined] # simple-history's
        if any(field.name == "history_user" for field in history._meta.fields):
            yield Error(
                f"The history of {model._meta.label} has a foreign key to the person who changed a row.",
                hint="When a user is deleted, Django changes rows with a foreign key to this user. But the history is "
                "append-only. Use history_user_id_field instead.",
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
                f"{model._meta.label} lists {name!r} in personal_fields or person_fields, but erasing can't use this "
                "field.",
                hint="personal_fields must name text and JSON fields; person_fields must name the two fields that "
                "identify the person.",
                obj=model,
                id="audit.E006",
            )


def _not_erasable(history: type[models.Model], model: type[models.Model]) -> set[str]:
    """Return the names of fields that make erasing impossible: those in personal_fields that can't be blanked, and
    those in person_fields that don't exist.
    """
    fields = {field.name: field for field in history._meta.concrete_fields}
    personal: frozenset[str] = getattr(model, "personal_fields", frozenset())
    texts = {name for name in personal if isinstance(fields.get(name), TEXTS)}
    return {*personal - texts, *set(person_fields(model) or ()) - fields.keys()}
