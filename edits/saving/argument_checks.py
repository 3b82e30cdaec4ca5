"""Checks the ids and values in changes, so that a mistake in the code of a site is found before anything is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isfinite

from edits.gateway.shapes import LARGEST_ID
from edits.saving.changes import AddRow, CellChange, MoveRow, RowChange, UpdateRow
from edits.sheets.held_values import bare, is_link
from edits.sheets.sheet import Json

HALVES = re.compile("[\ud800-\udfff]")  # surrogates
HALF_A_CHARACTER = "This text has half of a character, such as a part of an emoji. Smartsheet doesn't accept this."


def require_arguments(changes: Sequence[RowChange]) -> None:
    """Raise TypeError if an id isn't a whole number, or if a value has a type that no cell can have. Raise ValueError
    if an id or a number is too large, or if a number isn't finite.
    """
    for change in changes:
        if not isinstance(change, AddRow):
            require_id(change.row_id, "row_id")
        if isinstance(change, AddRow | MoveRow):
            for name in ("parent_id", "sibling_id"):
                if (place_id := getattr(change.place, name)) is not None:
                    require_id(place_id, name)
        if isinstance(change, AddRow | UpdateRow):
            for cell in change.cells:
                _require_cell(cell)


def require_int(value: object, name: str) -> int:
    """Return the value. Raise TypeError if it isn't a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}.")
    return value


def require_id(value: object, name: str) -> None:
    """Raise TypeError or ValueError if `value` can't be the id of a row or column in a change."""
    if abs(require_int(value, name)) > LARGEST_ID:
        raise ValueError(f"{name} must have at most 64 bits.")


def why_not_text(value: Json) -> str:
    """Return a sentence that says why Smartsheet doesn't accept a text in this value; "" if it accepts all texts."""
    texts = value if isinstance(value, list) else [bare(value)]
    return HALF_A_CHARACTER if any(isinstance(one, str) and HALVES.search(one) for one in texts) else ""


def _require_cell(cell: CellChange) -> None:
    require_id(cell.column_id, "column_id")
    _require_json(cell.shown)
    _require_link(cell.shown)
    _require_link(cell.typed)
    value = bare(cell.typed)
    if isinstance(value, list):
        if not all(isinstance(one, str) for one in value):
            raise TypeError("If a cell's value is a list, the list must have only texts.")
    elif value is not None and not isinstance(value, bool | int | float | str):
        raise TypeError(f"A cell can't have a value of the type {type(value).__name__}.")
    elif isinstance(value, int | float) and not _is_number(value):
        raise ValueError("A cell can't have NaN, an infinite number, or a number that is too large for JSON.")


def _require_link(value: Json) -> None:
    if isinstance(value, dict) and not is_link(value):
        raise TypeError('A cell can have {"value": …, "hyperlink": …}, but no other dict.')


def _is_number(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:
        return False


def _require_json(value: object) -> None:
    """Raise TypeError if `value`, the value that the person saw, isn't JSON. Any JSON is accepted, because a browser
    can send any JSON.
    """
    if isinstance(value, list):
        for one in value:
            _require_json(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            _require_json([name, one])
    elif value is not None and not isinstance(value, bool | int | float | str):
        raise TypeError(f"`shown` must be JSON. It can't have a value of the type {type(value).__name__}.")
