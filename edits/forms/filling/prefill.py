"""Reads the values that the address of a form fills into fields: `?f.<column id or title>=value`.

The designer says for each field what happens to such a value. A suggested value can be changed by the person. A locked
value is shown and saved, and can't be changed. A hidden value is saved and not shown. The form's page has the locked
and the hidden values in a signed hidden field. This field is valid for one form, version, person and row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.http import QueryDict

from edits.forms.definition import FormField, Prefill
from edits.forms.designed_form import usable_fields
from edits.forms.filling.opening import OpenForm
from edits.sheets.column_types import Doubtful, column_type
from edits.sheets.held_values import is_value
from edits.sheets.people import people_of
from edits.sheets.sheet import Cell, Column, Json, Row, Sheet
from identity.profiles import readers

FIELD = "prefill"
SALT = "edits.forms.filling.prefill"
PREFIX = "f."


class Altered(Exception):
    """The signed values in a sent form aren't those that this app put into the form."""


@dataclass(frozen=True, slots=True)
class Prefilled:
    """Values from the form's address, by column id. People can change the `suggested` values, but not the `given` ones.
    `unusable` has a sentence for each invalid value.
    """

    suggested: Mapping[int, Json]
    given: Mapping[int, Json]
    unusable: Sequence[str] = ()


def from_address(query: QueryDict, opened: OpenForm, sheet: Sheet, row: Row | None) -> Prefilled:
    """Return the values in the address. Values for fields that a link can't fill in are left out."""
    suggested: dict[int, Json] = {}
    given: dict[int, Json] = {}
    unusable: list[str] = []
    for field, column, texts in _wanted(query, opened, sheet):
        try:
            value = _parsed(column, texts, sheet, row)
        except ValidationError as error:
            unusable.append(f"{field.name}: {' '.join(error.messages)}")
            continue
        (suggested if field.prefill is Prefill.EDITABLE else given)[column.id] = value
    return Prefilled(suggested, given, unusable)


def signed(given: Mapping[int, Json], opened: OpenForm, *, author: str, row_id: int | None) -> str:
    """Return the text of the signed hidden field; "" if there are no values."""
    if not given:
        return ""
    content = _place(opened, author, row_id) | {"values": {str(one): value for one, value in given.items()}}
    return signing.dumps(content, salt=SALT, compress=True)


def restored(data: QueryDict, opened: OpenForm, *, author: str, row_id: int | None) -> dict[int, Json]:
    """Return the values in the hidden field of a sent form. Raises Altered."""
    text = data.get(FIELD, "")
    if not text:
        return {}
    try:
        found: Any = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError):
        raise Altered from None
    values = found.pop("values")
    if found != _place(opened, author, row_id):
        raise Altered
    return {int(one): value for one, value in values.items() if is_value(value)}


def restored_loosely(data: QueryDict, opened: OpenForm, *, author: str, row_id: int | None) -> dict[int, Json]:
    """Return the values in the hidden field of a form that is shown again. If they were altered, return no values."""
    try:
        return restored(data, opened, author=author, row_id=row_id)
    except Altered:
        return {}


def _place(opened: OpenForm, author: str, row_id: int | None) -> dict[str, Any]:
    return {"form": opened.form.pk, "version": opened.form.version, "author": author, "row": row_id}


def _wanted(query: QueryDict, opened: OpenForm, sheet: Sheet) -> Iterator[tuple[FormField, Column, list[str]]]:
    for field, column in usable_fields(opened.definition, sheet):
        texts = query.getlist(f"{PREFIX}{column.id}") or query.getlist(f"{PREFIX}{column.title}")
        if field.prefill is not Prefill.NONE and texts:
            yield field, column, texts


def _parsed(column: Column, texts: Sequence[str], sheet: Sheet, row: Row | None) -> Json:
    """Return the value that these texts from the form's address mean in the column. Raises ValidationError."""
    kind = column_type(column, people_of(sheet, row))
    cell = row.cell(column) if row else Cell(column_id=column.id)
    try:
        return kind.parse([*filter(None, texts)] if kind.takes_several else texts[-1], cell, readers.current())
    except Doubtful as doubt:
        return doubt.value
