"""Describes in sentences how two versions of a form's content differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from edits.forms.definition import Definition, FormField, NotAllowed, OptionsWhen, State, StateWhen
from edits.sheets.sheet import Json

STATES = {
    State.HIDDEN: "is hidden",
    State.SHOWN: "can only be looked at",
    State.EDITABLE: "can be changed",
    State.REQUIRED: "is required",
}
BECAME = {
    State.HIDDEN: "became hidden",
    State.SHOWN: "can only be looked at now",
    State.EDITABLE: "can be changed now",
    State.REQUIRED: "became required",
}


def differences(old: Definition, new: Definition, titles: Mapping[int, str] | None = None) -> list[str]:
    """Return a sentence for each difference. `titles` has the titles of the sheet's columns by id. Sentences about
    conditions need these titles.
    """
    known = {field.column_id: field.title for field in (*old.fields, *new.fields)} | dict(titles or {})
    return [*_whole(old, new, known), *_fields(old, new, known)]


def _whole(old: Definition, new: Definition, titles: Mapping[int, str]) -> Iterator[str]:
    yield from _text("The title", old.title, new.title)
    yield from _text("The sentence below the title", old.sentence, new.sentence)
    if (old.rule, old.filter) != (new.rule, new.filter):
        rows_before, rows_now = old.rows_in_words(titles), new.rows_in_words(titles)
        yield f"The form was for these rows: {rows_before}. Now it is for these rows: {rows_now}."
    for allow in sorted(new.allow - old.allow):
        yield f"People can {allow.label} now."
    for allow in sorted(old.allow - new.allow):
        yield f"People can’t {allow.label} any more."
    if old.reason != new.reason:
        yield f"The reason for a change was “{old.reason.label}”, and now is “{new.reason.label}”."
    yield from _list("the list of reasons", old.reasons, new.reasons)
    if old.audience != new.audience:
        yield f"The form was open to {old.audience.label}, and now is open to {new.audience.label}."
    yield from _list("the people", old.people, new.people)
    yield from _list("the domains", old.domains, new.domains)


def _fields(old: Definition, new: Definition, titles: Mapping[int, str]) -> Iterator[str]:
    before = {field.column_id: field for field in old.fields}
    after = {field.column_id: field for field in new.fields}
    for column_id, field in after.items():
        if column_id not in before:
            more = "" if field.state is State.EDITABLE else f" It {STATES[field.state]}."
            yield f"Field “{field.name}” was added.{more}"
    for column_id, field in before.items():
        if column_id not in after:
            yield f"Field “{field.name}” was removed."
    kept_before = [column_id for column_id in before if column_id in after]
    kept_after = [column_id for column_id in after if column_id in before]
    if kept_before != kept_after:
        yield f"The order of the fields is now {', '.join(f'“{field.name}”' for field in new.fields)}."
    for column_id in kept_after:
        yield from _field(before[column_id], after[column_id], titles)


def _field(old: FormField, new: FormField, titles: Mapping[int, str]) -> Iterator[str]:
    name = f"“{new.name}”"
    if old.title != new.title:
        yield f"The column of {name} is called “{new.title}” now. It was called “{old.title}”."
    if old.label != new.label:
        yield f"The label “{old.name}” became “{new.name}”."
    yield from _text(f"The help of {name}", old.help, new.help)
    if old.state != new.state:
        yield f"{name} {BECAME[new.state]}."
    yield from _items(name, old.states, new.states, titles)
    yield from _items(name, old.options, new.options, titles)
    yield from _items(name, old.not_allowed, new.not_allowed, titles)
    if old.default != new.default:
        yield f"The default value of {name} was {_value(old.default)}, and now is {_value(new.default)}."
    if old.prefill != new.prefill:
        yield f"If the form’s address has a value for {name}, the value {new.prefill.label}."


def _items(
    name: str,
    old: Sequence[StateWhen | OptionsWhen | NotAllowed],
    new: Sequence[StateWhen | OptionsWhen | NotAllowed],
    titles: Mapping[int, str],
) -> Iterator[str]:
    for one in old:
        if one not in new:
            yield f"No longer: {item_words(name, one, titles)}."
    for one in new:
        if one not in old:
            yield f"New: {item_words(name, one, titles)}."
    if old != new and sorted(map(repr, old)) == sorted(map(repr, new)):
        yield f"The conditions of {name} have another order."


def item_words(name: str, one: StateWhen | OptionsWhen | NotAllowed, titles: Mapping[int, str]) -> str:
    """Return an item of a field in words: a state, options, or a message that prevents saving, with its condition.
    `name` is the field's name in quotation marks.
    """
    when = one.when.words(titles)
    match one:
        case StateWhen():
            return f"{name} {STATES[one.state]} if {when}"
        case OptionsWhen():
            return f"{name} offers only {_many(one.options)} if {when}"
        case NotAllowed():
            return f"{name} can’t be saved if {when} (“{one.message}”)"


def _text(what: str, old: str, new: str) -> Iterator[str]:
    if old != new:
        yield f"{what} was {_quoted(old)}, and now is {_quoted(new)}."


def _list(what: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    added, gone = [one for one in new if one not in old], [one for one in old if one not in new]
    if added:
        yield f"Added to {what}: {', '.join(added)}."
    if gone:
        yield f"Removed from {what}: {', '.join(gone)}."


def _quoted(text: str) -> str:
    return f"“{text}”" if text else "empty"


def _value(value: Json) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "ticked" if value else "not ticked"
    return _many(value) if isinstance(value, list) else f"“{value}”"


def _many(texts: Sequence[str]) -> str:
    return ", ".join(f"“{text}”" for text in texts) or "nothing"
