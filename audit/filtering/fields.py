"""Form fields of the log's filter: numbers, people and sheets."""

from datetime import date
from html import escape
from typing import Any, NamedTuple

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from audit.filtering.choices import Choice
from audit.via import KEYS, LONGEST, Part

LARGEST_ID = 2**63 - 1
WORDS = "q"  # the filter for words; people can search for a name
RENAMED = {"text": WORDS}  # old names of parameters; links and saved filters can still contain them
DAYS = date(1970, 1, 1), date(9998, 12, 31)  # the first and the last day allowed; later times can overflow


class Person(NamedTuple):
    """A person, identified by their number in Smartsheet. Without a region, the filter matches everyone who has this
    number in any region.
    """

    number: int
    region: str | None = None

    def __str__(self) -> str:
        return str(self.number) if self.region is None else f"{self.region}:{self.number}"


class Select(forms.Select):
    """A select that renders its options itself, because Django renders two templates for each option, and a select can
    have hundreds of options.
    """

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        chosen = set(self.format_value(value))
        options = "".join(_option(str(key), str(label), is_chosen=str(key) in chosen) for key, label in self.choices)
        attributes = flatatt({"name": name, **self.build_attrs(self.attrs, attrs)})
        return SafeString(f"<select{attributes}>{options}</select>")


def _option(key: str, label: str, *, is_chosen: bool) -> str:
    return f'<option value="{escape(key)}"{" selected" if is_chosen else ""}>{escape(label)}</option>'


class _OwnInput(forms.widgets.Input):
    """An input that renders itself, because Django renders three templates for each input."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        shown = self.format_value(value)
        facts = {"type": self.input_type, "name": name} | ({} if shown is None else {"value": shown})
        return format_html("<input{}>", flatatt(facts | self.build_attrs(self.attrs, attrs)))


class TextInput(_OwnInput, forms.TextInput):
    """An input for a line of text."""


class DateInput(_OwnInput, forms.DateInput):
    """An input for a day."""


class NumberField(forms.IntegerField):
    """A number from `least` to the largest possible id. Every error has the same message, which begins with `what`."""

    def __init__(self, what: str, *, least: int = 1, **kwargs: Any) -> None:
        message = f"{what}, a whole number."
        messages = dict.fromkeys(("invalid", "min_value", "max_value"), message)
        super().__init__(required=False, min_value=least, max_value=LARGEST_ID, error_messages=messages, **kwargs)


class DayField(forms.DateField):
    """A day, not before 1970."""

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and not DAYS[0] <= day <= DAYS[1]:
            first, last = DAYS
            raise forms.ValidationError(f"“{self.label}” must be a day from {first} to {last}.", code="invalid")
        return day


def number_alone(text: str) -> str:
    """The part of a filter's text after the name: "eu:5" in "Jane Roe · eu:5". A text without a name stays as it is."""
    return text.rpartition("·")[2].strip()


def with_current_names(query: QueryDict) -> QueryDict:
    """The query with the current names of parameters in place of their old names."""
    found = query.copy()
    for old, new in RENAMED.items():
        if old in found:
            values = found.pop(old)
            found.setdefault(new, values[-1])
    return found


def without_names(query: QueryDict) -> QueryDict:
    """The query without the names of people and sheets: only their numbers stay. Call this function before storing a
    query, because names in a stored query couldn't be erased.
    """
    found = with_current_names(query)
    for name in {"person", "sheet"} & query.keys():
        found[name] = number_alone(str(query[name]))
    return found


class SheetField(NumberField):
    """A sheet's id. A name can come before it: "Site plan · 7000000000000001"."""

    def __init__(self) -> None:
        super().__init__("“sheet” must be a sheet's id")

    def to_python(self, value: Any) -> int | None:
        return super().to_python(number_alone(value or ""))


class PersonField(NumberField):
    """A person: "eu:5" with a region, or only a number. A name can come before it: "Jane Roe · eu:5"."""

    def __init__(self) -> None:
        super().__init__("“person” must be a Smartsheet id")

    def clean(self, value: Any) -> Any:
        text = number_alone(value or "")
        region, colon, number = text.rpartition(":")
        if not region.isprintable():  # PostgreSQL raises an error for a NUL
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        cleaned = super().clean(number.strip() or text)
        return None if cleaned is None else Person(cleaned, region.strip() if colon else None)


class ViaField(forms.CharField):
    """What made an edit, for example form:status, token:7, job:17 or client:Claude."""

    def __init__(self) -> None:
        widget = TextInput({"class": "form-control", "placeholder": "form:status"})
        super().__init__(required=False, label="Made with", max_length=LONGEST, widget=widget)

    def clean(self, value: Any) -> Part | None:
        text = super().clean(value)
        part = Part.of_address(text) if text else None
        if text and part is None:
            keys = ", ".join(f"{key}:" for key in KEYS)
            raise forms.ValidationError(f"“via” must be one of {keys} followed by a name or number, as in form:status.")
        return part


def options(everything: str, choices: list[Choice], chosen: str) -> list[tuple[str, str]]:
    """The options of a select. The first one, with the label `everything`, doesn't filter. The value `chosen` is added
    if it isn't among the choices.
    """
    found = [("", everything)] + [(choice.value, choice.label) for choice in choices]
    if chosen and chosen not in {value for value, _ in found}:
        found.append((chosen, chosen))
    return found
