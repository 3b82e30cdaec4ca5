"""Converts cells when a column changes its type."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.model.cell_values import Reading, read_value, text_of
from sandbox.model.sheet import Cell, Column
from sandbox.model.state import State

Json = Any


def converted(state: State, column: Column, cell: Cell) -> Cell:
    """Return the cell, converted to the column's new type. If that isn't possible, the value becomes text."""
    if cell.value is None or cell.formula:
        return cell
    new = _read(state, column, cell)
    return replace(cell, value=new.value, display=new.display, object_value=new.object_value)


def _read(state: State, column: Column, cell: Cell) -> Cell:
    shown, values = _shown(cell), (cell.object_value or {}).get("values") or []
    match column.type:
        case "MULTI_PICKLIST":
            chosen = [_name(value) for value in values] or [shown]
            return _multi("MULTI_PICKLIST", chosen, chosen)
        case "MULTI_CONTACT_LIST":
            contacts = [_contact(value) for value in values] or [_contact_in(cell)]
            return _multi("MULTI_CONTACT", contacts, [_name(contact) for contact in contacts])
        case "CONTACT_LIST" if len(values) == 1 and "email" in (contact := _contact(values[0])):
            return Cell(contact["email"], _name(contact))
        case "TEXT_NUMBER" | "PICKLIST":
            is_number = isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool)
            return Cell(cell.value if is_number else shown, shown)
    return read_value(column, shown, Reading(state, strict=False, override_validation=True))


def _shown(cell: Cell) -> str:
    """Return the text that the grid shows."""
    return cell.display or text_of(cell.value)


def _contact_in(cell: Cell) -> dict[str, Json]:
    email = {"email": cell.value} if "@" in text_of(cell.value) else {}
    return {"objectType": "CONTACT", **email, "name": _shown(cell)}


def _contact(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {"objectType": "CONTACT", "name": value}


def _name(value: Json) -> str:
    return str(value.get("name") or value.get("email")) if isinstance(value, dict) else str(value)


def _multi(kind: str, values: list[Json], shown: list[str]) -> Cell:
    text = ", ".join(shown)
    return Cell(text, text, {"objectType": kind, "values": values})
