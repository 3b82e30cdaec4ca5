"""Changes of this app's own records in the same log as those of the sheets.

django-simple-history keeps whole rows as they were; this hears of each such row and writes what changed into the log,
in the same transaction: if the one cannot be kept, neither is the other.

A model may say `personal_fields`, whose values the log keeps apart so that they can be erased; `audit_label`, what the
log calls a record, without anybody's name; and `person_fields`, the two that say whom it is about, by region and
Smartsheet's number.
https://django-simple-history.readthedocs.io/en/latest/signals.html
"""

import json
from collections.abc import Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from simple_history.models import HistoricalRecords
from simple_history.utils import get_m2m_reverse_field_name

from audit.histories import is_logged, person_fields
from audit.recording import THIS_APP, Actor, Change, Json, note
from audit.vocabulary import Action, Origin

DONE = {"+": "created", "~": "changed", "-": "deleted"}


def take_what_is_stored(instance: models.Model, history_instance: Any, **_more: object) -> None:
    """Let a row of the history say what stands in the table, not what the object says: save(update_fields=…) writes
    less of it, and the database reckons, rounds and reads texts as numbers."""
    if history_instance.history_type == "-" or not is_logged(type(history_instance)):
        return
    names = [field.attname for field in history_instance.tracked_fields]
    for stored in type(instance)._base_manager.using(instance._state.db).filter(pk=instance.pk).values(*names):
        for name, value in stored.items():
            setattr(history_instance, name, value)


def note_record(
    instance: models.Model, history_instance: Any, history_user: Any, history_change_reason: str | None, **_more: object
) -> None:
    """Write what a row of the history adds to the one before. Raises NotRecorded, and the row is not kept either."""
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
        origin=_origin(),
        subject=f"{instance._meta.label_lower}/{instance.pk}",
        label=_label(instance),
        changes=changes,
        reason=history_change_reason or "",
        message=DONE[kind],
    )


def _row_before(instance: models.Model, row: Any) -> Any:
    """The history's row before, by its number: two rows may have the same time."""
    key = getattr(instance._meta.pk, "attname", "id")
    rows = type(row)._default_manager.filter(**{key: instance.pk}, history_id__lt=row.history_id)
    return rows.order_by("-history_id").first()


def _changes(instance: models.Model, before: Any, after: Any) -> Iterator[Change]:
    """One for each value that differs; for a record that is made or deleted, one for all that is in it."""
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
    """The fields that say something which no other says."""
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
    """What differs, of an object each of its members by itself."""
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
    text = json.dumps(getattr(row, field.attname, None), cls=_Encoder)
    value: Json = json.loads(text, parse_constant=str)  # NaN, which differs from itself, is a text
    return None if value == "" else value


class _Encoder(DjangoJSONEncoder):
    """Takes whatever a field may hold: bytes in hex, anything else that JSON does not have as its text."""

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
    """Whom the history names: anything with id, region and name."""
    if user is None:
        return THIS_APP
    return Actor(id=user.id or 0, region=user.region, name=user.name, email=getattr(user, "email", ""))


def _origin() -> Origin:
    request = getattr(HistoricalRecords.context, "request", None)
    if request is None:
        return Origin.COMMAND
    match = getattr(request, "resolver_match", None)
    return Origin.ADMIN if match and match.app_name == "admin" else Origin.APP
