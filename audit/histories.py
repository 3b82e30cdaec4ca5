"""The tables of django-simple-history: which columns have personal data, and which rows are about a person.

A model lists `personal_fields` and `person_fields` (see audit/own_records.py). Its history also says who changed a row,
in the columns `actor_name`, `history_user_id` and `actor_region`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from simple_history.models import HistoricalChanges

ACTOR = "actor_name"
_ADDRESS_CHARACTER = r"[\w.+%-]"


def histories() -> list[type[models.Model]]:
    """The history models that the log records, in all apps."""
    return [model for model in apps.get_models() if issubclass(model, HistoricalChanges) and is_logged(model)]


def is_logged(history: type[models.Model]) -> bool:
    """Whether the log records this history. The log records a history if it has the columns that docs/recording.md
    names. The history of a many-to-many relation is also recorded if the history that it belongs to has these columns.
    The log ignores all other histories of the project.
    """
    if has_actor(history):
        return True
    owners = [field.related_model for field in history._meta.concrete_fields if field.name == "history"]
    return any(owner is not None and has_actor(owner) for owner in owners)


def has_actor(history: type[models.Model]) -> bool:
    """Whether the history says who changed a row, in the columns that docs/recording.md names."""
    return {ACTOR, "actor_region"} <= {field.name for field in history._meta.concrete_fields}


def personal_fields(history: type[models.Model]) -> list[str]:
    """The names of the fields that can be blanked, in the order of the table's columns. All of them are text or JSON
    fields.
    """
    wanted = {ACTOR, *getattr(history.instance_type, "personal_fields", ())}  # type: ignore[attr-defined] # simple-history's
    return [field.name for field in history._meta.concrete_fields if field.name in wanted]


def blanks(history: type[models.Model], names: Sequence[str]) -> dict[str, Any]:
    """The values that these fields have after erasing."""
    return {name: {} if isinstance(history._meta.get_field(name), models.JSONField) else "" for name in names}


def blank_person(*, region: str, person_id: int) -> int:
    """Blank all personal fields in rows about this person, and the person's name in rows that they changed. Returns the
    number of rows in which something was blanked.
    """
    count = 0
    for history in histories():
        fields = person_fields(history.instance_type)  # type: ignore[attr-defined] # as above
        about = Q(**dict(zip(fields, (region, person_id), strict=True))) if fields else Q(pk__in=[])
        count += _blank(history, about, [name for name in personal_fields(history) if name != ACTOR])
        if has_actor(history):
            count += _blank(history, Q(actor_region=region, history_user_id=person_id), [ACTOR])
    return count


def blank_address(email: str) -> int:
    """Find the rows with this e-mail address in one of their personal fields, and blank all personal fields of these
    rows. Returns the number of rows in which something was blanked.
    """
    count = 0
    for history in histories():
        names = personal_fields(history)
        found = history._default_manager.annotate(**{f"{name}_text": Cast(name, TextField()) for name in names})
        holds = Q(*((f"{name}_text__icontains", email) for name in names), _connector=Q.OR) if names else Q(pk__in=[])
        rows = found.filter(holds).values_list("pk", *(f"{name}_text" for name in names))
        ids = [pk for pk, *texts in rows if any(mentions(text, email) for text in texts)]
        count += _blank(history, Q(pk__in=ids), names)
    return count


def blank_name(name: str) -> int:
    """Blank this name in rows whose actor has this name but no Smartsheet number. Returns the number of rows in which
    the name was blanked.
    """
    is_theirs = Q(actor_name=name) & (Q(history_user_id=None) | Q(history_user_id=0))
    return sum(_blank(history, is_theirs, [ACTOR]) for history in histories() if has_actor(history))


def person_fields(model: type[models.Model]) -> tuple[str, str] | None:
    """Return the names of the two fields that identify a record's person: first the field with the region, then the
    field with Smartsheet's id of the person.
    """
    fields: tuple[str, str] | None = getattr(model, "person_fields", None)
    return fields


def mentions(text: str, email: str) -> bool:
    """Whether the text contains this e-mail address, in upper or lower case. A part of a longer address doesn't
    count.
    """
    one = rf"(?<!{_ADDRESS_CHARACTER}){re.escape(email)}(?!{_ADDRESS_CHARACTER})"
    return re.search(one, text, re.IGNORECASE) is not None


def _blank(history: type[models.Model], rows: Q, names: Sequence[str]) -> int:
    """Blank these fields in these rows. Returns the number of rows in which one of the fields had a value."""
    if not names:
        return 0
    is_blank = Q(**blanks(history, names))
    return history._default_manager.filter(rows).exclude(is_blank).update(**blanks(history, names))


def tables() -> Iterator[tuple[str, str, list[str]]]:
    """Yield, for each history, its table, the primary key of this table, and the columns that can be blanked."""
    for history in histories():
        yield history._meta.db_table, str(history._meta.pk.column), personal_fields(history)
