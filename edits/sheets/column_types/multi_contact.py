"""MULTI_CONTACT_LIST: any number of people, each by e-mail address, or by name where they have none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from edits.sheets.column_types.base import ColumnType, one_text
from edits.sheets.column_types.contact import require_address
from edits.sheets.held_values import Value, contacts
from edits.sheets.sheet import Cell, Contact, Json
from identity.profiles.readers import Reader


class MultiContact(ColumnType):
    """Any number of people."""

    __slots__ = ()
    why_not_here: ClassVar[str] = ""

    def shown(self, cell: Cell, reader: Reader) -> str:
        people = (contact.name or contact.email for contact in contacts(cell))
        return cell.display or ", ".join(people) or super().shown(cell, reader)

    def words(self, value: Json, reader: Reader) -> str:
        return ", ".join(map(str, value)) if isinstance(value, list) else super().words(value, reader)

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        lines = one_text(typed).split("\n") if isinstance(typed, str) else typed
        keys = list(dict.fromkeys(key for line in lines if (key := line.strip())))
        known = self._known(cell)
        for key in keys:
            if key not in known:
                require_address(key)
        return keys or None

    def to_send(self, value: Json, cell: Cell) -> dict[str, Json]:
        if not isinstance(value, list) or not value:
            return super().to_send(value or None, cell)
        known = self._known(cell)
        people = [known.get(key) or Contact.of(key) for key in value]
        return {"objectValue": {"objectType": "MULTI_CONTACT", "values": [person.to_json() for person in people]}}

    def _known(self, cell: Cell) -> dict[str, Contact]:
        return {contact.key: contact for contact in (*self.column.contact_options, *contacts(cell))}
