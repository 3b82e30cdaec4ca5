"""CONTACT_LIST: one person, by e-mail address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from edits.sheets.column_types.base import ColumnType, one_text
from edits.sheets.held_values import Value
from edits.sheets.sheet import Cell, Json
from identity.profiles.readers import Reader


class ContactType(ColumnType):
    """One person."""

    __slots__ = ()
    why_not_here: ClassVar[str] = ""

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        text = one_text(typed).strip()
        if text:
            require_address(text)
        return text or None

    def to_send(self, value: Json, cell: Cell) -> dict[str, Json]:
        name = next((contact.name for contact in self.column.contact_options if contact.email == value), "")
        return super().to_send(value, cell) | ({"displayValue": name} if name else {})


def require_address(text: str) -> None:
    """Raise ValidationError for what is no e-mail address."""
    try:
        validate_email(text)
    except ValidationError:
        raise ValidationError(f"“{text}” is not an e-mail address.") from None
