"""What becomes of a cell whose column changes its type."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.sheets import EMPTY, Cell, Column
from sandbox.state import State
from sandbox.values import Reading, read_value, text_of

Json = Any


def converted(state: State, column: Column, cell: Cell) -> Cell:
    """The cell as the column, which has its new type by now, can hold it: its own kind of value, or else a text."""
    if cell.value is None or cell.formula:
        return cell
    return replace(_read(state, column, cell), hyperlink=cell.hyperlink, link=cell.link, format=cell.format)


def _read(state: State, column: Column, cell: Cell) -> Cell:
    match column.type:
        case "MULTI_PICKLIST":
            chosen = [_text(value) for value in _values(cell)]
            return _multi(column, chosen, chosen)
        case "MULTI_CONTACT_LIST":
            contacts = [_contact(value, cell) for value in _values(cell)]
            return _multi(column, contacts, [contact.get("name") or contact["email"] for contact in contacts])
        case "TEXT_NUMBER" | "PICKLIST" if isinstance(cell.value, str):
            shown = cell.display or cell.value
            return Cell(shown, shown)
    (first, *others) = _values(cell)
    value = cell.display if others else _plain(first)
    return read_value(column, value, Reading(state, strict=False, override_validation=True)) if value else EMPTY


def _values(cell: Cell) -> list[Json]:
    """All that a cell holds: several values in the multi-value types, elsewhere one."""
    return (cell.object_value or {}).get("values") or [cell.value]


def _plain(value: Json) -> Json:
    """Of a contact the address, if it has one."""
    return value.get("email") or value.get("name") if isinstance(value, dict) else value


def _text(value: Json) -> str:
    return str(value.get("name") or value.get("email")) if isinstance(value, dict) else text_of(value)


def _contact(value: Json, cell: Cell) -> dict[str, Json]:
    if isinstance(value, dict):
        return value
    text = text_of(value)
    name = cell.display or text
    return {"objectType": "CONTACT", "name": name} | ({"email": text} if "@" in text else {})


def _multi(column: Column, values: list[Json], shown: list[str]) -> Cell:
    kind = {"MULTI_PICKLIST": "MULTI_PICKLIST", "MULTI_CONTACT_LIST": "MULTI_CONTACT"}[column.type]
    text = ", ".join(shown)
    return Cell(text, text, {"objectType": kind, "values": values})
