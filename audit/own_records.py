"""Records changes of this app's own records in the same log as changes of sheets.

django-simple-history stores a whole row for each change of a record. This module receives a signal for each such row,
and writes to the log what differs from the previous row. The row and the entries are written in one transaction. So the
database stores all of them or none.

A model can define four attributes. The log stores the values of `personal_fields` separately, so that they can be
erased. The log leaves out `derived_fields`, which only repeat other fields. `audit_label` is the record's name in the
log. If another record has a foreign key to this record, the log shows this name as the key's value. `audit_label` must
not contain names of people. `person_fields` names the two fields that identify the record's person: region and
Smartsheet's number.
https://django-simple-history.readthedocs.io/en/latest/signals.html
"""

import json
from collections.abc import Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from simple_history.utils import get_m2m_reverse_field_name

from audit.histories import is_logged, person_fields
from audit.origins import origin_here
from audit.recording import THIS_APP, Actor, Change, Json, note
from audit.vocabulary import Action

DONE = {"+": "created", "~": "changed", "-": "deleted"}


def take_what_is_stored(instance: models.Model, history_instance: Any, **_more: object) -> None:
    """Copy the stored values from the database to the history row. The object's values can differ from the stored
    values: save(update_fields=…) writes only some fields, and the database calculates, rounds and converts values.
    """
    if history_instance.history_type == "-" or not is_logged(type(history_instance)):
        return
    names = [field.attname for field in history_instance.tracked_fields]
    for stored in type(instance)._base_manager.using(instance._state.db).filter(pk=instance.pk).values(*names):
        for name, value in stored.items():
            setattr(history_instance, name, value)


def note_record(
    instance: models.Model, history_instance: Any, history_user: Any, history_change_reason: str | None, **_more: object
) -> None:
    """Record the difference between a history row and the row before it. Raises NotRecorded if the log can't be
    written. In that case, the history row isn't stored either.
    """
    if not is_logged(type(history_instance)):
        return
    kind = history_instance.history_type
    before = history_instance if kind == "-" else _row_before(instance, history_instance)
    after = None if kind == "-" else history_instance
    changes = list(_changes(instance, before, after))
    if kind == "~" and not changes:
        return
    note(
        actor=_actor(history_user),
        action=Action.RECORD,
        origin=origin_here(),
        subject=f"{instance._meta.label_lower}/{instance.pk}",
        label=_label(instance),
        changes=changes,
        reason=history_change_reason or "",
        message=DONE[kind],
    )


def _row_before(instance: models.Model, row: Any) -> Any:
    """The previous row of the history. It is found by `history_id`, because two rows can have the same time."""
    key = getattr(instance._meta.pk, "attname", "id")
    rows = type(row)._default_manager.filter(**{key: instance.pk}, history_id__lt=row.history_id)
    return rows.order_by("-history_id").first()


def _changes(instance: models.Model, before: Any, after: Any) -> Iterator[Change]:
    """One change for each value that differs. A created or deleted record gives one change with all its values."""
    personal: frozenset[str] = getattr(instance, "personal_fields", frozenset())
    tracked = [*(before or after).tracked_fields, *(before or after)._history_m2m_fields]
    fields = [field for field in tracked if field.name in _told(instance)]
    if before is None or after is None:
        old, new = _whole(before, fields), _whole(after, fields)
        yield _change(instance, "", old, new, is_personal=bool(personal))
        return
    for field in fields:
        for title, old, new in _differences(str(field.verbose_name), _value(before, field), _value(after, field)):
            yield _change(instance, title, old, new, is_personal=field.name in personal)


def _change(instance: models.Model, title: str, old: Json, new: Json, *, is_personal: bool) -> Change:
    return Change(None, _label(instance), None, title, old, new, is_personal=is_personal, about=_about(instance))


def _told(instance: models.Model) -> set[str]:
    """The names of the fields to record. Fields in the model's `derived_fields` only repeat other fields, so they
    aren't recorded.
    """
    derived: frozenset[str] = getattr(instance, "derived_fields", frozenset())
    key = instance._meta.pk
    fields = (*instance._meta.concrete_fields, *instance._meta.many_to_many)
    return {field.name for field in fields if field != key and field.name not in derived}


def _whole(row: Any, fields: list[Any]) -> Json:
    if row is None:
        return None
    values = {str(field.verbose_name): _value(row, field) for field in fields}
    return {title: value for title, value in values.items() if value is not None}


def _differences(title: str, old: Json, new: Json) -> Iterator[tuple[str, Json, Json]]:
    """Yield each part of a value that differs: its title, its old value and its new value. Objects are compared key by
    key.
    """
    if isinstance(old, dict) or isinstance(new, dict):
        olds, news = old if isinstance(old, dict) else {}, new if isinstance(new, dict) else {}
        for key in sorted(olds.keys() | news.keys()):
            yield from _differences(f"{title}: {key}", olds.get(key), news.get(key))
    elif old != new:
        yield title, old, new


def _value(row: Any, field: Any) -> Json:
    if field.many_to_many:
        linked = getattr(row, field.name).values_list(get_m2m_reverse_field_name(field), flat=True)
        return sorted(linked) or None
    stored = getattr(row, field.attname, None)
    if stored is not None and hasattr(field.related_model, "audit_label"):
        linked = field.related_model._base_manager.filter(**{field.target_field.attname: stored}).first()
        stored = linked.audit_label if linked else stored
    text = json.dumps(stored, cls=_Encoder)
    value: Json = json.loads(text, parse_constant=str)  # NaN becomes text, because as a number it differs from itself
    return None if value == "" else value


class _Encoder(DjangoJSONEncoder):
    """Encodes any field value. Bytes become hex, and other types that JSON doesn't have become text."""

    def default(self, o: Any) -> Any:
        if isinstance(o, bytes | memoryview):
            return bytes(o).hex()
        try:
            return super().default(o)
        except TypeError:
            return str(o)


def _label(instance: models.Model) -> str:
    return str(getattr(instance, "audit_label", f"{instance._meta.verbose_name} {instance.pk}"))


def _about(instance: models.Model) -> tuple[str, int] | None:
    fields = person_fields(type(instance))
    return (getattr(instance, fields[0]), getattr(instance, fields[1])) if fields else None


def _actor(user: Any) -> Actor:
    """The actor of a history row. `user` must have an id, a region and a name."""
    if user is None:
        return THIS_APP
    return Actor(id=user.id or 0, region=user.region, name=user.name, email=getattr(user, "email", ""))
