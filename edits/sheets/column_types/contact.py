"""Handles CONTACT_LIST columns. A cell has one person with an e-mail address. If the column isn't restricted, a name
without an address is possible too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import ClassVar

from django.core.exceptions import ValidationError

from edits.sheets.column_types.base import ColumnType, Doubtful, one_text
from edits.sheets.held_values import Value, contacts, text_of
from edits.sheets.sheet import Cell, Column, Contact, Json
from edits.sheets.spaces import trimmed
from identity.profiles.readers import Reader

WITH_NAME = re.compile(r"[^<>]*<([^<>]+@[^<>]+)>")
# contact.js has the same pattern.
PART, LETTER = r"[!#-'*+\-/-9=?A-Z^-~]+", "[a-z0-9\u00a1-\U0010ffff]"
ADDRESS = re.compile(
    rf"{PART}(?:\.{PART})*@(?:{LETTER}(?:-*{LETTER})*\.)+(?![0-9]){LETTER}(?:-*{LETTER})+", re.IGNORECASE
)


class ContactType(ColumnType):
    """The type of columns with one person per cell."""

    __slots__ = ()
    why_not_here: ClassVar[str] = ""

    def typed(self, cell: Cell, reader: Reader) -> str:
        """Return the name if `parse` finds the right person by it. Otherwise return the address, or the cell's text."""
        known, key = known_people(self.column, cell, self.people), text_of(cell.value)
        name = cell.display or next((one.name for one in known if one.email == key), "")
        is_clear = [one.key for one in known if is_same_name(one.name, name)] == [key]
        is_sent_back = name == trimmed(text_of(name))  # a form never sends \r or spaces around a text
        return name if name and is_clear and "@" not in name and is_sent_back else key

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        text = trimmed(one_text(typed))
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
    """Return the key of the contact that a text means. The text is an address or a name. An address means the person
    with this address, even if another person has the address as their name.

    Raises:
        Doubtful: no known person has this name, but the column accepts anyone. The contact would be a name without an
            address.
        ValidationError: several people have this name, the text has an @ but isn't an address, or the column doesn't
            accept this person.
    """
    named = WITH_NAME.fullmatch(text)
    wanted = trimmed(named[1]) if named else text
    found = [one.key for one in known if one.key.lower() == wanted.lower()]
    if not found and not is_address(wanted):
        found = [one.key for one in known if is_same_name(one.name, wanted)]
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
    raise Doubtful(f"No one here is called “{text}”. The cell would have this name without an e-mail address.", text)


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
    return bool(ADDRESS.fullmatch(text))


def is_same_name(one: str, other: str) -> bool:
    """Whether two names are the same when they are written in capitals. For example, STRASSE and straße are the same.
    Don't use this for addresses: addresses that differ in this way can belong to different people.
    """
    return one.upper() == other.upper()
