"""Defines the content of a form that people fill in: its fields, which rows it is for, and who can open it.

`FormDefinition.draft` has the content that designers edit, as JSON. When a designer publishes the form, the content is
copied to `FormDefinition.published`. Ids of columns are texts in JSON, because JavaScript would round such long
numbers.
https://www.rfc-editor.org/rfc/rfc8259#section-6
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import Any, Self, TypeVar

from django.db.models import TextChoices

from edits.forms.conditions import Condition, InvalidCondition
from edits.sheets.held_values import is_value
from edits.sheets.sheet import Column, Json

MOST_FIELDS = 100
MOST_CHOICES = 50  # the most states, options or refusals of a field; the most reasons, people or domains of a form
MOST_COMPARISONS = 1_000  # the most in all conditions of a form, because each page evaluates them several times
LONGEST = 4_000  # the most characters of a text, as in a cell

C = TypeVar("C", bound=TextChoices)


class InvalidDefinition(ValueError):
    """The JSON isn't the content of a form. The message says what is wrong, and where."""


class State(TextChoices):
    """What people can do with a field."""

    HIDDEN = "hidden", "hidden"
    SHOWN = "shown", "shown, can't be changed"
    EDITABLE = "editable", "can be changed"
    REQUIRED = "required", "must be filled in"

    @property
    def is_written(self) -> bool:
        """Whether the field's value is read from the sent form."""
        return self in {State.EDITABLE, State.REQUIRED}


class Prefill(TextChoices):
    """What happens to a field if the form's address has a value for it (`?f.<column id>=`)."""

    NONE = "none", "is ignored"
    EDITABLE = "editable", "is suggested, and can be changed"
    LOCKED = "locked", "is filled in, and can't be changed"
    HIDDEN = "hidden", "is filled in, and isn't shown"


class Allow(TextChoices):
    """What people can do with rows."""

    EDIT = "edit", "change rows"
    ADD = "add", "add rows"
    DELETE = "delete", "delete rows"


class Reason(TextChoices):
    """Whether people are asked why they make a change. The answer goes into the log."""

    NOT_ASKED = "not_asked", "not asked for"
    ASKED = "asked", "asked for, can stay empty"
    REQUIRED = "required", "must be given"
    FROM_LIST = "from_list", "must be chosen from a list"


class Audience(TextChoices):
    """Who can open the form. In each case, people also need their own access to the sheet in Smartsheet."""

    EVERYONE = "everyone", "everybody who is signed in"
    LISTED = "listed", "these people and domains"
    SHEET = "sheet", "people who can open the sheet"


@dataclass(frozen=True, slots=True)
class StateWhen:
    """The state that a field has while a condition holds."""

    state: State
    when: Condition


@dataclass(frozen=True, slots=True)
class OptionsWhen:
    """The options that a field has while a condition holds."""

    options: tuple[str, ...]
    when: Condition


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """While the condition `when` holds, the form can't be saved. `message` says why. The page shows this message at the
    field.
    """

    message: str
    when: Condition


@dataclass(frozen=True, slots=True)
class FormField:
    """A column in a form. `title` and `type` are the column's title and type at the time when the designer added the
    field. If the column has another type now, the form leaves out the field.

    The first item of `states` whose condition holds decides the field's state. If no condition holds, the state is
    `state`. The first item of `options` whose condition holds decides the options. If no condition holds, the field has
    the column's options. `default` is the value in a new row, in the notation of edits.sheets.held_values.
    """

    column_id: int
    title: str
    type: str
    label: str = ""
    help: str = ""
    state: State = State.EDITABLE
    states: tuple[StateWhen, ...] = ()
    options: tuple[OptionsWhen, ...] = ()
    not_allowed: tuple[NotAllowed, ...] = ()
    default: Json = None
    prefill: Prefill = Prefill.NONE

    @classmethod
    def of(cls, column: Column, **more: Any) -> Self:
        """Return a field for this column."""
        return cls(column_id=column.id, title=column.title, type=column.type, **more)

    @property
    def name(self) -> str:
        """The label that people see."""
        return self.label or self.title

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions of the field."""
        conditional: tuple[StateWhen | OptionsWhen | NotAllowed, ...] = (*self.states, *self.options, *self.not_allowed)
        return tuple(one.when for one in conditional)

    @property
    def possible_states(self) -> frozenset[State]:
        """All states that the field can have, depending on the row's values."""
        return frozenset({self.state, *(one.state for one in self.states)})

    def state_for(self, values: Mapping[int, Json], *, me: Set[str], today: date) -> State:
        """Return the field's state in a row. `values` has the row's values by column id."""
        found = (one.state for one in self.states if one.when.holds(values, me=me, today=today))
        return next(found, self.state)

    def options_for(self, values: Mapping[int, Json], *, me: Set[str], today: date) -> tuple[str, ...] | None:
        """Return the field's options in a row with these values; None if the column's own options apply."""
        found = (one.options for one in self.options if one.when.holds(values, me=me, today=today))
        return next(found, None)

    def why_not_allowed(self, values: Mapping[int, Json], *, me: Set[str], today: date) -> str:
        """Return the message that says why a row with these values can't be saved; "" if it can."""
        found = (one.message for one in self.not_allowed if one.when.holds(values, me=me, today=today))
        return next(found, "")

    def to_json(self) -> dict[str, Json]:
        return {
            "column": str(self.column_id),
            "title": self.title,
            "type": self.type,
            "label": self.label,
            "help": self.help,
            "state": self.state.value,
            "states": [{"state": one.state.value, "when": one.when.to_json()} for one in self.states],
            "options": [{"options": [*one.options], "when": one.when.to_json()} for one in self.options],
            "not_allowed": [{"message": one.message, "when": one.when.to_json()} for one in self.not_allowed],
            "default": self.default,
            "prefill": self.prefill.value,
        }

    @classmethod
    def parse(cls, raw: Json, place: str) -> Self:
        """Parse a field. Raises InvalidDefinition."""
        found = _object(raw, place)
        default = found.get("default")
        if not is_value(default):
            raise InvalidDefinition(f"{place}: a cell can't have this default value.")
        return cls(
            column_id=_id(found.get("column"), place, "a column"),
            title=_text(found, "title", place),
            type=_text(found, "type", place),
            label=_text(found, "label", place),
            help=_text(found, "help", place),
            state=_choice(State, found.get("state", State.EDITABLE), place),
            states=tuple(
                StateWhen(_choice(State, one.get("state"), place), _condition(one.get("when"), place))
                for one in _objects(found, "states", place)
            ),
            options=tuple(
                OptionsWhen(_texts(one, "options", place), _condition(one.get("when"), place))
                for one in _objects(found, "options", place)
            ),
            not_allowed=tuple(
                NotAllowed(_text(one, "message", place), _condition(one.get("when"), place))
                for one in _objects(found, "not_allowed", place)
            ),
            default=default,
            prefill=_choice(Prefill, found.get("prefill", Prefill.NONE), place),
        )


@dataclass(frozen=True, slots=True)
class ChosenFilter:
    """A filter that someone saved for the sheet in Smartsheet. `name` is the filter's name at the time when the
    designer chose it.
    """

    id: int
    name: str

    def to_json(self) -> dict[str, Json]:
        return {"id": str(self.id), "name": self.name}

    @classmethod
    def parse(cls, raw: Json) -> Self:
        """Parse what `to_json` returns. Raises InvalidDefinition."""
        found = _object(raw, "The filter")
        return cls(_id(found.get("id"), "The filter", "a filter"), _text(found, "name", "The filter"))


@dataclass(frozen=True, slots=True)
class Definition:
    """The content of a form. The form is for the rows that fit `rule` and that `filter` shows. A `rule` or `filter`
    that is None excludes no rows. If people choose a reason from a list (Reason.FROM_LIST), `reasons` is this list. If
    only listed people can open the form (Audience.LISTED), `people` has their e-mail addresses or accounts (region:id).
    Everyone with an address in one of the `domains` can then open the form too.
    """

    title: str
    sentence: str = ""
    fields: tuple[FormField, ...] = ()
    rule: Condition | None = None
    filter: ChosenFilter | None = None
    allow: frozenset[Allow] = frozenset({Allow.EDIT})
    reason: Reason = Reason.NOT_ASKED
    reasons: tuple[str, ...] = ()
    audience: Audience = Audience.SHEET
    people: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()

    def field(self, column_id: int) -> FormField | None:
        """Return the field of this column; None if the form has no such field."""
        return next((field for field in self.fields if field.column_id == column_id), None)

    @property
    def filter_id(self) -> int | None:
        """The id of the filter; None if the form has no filter."""
        return self.filter.id if self.filter else None

    @property
    def has_all_rows(self) -> bool:
        """Whether the form is for all rows of the sheet."""
        return self.rule is None and self.filter is None

    def rows_in_words(self, titles: Mapping[int, str]) -> str:
        """Return in words which rows the form is for: "all", "those for which …", or "those that the sheet’s filter …
        shows". `titles` has the titles of the columns by id.
        """
        parts = [f"those for which {self.rule.words(titles)}"] if self.rule else []
        parts += [f"those that the sheet’s filter “{self.filter.name}” shows"] if self.filter else []
        return " and ".join(parts) or "all"

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions of the form: the rule, and the conditions of the fields."""
        rule = () if self.rule is None else (self.rule,)
        return (*rule, *(condition for field in self.fields for condition in field.conditions))

    @property
    def column_ids(self) -> frozenset[int]:
        """The ids of the columns that have a field in the form, or that a condition of the form reads."""
        read = [condition.column_ids for condition in self.conditions]
        return frozenset(field.column_id for field in self.fields).union(*read)

    def to_json(self) -> dict[str, Json]:
        return {
            "title": self.title,
            "sentence": self.sentence,
            "fields": [field.to_json() for field in self.fields],
            "rule": self.rule.to_json() if self.rule else None,
            "filter": self.filter.to_json() if self.filter else None,
            "allow": sorted(one.value for one in self.allow),
            "reason": self.reason.value,
            "reasons": [*self.reasons],
            "audience": self.audience.value,
            "people": [*self.people],
            "domains": [*self.domains],
        }

    @classmethod
    def parse(cls, raw: Json) -> Self:
        """Parse what `to_json` returns. Raises InvalidDefinition."""
        found = _object(raw, "The form")
        fields = [FormField.parse(one, f"Field {n}") for n, one in enumerate(_list(found, "fields", "The form"), 1)]
        if len(fields) > MOST_FIELDS:
            raise InvalidDefinition(f"A form can have up to {MOST_FIELDS} fields, and this one has {len(fields)}.")
        if len({field.column_id for field in fields}) < len(fields):
            raise InvalidDefinition("A column is in the form twice.")
        definition = cls(
            title=_text(found, "title", "The form"),
            sentence=_text(found, "sentence", "The form"),
            fields=tuple(fields),
            rule=None if found.get("rule") is None else _condition(found["rule"], "The rule for rows"),
            filter=None if found.get("filter") is None else ChosenFilter.parse(found["filter"]),
            allow=frozenset(_choice(Allow, one, "The form") for one in _list(found, "allow", "The form")),
            reason=_choice(Reason, found.get("reason", Reason.NOT_ASKED), "The form"),
            reasons=_texts(found, "reasons", "The form"),
            audience=_choice(Audience, found.get("audience", Audience.SHEET), "The form"),
            people=tuple(one.strip().lower() for one in _texts(found, "people", "The form")),
            domains=tuple(one.strip().lower() for one in _texts(found, "domains", "The form")),
        )
        definition._require_few_comparisons()
        return definition

    def _require_few_comparisons(self) -> None:
        count = sum(1 for condition in self.conditions for _ in condition.comparisons())
        if count > MOST_COMPARISONS:
            raise InvalidDefinition(
                f"The conditions of a form can have up to {MOST_COMPARISONS} comparisons, and these have {count}."
            )


def _object(raw: Json, place: str) -> Mapping[str, Json]:
    if not isinstance(raw, dict):
        raise InvalidDefinition(f"{place} must be a JSON object.")
    return raw


def _list(found: Mapping[str, Json], key: str, place: str) -> list[Json]:
    value = found.get(key, [])
    if not isinstance(value, list):
        raise InvalidDefinition(f"{place}: “{key}” must be a list.")
    return value


def _objects(found: Mapping[str, Json], key: str, place: str) -> Iterable[Mapping[str, Json]]:
    return [_object(one, f"{place}: an item of “{key}”") for one in _few(_list(found, key, place), key, place)]


def _few(values: list[Json], key: str, place: str) -> list[Json]:
    if len(values) > MOST_CHOICES:
        raise InvalidDefinition(f"{place}: “{key}” can have up to {MOST_CHOICES} items, and there are {len(values)}.")
    return values


def _text(found: Mapping[str, Json], key: str, place: str) -> str:
    value = found.get(key, "")
    if not isinstance(value, str) or "\0" in value:
        raise InvalidDefinition(f"{place}: “{key}” must be a text.")
    if len(value) > LONGEST:
        raise InvalidDefinition(f"{place}: “{key}” can have up to {LONGEST} characters, and it has {len(value)}.")
    return value.strip()


def _texts(found: Mapping[str, Json], key: str, place: str) -> tuple[str, ...]:
    return tuple(_text({key: one}, key, place) for one in _few(_list(found, key, place), key, place))


def _choice(choices: type[C], value: Json, place: str) -> C:
    if not isinstance(value, str) or value not in choices.values:
        raise InvalidDefinition(f"{place}: {value!r} isn't one of {', '.join(choices.values)}.")
    return choices(value)


def _id(value: Json, place: str, what: str) -> int:
    if not isinstance(value, str) or not value.isascii() or not value.isdigit() or len(value) > 19:
        raise InvalidDefinition(f"{place}: {value!r} isn't the id of {what}.")
    return int(value)


def _condition(raw: Json, place: str) -> Condition:
    try:
        return Condition.parse(raw)
    except InvalidCondition as error:
        raise InvalidDefinition(f"{place}: {error}") from None
