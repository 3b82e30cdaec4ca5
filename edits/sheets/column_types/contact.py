"""Handles CONTACT_LIST columns. A cell has one person with an e-mail address. If the column isn't restricted, the
person can also have only a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from edits.sheets.column_types.base import ColumnType, Doubtful, one_text
from edits.sheets.held_values import Value, contacts, text_of
from edits.sheets.sheet import Cell, Column, Contact, Json
from identity.profiles.readers import Reader

WITH_NAME = re.compile(r"[^<>]*<([^<>]+@[^<>]+)>")


class ContactType(ColumnType):
    """The type of columns with one person per cell."""

    __slots__ = ()
    why_not_here: ClassVar[str] = ""

    def typed(self, cell: Cell, reader: Reader) -> str:
        """Return the name if it identifies the person, otherwise the address or the cell's text."""
        known, key = known_people(self.column, cell, self.people), text_of(cell.value)
        name = cell.display or next((one.name for one in known if one.email == key), "")
        is_clear = [one.key for one in known if one.name.casefold() == name.casefold()] == [key]
        is_sent_back = name == text_of(name).strip()  # a form never sends \r or spaces around a text
        return name if name and is_clear and "@" not in name and is_sent_back else key

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        text = one_text(typed).strip()
        return key_of(text, self.column, known_people(self.column, cell, self.people)) if text else None

    def _to_send(self, value: Json, cell: Cell) -> dict[str, Json]:
        if value is None or not is_address(str(value)):
            return super()._to_send(value, cell) | ({} if value is None else {"strict": False})
        known = known_people(self.column, cell, self.people)
        name = next((one.name for one in known if one.email == value and one.name and one.name != value), "")
        return super()._to_send(value, cell) | ({"displayValue": name} if name else {})

    def why_not_held(self, value: Json) -> str:
        return why_nobody(self.column, [] if value is None else [str(value)])


def known_people(column: Column, cell: Cell, others: Iterable[Contact] = ()) -> list[Contact]:
    """Return the people who can be entered by name, each address once. These people are the column's contacts and the
    contacts in the cell. If the column isn't restricted, `others` are added.
    """
    people = (*column.contact_options, *contacts(cell), *(() if column.is_validated else others))
    known: dict[str, Contact] = {}
    for one in people:
        if one.key and (one.key not in known or not known[one.key].name):
            known[one.key] = one
    return list(known.values())


def key_of(text: str, column: Column, known: Sequence[Contact]) -> str:
    """Return the key of the contact that a text means. The text is an address or a name.

    Raises:
        Doubtful: no known person has this name, but the column accepts anyone. The contact would be a name without an
            address.
        ValidationError: several people have this name, the text has an @ but isn't an address, or the column doesn't
            accept this person.
    """
    named = WITH_NAME.fullmatch(text)
    wanted = named[1].strip() if named else text
    exact = [one.key for one in known if one.key.lower() == wanted.lower()]
    found = exact or [one.key for one in known if one.name.casefold() == wanted.casefold()]
    if len(found) > 1:
        raise ValidationError(f"Several people are called {wanted}: enter an e-mail address.")
    if found:
        return found[0]
    if is_address(wanted):
        if why := why_nobody(column, [wanted]):
            raise ValidationError(why)
        return wanted
    if "@" in wanted:
        raise ValidationError(f"“{wanted}” is not an e-mail address.")
    if why := why_nobody(column, [text]):
        raise ValidationError(why)
    raise Doubtful(f"No one here is called “{text}”. It would be a name without an e-mail address.", text)


def why_nobody(column: Column, keys: Iterable[str]) -> str:
    """Return a sentence that says why a restricted column doesn't accept these people; "" if the column accepts
    them.
    """
    allowed = {one.key.lower() for one in column.contact_options}
    if not column.is_validated:
        return ""
    return next((f"“{key}” is not among the people of this column." for key in keys if key.lower() not in allowed), "")


def is_address(text: str) -> bool:
    """Whether the text is an e-mail address."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
