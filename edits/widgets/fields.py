"""Form fields for cells: one class for each way of typing, chosen by column type.

A field knows what the person was shown (`shown`), takes that back unchecked, and checks what they changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.datastructures import MultiValueDict

from edits.sheets.column_types import column_type
from edits.sheets.column_types.date import day_of
from edits.sheets.held_values import Value, held, text_of
from edits.sheets.sheet import Cell, Column, Contact
from identity.profiles import readers

LONGEST_TEXT = 4000  # what is beyond it, Smartsheet cuts off without a word
LONG_LINE = 60
TICKS = {"on", "true", "True", "1", "false", "False", "0", ""}  # what a box may be sent as
NOT_A_DATE = "Enter a date such as 2026-11-30."

Choice = tuple[str, str]
# Text; whether a box is checked; a day, None for none; the choices of a multi-value cell, contacts by their key.
Shown = str | bool | date | None | tuple[str, ...]


class JsonInput(forms.HiddenInput):
    """A hidden field that remembers a list, an empty one too."""

    def format_value(self, value: Any) -> str:
        return json.dumps(list(value or ()), ensure_ascii=False)

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        try:
            value = json.loads(super().value_from_datadict(data, files, name) or "[]")
        except (ValueError, RecursionError):
            value = None
        return [str(item) for item in value] if isinstance(value, list) else []


class LinesInput(forms.Textarea):
    """A text area that shows a list line by line."""

    def format_value(self, value: Any) -> str:
        return value if isinstance(value, str) else "\n".join(value or ())


class SuggestingInput(forms.TextInput):
    """A text input with a list of suggestions, which the browser offers by itself."""

    template_name = "edits/forms/suggestions.html"

    def __init__(self, *, suggestions: list[Choice]) -> None:
        super().__init__({"inputmode": "email", "autocomplete": "off"})
        self.suggestions = suggestions

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["suggestions"] = self.suggestions
        context["widget"]["attrs"]["list"] = f"suggestions-{name}"
        return context


class CheckboxList(forms.CheckboxSelectMultiple):
    """A check box for each choice."""

    template_name = "edits/forms/checkbox_list.html"


class CellField(forms.Field):
    """A field for one cell. `posted` and `from_hidden` are the two ways a value travels through a browser."""

    is_ticked = False  # whether a browser sends nothing at all for "none"
    hint = ""

    def __init__(self, *, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(required=False, show_hidden_initial=True, help_text=help_text or self.hint, **kwargs)
        self.shown: Shown = None

    def make_room(self, value: Shown) -> None:
        """See to it that this value can be shown and sent back, though the column would not offer it."""

    def keep(self, typed: Sequence[str]) -> None:
        """See to it that what was typed can be shown again, though the field does not take it: where the column has
        become another since, a list or a picker would show something else, and have that saved the next time."""

    def posted(self, value: Shown) -> list[str]:
        """What a browser sends for a field that still shows this value."""
        return [text_of(value.isoformat() if isinstance(value, date) else value)]

    def hidden(self, value: Shown) -> str:
        """What the hidden field holds that remembers this value."""
        text = self.hidden_widget().format_value(self.prepare_value(value))
        return "" if text is None else str(text)

    def from_hidden(self, data: MultiValueDict[str, str], name: str) -> Shown:
        """The value that a hidden field remembers. Raises ValidationError if it holds none."""
        value: Shown = self.to_python(self.hidden_widget().value_from_datadict(data, MultiValueDict(), name))
        return value

    def clean(self, value: Any) -> Any:
        """The value typed; one that was not changed passes, whatever it is: it came from Smartsheet."""
        return super().clean(value) if self.has_changed(self.shown, value) else self.shown


class TextField(CellField, forms.CharField):
    """Text as it is: nothing stripped, line ends as \\n."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def make_room(self, value: Shown) -> None:
        text = str(value)
        if len(text) > LONG_LINE or "\n" in text:
            lines = text.count("\n") + len(text) // LONG_LINE + 1
            self.widget = forms.Textarea({**self.widget.attrs, "rows": min(max(lines, 2), 12), "cols": None})

    def to_python(self, value: Any) -> str:
        return text_of(super().to_python(value))

    def validate(self, value: Any) -> None:
        super().validate(value)
        length = len(value.encode("utf-16-le", "surrogatepass")) // 2  # the larger of the two ways to count
        if length > LONGEST_TEXT:
            raise ValidationError(f"Use at most {LONGEST_TEXT:,} characters: this has {length:,}.")


class DateField(CellField, forms.DateField):
    """A day."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
        errors = {"invalid": NOT_A_DATE}
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], error_messages=errors, **kwargs)

    def keep(self, typed: Sequence[str]) -> None:
        try:
            forms.DateField.to_python(self, "".join(typed))
        except ValidationError:
            self.widget = forms.TextInput(self.widget.attrs)


class DateOrTextField(CellField, forms.CharField):
    """A date column's cell that holds text: it stays until it is cleared or made a day."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return forms.DateField(input_formats=["%Y-%m-%d"]).to_python(text)
        except ValidationError:
            return text

    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else value

    def validate(self, value: Any) -> None:
        if value and not isinstance(value, date):
            raise ValidationError(NOT_A_DATE)


class CheckboxField(CellField, forms.BooleanField):
    """Checked or not; a cell that was never touched is not."""

    is_ticked = True

    def posted(self, value: Shown) -> list[str]:
        return ["on"] if value else []


class CheckboxOrTextField(CellField):
    """A checkbox column's cell that holds text, or was typed into as such: until one of the two is chosen."""

    widget = forms.Select
    meanings = {"true": True, "True": True, "on": True, "false": False, "False": False, "": False}

    def __init__(self, *, choices: Iterable[Choice] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.choices = [("true", "Checked"), ("false", "Not checked"), *choices]

    def make_room(self, value: Shown) -> None:
        if isinstance(value, str):
            self.widget.choices = [*self.widget.choices, (value, f"{value} (text)")]

    def keep(self, typed: Sequence[str]) -> None:
        self.widget.choices = with_room(self.widget.choices, (one for one in typed if one not in self.meanings))

    def to_python(self, value: Any) -> Any:
        return self.meanings.get(value or "", value)

    def prepare_value(self, value: Any) -> Any:
        return text_of(value) if isinstance(value, bool) else value

    def validate(self, value: Any) -> None:
        if not isinstance(value, bool):
            raise ValidationError("Choose checked or not checked.")


class ChoiceField(CellField, forms.ChoiceField):
    """One of a column's options, or none."""

    def __init__(self, *, choices: Iterable[Choice], **kwargs: Any) -> None:
        super().__init__(choices=[("", "(empty)"), *choices], **kwargs)

    def make_room(self, value: Shown) -> None:
        self.choices = with_room(self.choices, [str(value)] if value else [])

    def keep(self, typed: Sequence[str]) -> None:
        self.widget.choices = with_room(self.choices, typed)  # shown, but not among those that are taken


class ContactField(CellField, forms.CharField):
    """One e-mail address; the column's contacts are suggested."""

    hint = "An e-mail address."

    def __init__(self, *, choices: Iterable[Choice], **kwargs: Any) -> None:
        super().__init__(widget=SuggestingInput(suggestions=list(choices)), **kwargs)

    def validate(self, value: Any) -> None:
        _require_address(value)


class ChoicesField(CellField, forms.MultipleChoiceField):
    """Any number of a column's options."""

    is_ticked = True
    widget = CheckboxList
    hidden_widget = JsonInput

    def make_room(self, value: Shown) -> None:
        self.choices = with_room(self.choices, value if isinstance(value, tuple) else ())

    def keep(self, typed: Sequence[str]) -> None:
        self.widget.choices = with_room(self.choices, typed)

    def posted(self, value: Shown) -> list[str]:
        return list(value) if isinstance(value, tuple) else []

    def to_python(self, value: Any) -> Any:
        return tuple(super().to_python(value))


class AddressesField(CellField, forms.CharField):
    """Any number of e-mail addresses, one to a line."""

    hint = "E-mail addresses, one to a line."
    hidden_widget = JsonInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=LinesInput({"rows": 3, "cols": None, "data-lines": True}), **kwargs)

    def posted(self, value: Shown) -> list[str]:
        return ["\n".join(value) if isinstance(value, tuple) else ""]

    def to_python(self, value: Any) -> Any:
        lines = value if isinstance(value, list | tuple) else str(value or "").replace(",", "\n").splitlines()
        return tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return set(self.to_python(data)) != set(initial or ())

    def validate(self, value: Any) -> None:
        known = self.shown if isinstance(self.shown, tuple) else ()
        for address in value:
            if address not in known:
                _require_address(address)

    def run_validators(self, value: Any) -> None:
        """Nothing more: CharField's validators are for one text."""


def shown(column: Column, cell: Cell) -> Shown:
    """What the form shows of a cell. Text in a date or checkbox column stays text, so that it is not lost."""
    value = held(cell)
    match column.type:
        case "CHECKBOX" if value is None or isinstance(value, bool):
            return bool(value)
        case "DATE" if value is None:
            return None
        case "DATE":
            return day_of(value) or text_of(value)
        case "MULTI_PICKLIST" | "MULTI_CONTACT_LIST":
            return tuple(value) if isinstance(value, list) else (() if value is None else (text_of(value),))
        case _:
            return text_of(value)


def value_of(column: Column, typed: Shown, now: Cell) -> Value:
    """The value to write for what a field gave."""
    match typed:
        case bool():
            return typed
        case date():
            return typed.isoformat()
        case tuple():
            return list(typed) or None
        case str() if column.type == "TEXT_NUMBER":
            return column_type(column).parse(typed, now, readers.current())
        case _:
            return typed or None


def words(value: Shown) -> str:
    """A value as one reads it aloud: in messages, and beside a conflict."""
    match value:
        case bool():
            return "checked" if value else "not checked"
        case date():
            return value.isoformat()
        case tuple():
            return ", ".join(value) or "empty"
        case _:
            return value or "empty"


def field_for(column: Column, now: Shown, *, typed: Sequence[str] = (), **kwargs: Any) -> CellField:
    """The field for a cell of this column that holds `now`, into which a browser says that `typed` was typed."""
    is_tick = not isinstance(now, str) and TICKS.issuperset(typed)
    field = CheckboxField(**kwargs) if column.type == "CHECKBOX" and is_tick else _field_for(column, now, **kwargs)
    field.shown = now
    field.make_room(now)
    return field


def _field_for(column: Column, now: Shown, **kwargs: Any) -> CellField:
    match column.type:
        case "CHECKBOX":
            return CheckboxOrTextField(**kwargs)
        case "DATE":
            return DateOrTextField(**kwargs) if isinstance(now, str) else DateField(**kwargs)
        case "PICKLIST" if column.options:
            return ChoiceField(choices=_plain(column.options), **kwargs)
        case "MULTI_PICKLIST":
            return ChoicesField(choices=_plain(column.options), **kwargs)
        case "CONTACT_LIST" if column.is_validated and column.contact_options:
            return ChoiceField(choices=_people(column.contact_options), **kwargs)
        case "CONTACT_LIST":
            return ContactField(choices=_people(column.contact_options), **kwargs)
        case "MULTI_CONTACT_LIST" if column.contact_options:
            return ChoicesField(choices=_people(column.contact_options), **kwargs)
        case "MULTI_CONTACT_LIST":
            return AddressesField(**kwargs)
        case _:
            return TextField(**kwargs)


def with_room(choices: Any, values: Iterable[str]) -> list[Choice]:
    """The choices, and behind them those values that are not among them."""
    offered = list(choices)
    known = {key for key, _ in offered}
    return offered + [(value, value) for value in dict.fromkeys(values) if value not in known]


def label_of(field: forms.Field, value: Shown) -> str:
    """A value in the words that the field's own choices have for it."""
    labels = dict(getattr(field, "choices", ()))
    if isinstance(value, tuple):
        return words(tuple(labels.get(key, key) for key in value))
    return str(labels.get(value, words(value))) if value else words(value)


def _plain(options: Iterable[str]) -> list[Choice]:
    return [(option, option) for option in options]


def _people(contacts: Iterable[Contact]) -> list[Choice]:
    return [(contact.key, str(contact)) for contact in contacts]


def _require_address(value: str) -> None:
    try:
        if value:
            validate_email(value)
    except ValidationError:
        raise ValidationError(f"“{value}” is not an e-mail address.") from None
