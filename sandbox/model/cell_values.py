"""Parses values for each type of column, strictly or leniently.

https://developers.smartsheet.com/api/smartsheet/openapi/cells: Cell Value Parsing
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sandbox.errors import ApiError
from sandbox.model.duration import Duration
from sandbox.model.number_format import written_format
from sandbox.model.sheet import EMPTY, Cell, Column, Primitive
from sandbox.model.state import State
from sandbox.model.symbols import PICKLIST_SYMBOLS
from sandbox.model.work_calendar import DAY_BEGINS

Json = Any

LONGEST_TEXT = 4000
LARGEST_NUMBER = 9_007_199_254_740_992
MOST_CONTACTS = 20
EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s.,;<>\"]+")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
NUMBER = re.compile(r"[-+]?[$€£¥]?[0-9][0-9,]*(\.[0-9]+)?%?|[-+]?[$€£¥]?\.[0-9]+%?")
DECIMAL_COMMA = ("de", "fr", "es", "it", "pt", "nl", "da", "fi", "nb", "pl", "ru", "sv", "tr")

OBJECT_TYPES = {
    "CHECKBOX": "CHECKBOX",
    "DATE": "DATE",
    "CONTACT_LIST": "CONTACT",
    "MULTI_CONTACT_LIST": "MULTI_CONTACT",
    "MULTI_PICKLIST": "MULTI_PICKLIST",
    "ABSTRACT_DATETIME": "ABSTRACT_DATETIME",
    "DURATION": "DURATION",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How values are parsed: strictly or leniently, in which locale, and with which contacts."""

    state: State
    locale: str = "en_US"
    strict: bool = True
    override_validation: bool = False
    numeric_dates: bool = False
    display: str | None = None
    project_locale: str = ""

    @property
    def duration_locale(self) -> str:
        """The locale for durations: `projectParseLocale` if the request has it, and the person's locale if not."""
        return self.project_locale or self.locale


def options_of(column: Column) -> list[str]:
    """Return the options of a dropdown. A dropdown with symbols has one option for each symbol."""
    return PICKLIST_SYMBOLS.get(column.symbol or "") or column.options


def read_value(column: Column, value: Json, reading: Reading) -> Cell:
    """Return the cell for a `value` in this column. Raises ApiError (1038, 1042, 1148) if the value doesn't fit."""
    if isinstance(value, (dict, list)):
        raise ApiError(1038)
    if isinstance(value, str):
        value = value[:LONGEST_TEXT]
    if value is None or value == "":
        return Cell(value=False) if column.type == "CHECKBOX" else EMPTY
    return READERS[column.type](column, value, reading)


def read_object(column: Column, value: Json, reading: Reading) -> Cell:
    """Return the cell for an `objectValue` in this column. Raises ApiError 1131 if the object has the wrong type."""
    if not isinstance(value, dict):
        return read_value(column, value, reading)
    wanted = OBJECT_TYPES.get(column.type)
    if value.get("objectType") != wanted:
        raise ApiError(1131, "objectValue", column.id, wanted or "none")
    match wanted:
        case "CONTACT":
            _check_contact(value)
            return _contact(column, value.get("email"), reading, name=value.get("name"))
        case "MULTI_CONTACT":
            return _contacts(column, value.get("values"), reading)
        case "MULTI_PICKLIST":
            return _choices(column, value.get("values"), reading)
        case "DURATION":
            duration = Duration.of_json(value, "objectValue")
            return Cell(duration.text, duration.text)
        case _:
            return read_value(column, value.get("value"), reading)


def refused(column: Column, value: Json) -> ApiError:
    """Return the error for a value that doesn't fit the column."""
    return ApiError(1042, column.id, value, column.type)


def text_of(value: Primitive) -> str:
    """Return a value as the grid shows it in a cell without a format."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _text_or_number(column: Column, value: Primitive, reading: Reading) -> Cell:
    if isinstance(value, (int, float)) and abs(value) > LARGEST_NUMBER:
        if reading.strict:
            raise ApiError(1148, -LARGEST_NUMBER, LARGEST_NUMBER)
        value = text_of(value)
    if not reading.strict and isinstance(value, str):
        return _lenient_number(value, reading) or Cell(value=value, display=value)
    return Cell(value=value, display=text_of(value))


def _lenient_number(text: str, reading: Reading) -> Cell | None:
    """Return a cell with the number in a text such as `$5,000`, `50%` or `100.5`; None if the text isn't a number. The
    cell has the format in which the number is written. In some locales, the decimal separator is a comma.
    """
    plain = text.strip()
    if reading.locale[:2] in DECIMAL_COMMA:
        plain = plain.translate(str.maketrans(",.", ".,"))
    if not NUMBER.fullmatch(plain):
        return None
    digits = re.sub(r"[$€£¥,%]", "", plain)
    if abs(float(digits)) > LARGEST_NUMBER:
        return None
    number = float(f"{digits}e-2" if plain.endswith("%") else digits)  # 1.1% / 100 would be 0.011000000000000001
    value, form = (int(number) if number.is_integer() else number), written_format(plain)
    return Cell(value=value, display=text.strip() if form else text_of(value), format=form)


def _checkbox(column: Column, value: Primitive, reading: Reading) -> Cell:
    if isinstance(value, bool):
        return Cell(value=value)
    if not reading.strict and value in ("true", "false"):
        return Cell(value=value == "true")
    return _free_text(column, value, reading)


def _date(column: Column, value: Primitive, reading: Reading) -> Cell:
    if reading.numeric_dates and isinstance(value, int) and not isinstance(value, bool):
        return Cell(value=_day(column, value))
    day = _iso_date(value) if reading.strict else _any_date(value, reading.locale)
    return Cell(value=day) if day else _free_text(column, value, reading)


def _project_date(column: Column, value: Primitive, reading: Reading) -> Cell:
    """Return the cell for the start of a task: the date from the request, with the time of day at which work begins."""
    cell = _date(column, value, reading)
    return replace(cell, value=f"{cell.value}T{DAY_BEGINS:02}:00:00") if _iso_date(cell.value) else cell


def _duration(column: Column, value: Primitive, reading: Reading) -> Cell:
    """Return the cell for a duration. Units must be in English. The decimal separator is the locale's."""
    if not reading.strict and isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value:g}d"
    if not isinstance(value, str):
        return _free_text(column, value, reading)
    text = value.replace(",", ".") if reading.duration_locale[:2] in DECIMAL_COMMA else value
    duration = Duration.parse(text) or (Duration.parse(f"{text}d") if not reading.strict else None)
    return Cell(duration.text, duration.text) if duration else _free_text(column, value, reading)


def _day(column: Column, milliseconds: int) -> str:
    """Convert epoch milliseconds to the day in which this time is. Raises ApiError if there is no such day."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        raise refused(column, milliseconds) from None


def _iso_date(value: Primitive) -> str | None:
    if not isinstance(value, str) or not ISO_DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return None


def _any_date(value: Primitive, locale: str) -> str | None:
    if iso := _iso_date(value):
        return iso
    formats = ("%m/%d/%y", "%m/%d/%Y") if locale == "en_US" else ("%d/%m/%y", "%d/%m/%Y", "%d.%m.%y", "%d.%m.%Y")
    for form in formats:
        try:
            return datetime.strptime(str(value), form).replace(tzinfo=UTC).date().isoformat()
        except ValueError:
            continue
    return None


def _picklist(column: Column, value: Primitive, reading: Reading) -> Cell:
    if isinstance(value, str) and value in options_of(column):
        return Cell(value=value, display=value)
    if reading.strict or (column.validation and not reading.override_validation):
        raise refused(column, value)
    return _text_or_number(column, value, reading)


def _contact_value(column: Column, value: Primitive, reading: Reading) -> Cell:
    return _contact(column, value, reading, name=reading.display)


def _contact(column: Column, email: Json, reading: Reading, *, name: Json) -> Cell:
    if not isinstance(email, str) or not EMAIL.fullmatch(email):
        return _free_text(column, email, reading)
    allowed = {option.get("email", "").casefold() for option in column.contact_options}
    if column.validation and not reading.override_validation and email.casefold() not in allowed:
        raise refused(column, email)
    return Cell(value=email, display=name or (email if name == "" else _known_name(column, email, reading)))


def _known_name(column: Column, email: str, reading: Reading) -> str:
    """Return the name of the contact or person with this address. Contacts in the column's options come first. If no
    name is known, return the address.
    """
    for option in column.contact_options:
        if option.get("email", "").casefold() == email.casefold() and option.get("name"):
            return option["name"]
    person = reading.state.person_by_email(email)
    return person.name if person else email


def _contacts(column: Column, values: Json, reading: Reading) -> Cell:
    contacts = [_one_contact(column, contact, reading) for contact in _list(column, values)]
    if len(contacts) > MOST_CONTACTS:
        raise ApiError(1240)
    shown = ", ".join(contact.get("name") or contact["email"] for contact in contacts)
    return Cell(shown, shown, {"objectType": "MULTI_CONTACT", "values": contacts}) if contacts else EMPTY


def _one_contact(column: Column, contact: Json, reading: Reading) -> dict[str, str]:
    _check_contact(contact)
    email, name = contact.get("email"), contact.get("name")
    if not email and isinstance(name, str) and name:
        return {"objectType": "CONTACT", "name": name}
    if not isinstance(email, str) or not EMAIL.fullmatch(email):
        raise refused(column, email)
    return {"objectType": "CONTACT", "email": email, "name": name or _known_name(column, email, reading)}


def _check_contact(contact: Json) -> None:
    if not isinstance(contact, dict):
        raise ApiError(1008, "Expected an object of type contact.")
    for name in ("email", "name"):
        if contact.get(name) is not None and not isinstance(contact[name], str):
            raise ApiError(1008, f'Field "{name}" was of unexpected type.')


def _choices(column: Column, values: Json, reading: Reading) -> Cell:
    listed = _list(column, values)
    for value in listed:
        if value not in options_of(column):
            raise refused(column, value)
    chosen = [option for option in options_of(column) if option in listed]
    shown = ", ".join(chosen)
    return Cell(shown, shown, {"objectType": "MULTI_PICKLIST", "values": chosen}) if chosen else EMPTY


def _list(column: Column, values: Json) -> list[Json]:
    if values is None:
        return []
    if not isinstance(values, list) or any(isinstance(value, list) for value in values):
        raise refused(column, values)
    return values


def _object_only(column: Column, value: Primitive, reading: Reading) -> Cell:
    """Refuse a plain value. Even lenient parsing accepts only an objectValue for this type of column."""
    raise refused(column, value)


def _free_text(column: Column, value: Json, reading: Reading) -> Cell:
    """Return a cell with the text. Raises ApiError if parsing is strict or the column is restricted."""
    if reading.strict or value is None or (column.validation and not reading.override_validation):
        raise refused(column, value)
    text = text_of(value)
    return Cell(value=text, display=text if column.type in ("CONTACT_LIST", "DURATION") else None)


READERS: dict[str, Callable[[Column, Primitive, Reading], Cell]] = {
    "TEXT_NUMBER": _text_or_number,
    "CHECKBOX": _checkbox,
    "DATE": _date,
    "PICKLIST": _picklist,
    "CONTACT_LIST": _contact_value,
    "MULTI_CONTACT_LIST": _object_only,
    "MULTI_PICKLIST": _object_only,
    "ABSTRACT_DATETIME": _project_date,
    "DURATION": _duration,
}
