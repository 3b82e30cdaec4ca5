"""Turns a cell into one JSON value. Baselines, new values and the log contain cells as such JSON values.

None is an empty cell. A check box is true or false. Numbers and texts stay as they are. A day is an ISO 8601 text. A
cell of a multi-value column is a list of options, or a list of people. Each person in the list is stored as their
address, or as their name if they have no address. A cell with a hyperlink is `{"value": …, "hyperlink": …}`. If only a
value is written into such a cell, the hyperlink is kept.
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
)  # the keys of a hyperlink's target, most exact first; a hyperlink with an id can have a `url` to the same target


def held(cell: Cell) -> Json:
    """Return the cell's value; None if the cell is empty."""
    if cell.hyperlink is None and not isinstance(cell.object_value, dict):  # a short cut for most cells
        return cell.value
    values = listed(cell)
    value = cell.value if values is None else [_key(value) for value in values] or None
    return linked(value, target(cell.hyperlink)) if cell.hyperlink else value


def cell_of(column: Column, value: Json) -> Cell:
    """Return a cell with this value."""
    if is_linked(value):
        return replace(cell_of(column, value["value"]), hyperlink=value["hyperlink"])
    if isinstance(value, list):
        return Cell(column_id=column.id, object_value={"values": value})
    return Cell(column_id=column.id, value=value)


def is_value(value: Json) -> bool:
    """Whether this JSON, which can come from anywhere, can be the value of a cell. A value with the hyperlink None is
    possible too: if it is written to a cell, the cell loses its hyperlink.
    """
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    if isinstance(value, dict):
        return is_link(value) and is_value(value["value"])
    return value is None or isinstance(value, bool | int | float | str)


def is_link(value: dict[str, Json]) -> bool:
    """Whether a JSON object has the keys `value` and `hyperlink`, and no others. `hyperlink` must be a hyperlink's
    target or None. None means that the hyperlink is removed.
    """
    if value.keys() != {"value", "hyperlink"} or isinstance(value["value"], dict):
        return False
    hyperlink = value["hyperlink"]
    return hyperlink is None or (
        isinstance(hyperlink, dict)
        and all(isinstance(name, str) and type(where) in {int, str} for name, where in hyperlink.items())
    )


def is_linked(value: Json) -> bool:
    """Whether a value has a hyperlink."""
    return isinstance(value, dict) and value.keys() == {"value", "hyperlink"} and isinstance(value["hyperlink"], dict)


def linked(value: Json, hyperlink: Json) -> dict[str, Json]:
    """Return a value with a hyperlink. If `hyperlink` is None, writing the value removes the cell's hyperlink."""
    return {"value": value, "hyperlink": hyperlink}


def bare(value: Json) -> Json:
    """Return the value without its hyperlink."""
    return value["value"] if isinstance(value, dict) and "hyperlink" in value else value


def target(hyperlink: Mapping[str, Json] | None) -> dict[str, Json]:
    """Return only the target of a hyperlink: the id of a sheet, report or dashboard, or an address. Comparisons and
    writes use only the target.
    """
    name = next((name for name in TARGETS if hyperlink and hyperlink.get(name) is not None), "")
    return {name: hyperlink[name]} if hyperlink and name else {}


def normal(value: Json) -> Json:
    """Return the value that a cell has after writing this value. An empty text and an empty list become None."""
    return None if value == "" or value == [] else value


def is_same(one: Json, other: Json) -> bool:
    """Whether two values look the same to a reader. The order of choices doesn't matter, and 5 equals 5.0."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    if isinstance(one, list) and isinstance(other, list):
        return set(map(repr, one)) == set(map(repr, other))  # the value from the browser can be any JSON
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other  # in Python, True equals 1
    return bool(one == other)


def listed(cell: Cell) -> list[Json] | None:
    """Return the choices in a multi-value cell, as Smartsheet's JSON; None if the cell has no list."""
    values = cell.object_value.get("values") if isinstance(cell.object_value, dict) else None
    return values if isinstance(values, list) else None


def contacts(cell: Cell) -> list[Contact]:
    """Return the people in a contact cell, with their names."""
    values = listed(cell)
    if values is not None:
        return [Contact.parse(contact) for contact in values if isinstance(contact, dict)]
    return [Contact(email=str(cell.value), name=cell.display)] if cell.value else []


def text_of(value: Json) -> str:
    """Return a value as plain text. Numbers get a decimal point. Line ends become \\n, because browsers send \\r\\n."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer():
            return str(int(value))
        text = repr(value)
        is_plain = "e" not in text and "n" not in text  # not a number such as 1e-05, nan or inf
        return text if is_plain else format(Decimal(text), "f")
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return "\n".join(str(value).replace("\r\n", "\n").split("\r"))


def _key(value: Json) -> str:
    return Contact.parse(value).key if isinstance(value, dict) else str(value)
