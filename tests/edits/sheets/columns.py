"""Columns and cells in Smartsheet's JSON."""

from typing import Any

from edits.sheets.column_types import ColumnType, column_type
from edits.sheets.sheet import Cell, Column
from identity.profiles.profile import Profile
from identity.profiles.readers import Reader, reader_of


def kind_of(name: str, **raw: Any) -> ColumnType:
    """Return the column type of a column whose type has this name."""
    return column_type(Column.parse({"id": 1, "title": "X", "type": name, **raw}))


def cell(**raw: Any) -> Cell:
    return Cell.parse({"columnId": 1, **raw})


def reader(locale: str) -> Reader:
    """A reader with this format of numbers and days, in Berlin."""
    return reader_of(Profile("sandbox", 1, {"timeZone": "Europe/Berlin", "locale": locale}))
