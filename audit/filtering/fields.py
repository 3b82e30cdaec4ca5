"""Fields of the log's filter: numbers, people and sheets as an address names them."""

from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict

from audit.filtering.choices import Choice
from audit.via import KEYS, LONGEST, Part

LARGEST_ID = 2**63 - 1
WORDS = "q"  # the filter by words, which may name anybody
RENAMED = {"text": WORDS}  # parameters of old links, saved filters included
DAYS = date(1970, 1, 1), date(9998, 12, 31)  # what begins and ends in every time zone within Python's calendar


class Person(NamedTuple):
    """Somebody by Smartsheet's number; without a region whoever has it, in any."""

    number: int
    region: str | None = None

    def __str__(self) -> str:
        return str(self.number) if self.region is None else f"{self.region}:{self.number}"


class NumberField(forms.IntegerField):
    """A number from `least` to what the database's ids can hold; its one message names the field of the address."""

    def __init__(self, what: str, *, least: int = 1, **kwargs: Any) -> None:
        message = f"{what}, a whole number."
        messages = dict.fromkeys(("invalid", "min_value", "max_value"), message)
        super().__init__(required=False, min_value=least, max_value=LARGEST_ID, error_messages=messages, **kwargs)


class DayField(forms.DateField):
    """A day of a log, from 1970 on."""

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and not DAYS[0] <= day <= DAYS[1]:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


def number_alone(text: str) -> str:
    """What follows the name in "Jane Roe · eu:5", as people take it from what they are offered."""
    return text.rpartition("·")[2].strip()


def with_current_names(query: QueryDict) -> QueryDict:
    """The query, its old parameters by the names that they have now."""
    found = query.copy()
    for old, new in RENAMED.items():
        if old in found:
            values = found.pop(old)
            found.setdefault(new, values[-1])
    return found


def without_names(query: QueryDict) -> QueryDict:
    """The query with people and sheets by number alone: a name that is kept with it could never be erased."""
    found = with_current_names(query)
    for name in {"person", "sheet"} & query.keys():
        found[name] = number_alone(str(query[name]))
    return found


class SheetField(NumberField):
    """A sheet's id, which may follow its name: "Site plan · 7000000000000001"."""

    def __init__(self) -> None:
        super().__init__("“sheet” must be a sheet's id")

    def to_python(self, value: Any) -> int | None:
        return super().to_python(number_alone(value or ""))


class PersonField(NumberField):
    """A region and a number, "eu:5", or a number alone; either may follow the name: "Jane Roe · eu:5"."""

    def __init__(self) -> None:
        super().__init__("“person” must be a Smartsheet id")

    def clean(self, value: Any) -> Any:
        text = number_alone(value or "")
        region, colon, number = text.rpartition(":")
        if not region.isprintable():  # PostgreSQL refuses a NUL, rather than finding nobody
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        cleaned = super().clean(number.strip() or text)
        return None if cleaned is None else Person(cleaned, region.strip() if colon else None)


class ViaField(forms.CharField):
    """How entries came: form:status, token:bl_ab12, job:17 or client:Claude."""

    def __init__(self) -> None:
        widget = forms.TextInput({"class": "form-control", "placeholder": "form:status"})
        super().__init__(required=False, label="Came by", max_length=LONGEST, widget=widget)

    def clean(self, value: Any) -> Part | None:
        text = super().clean(value)
        part = Part.of_address(text) if text else None
        if text and part is None:
            keys = ", ".join(f"{key}:" for key in KEYS)
            raise forms.ValidationError(f"“via” begins with one of {keys} and a name or number follows: form:status.")
        return part


def options(everything: str, choices: list[Choice], chosen: str) -> list[tuple[str, str]]:
    """A select's options, with what is chosen even where it is none of the choices."""
    found = [("", everything)] + [(choice.value, choice.label) for choice in choices]
    if chosen and chosen not in {value for value, _ in found}:
        found.append((chosen, chosen))
    return found
