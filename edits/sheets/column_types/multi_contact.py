"""Handles MULTI_CONTACT_LIST columns. A cell has any number of people, each with an e-mail address or only a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import ClassVar

from edits.sheets.column_types.base import ColumnType, Doubtful, one_text
from edits.sheets.column_types.contact import is_address, key_of, known_people, why_nobody
from edits.sheets.held_values import Value, contacts, text_of
from edits.sheets.sheet import Cell, Contact, Json
from edits.sheets.spaces import trimmed
from identity.profiles.readers import Reader


class MultiContact(ColumnType):
    """The type of columns with any number of people per cell."""

    __slots__ = ()
    why_not_here: ClassVar[str] = ""
    takes_several: ClassVar[bool] = True

    def shown(self, cell: Cell, reader: Reader) -> str:
        people = (contact.name or contact.email for contact in contacts(cell))
        return cell.display or ", ".join(people) or super().shown(cell, reader)

    def words(self, value: Json, reader: Reader) -> str:
        if not isinstance(value, list):
            return super().words(value, reader)
        names = {one.key: one.name or one.key for one in (*self.people, *self.column.contact_options)}
        return ", ".join(names.get(key, str(key)) for key in value)

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        known = known_people(self.column, cell, self.people)
        keys = {one_text(one.key): one.key for one in known}
        found: list[str] = []
        doubts: list[str] = []
        for text in _each([typed] if isinstance(typed, str) else typed, keys):
            try:
                found.append(keys[text] if text in keys else key_of(trimmed(text), self.column, known))
            except Doubtful as doubt:
                found.append(str(doubt.value))
                doubts += doubt.messages
        value: Value = list(dict.fromkeys(found)) or None
        if doubts:
            raise Doubtful(" ".join(doubts), value)
        return value

    def _to_send(self, value: Json, cell: Cell) -> dict[str, Json]:
        if not isinstance(value, list) or not value:
            return super()._to_send(value or None, cell)
        known = {one.key: one for one in known_people(self.column, cell, self.people)}
        people = [known.get(key) or Contact.of(key) for key in value]
        return {"objectValue": {"objectType": "MULTI_CONTACT", "values": [person.to_json() for person in people]}}

    def why_not_held(self, value: Json) -> str:
        keys = [] if value is None else [value] if isinstance(value, str) else value
        return why_nobody(self.column, keys) if isinstance(keys, list) else f"“{text_of(value)}” isn't a person."


def _each(typed: Iterable[str], keys: Iterable[str]) -> Iterable[str]:
    """Yield the contacts in the typed texts. If a text is the key of a contact, the text means that contact. In other
    texts, each line is one contact, or several contacts with commas or semicolons between them. Because a name can have
    commas too, a line is split only if each part is an address or a key.
    """
    for text in map(one_text, typed):
        if text in keys:
            yield text
            continue
        for line in filter(trimmed, text.split("\n")):
            parts = [trimmed(part) for part in re.split("[,;]", line)]
            yield from parts if len(parts) > 1 and all(part in keys or is_address(part) for part in parts) else [line]
