"""What a cell holds, as one JSON value: the same for what was shown, what is to be written, and what the log keeps.

None is an empty cell; true and false are check boxes; numbers and texts are themselves, days are ISO 8601 texts. The
cell of a multi-value column holds a list: its options, or its people by address, or by name where they have none. A
cell with a hyperlink holds `{"value": …, "hyperlink": …}`; to write a value alone leaves the hyperlink as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from edits.sheets.sheet import Cell, Column, Contact, Json

Value = None | bool | int | float | str | list[str] | dict[str, Json]
TARGETS = (
    "sheetId",
    "reportId",
    "sightId",
    "url",
)  # where a hyperlink leads; beside an id, the address only repeats it


def held(cell: Cell) -> Json:
    """What a cell holds; None when it is empty."""
    values = listed(cell)
    value = cell.value if values is None else [_key(value) for value in values] or None
    return linked(value, target(cell.hyperlink)) if cell.hyperlink else value


def cell_of(column: Column, value: Json) -> Cell:
    """A cell that holds this."""
    if is_linked(value):
        return replace(cell_of(column, value["value"]), hyperlink=value["hyperlink"])
    if isinstance(value, list):
        return Cell(column_id=column.id, object_value={"values": value})
    return Cell(column_id=column.id, value=value)


def is_value(value: Json) -> bool:
    """Whether JSON of whatever origin can be what a cell holds."""
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    if is_linked(value):
        return not isinstance(value["value"], dict) and is_value(value["value"])
    return value is None or isinstance(value, bool | int | float | str)


def is_linked(value: Json) -> bool:
    """Whether a value has a hyperlink."""
    return isinstance(value, dict) and value.keys() == {"value", "hyperlink"} and isinstance(value["hyperlink"], dict)


def linked(value: Json, hyperlink: Json) -> dict[str, Json]:
    """The value of a cell that leads somewhere; `hyperlink` is None for a cell whose link is removed."""
    return {"value": value, "hyperlink": hyperlink}


def bare(value: Json) -> Json:
    """The value without its hyperlink."""
    return value["value"] if isinstance(value, dict) and "hyperlink" in value else value


def target(hyperlink: Mapping[str, Json] | None) -> dict[str, Json]:
    """Where a hyperlink leads, as it is written and compared."""
    name = next((name for name in TARGETS if hyperlink and hyperlink.get(name) is not None), "")
    return {name: hyperlink[name]} if hyperlink and name else {}


def normal(value: Json) -> Json:
    """The value as a cell holds it once it is written: an empty text and an empty list leave it empty."""
    return None if value == "" or value == [] else value


def is_same(one: Json, other: Json) -> bool:
    """Whether two values are the same to a reader: the order of choices says nothing, nor does 5 or 5.0."""
    if isinstance(one, list) and isinstance(other, list):
        return set(map(repr, one)) == set(map(repr, other))  # what a browser says was shown may hold anything
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other  # for Python True is 1 as well
    return bool(one == other)


def listed(cell: Cell) -> list[Json] | None:
    """The choices in a cell of a multi-value column as Smartsheet's JSON has them; None where it holds no list."""
    values = cell.object_value.get("values") if isinstance(cell.object_value, dict) else None
    return values if isinstance(values, list) else None


def contacts(cell: Cell) -> list[Contact]:
    """The people in a contact cell, with their names."""
    values = listed(cell)
    if values is not None:
        return [Contact.parse(contact) for contact in values if isinstance(contact, dict)]
    return [Contact(email=str(cell.value), name=cell.display)] if cell.value else []


def text_of(value: Json) -> str:
    """A value as plain text, with a point in numbers. Line ends are \\n, as browsers make \\r\\n of either."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return "\n".join(str(value).replace("\r\n", "\n").split("\r"))


def _key(value: Json) -> str:
    return Contact.parse(value).key if isinstance(value, dict) else str(value)
