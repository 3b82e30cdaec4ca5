"""Columns and cells in Smartsheet's JSON."""

from typing import Any

from edits.sheets.column_types import ColumnType, column_type
from edits.sheets.sheet import Cell, Column
from identity.profiles.profile import Profile
from identity.profiles.readers import Reader, reader_of


def kind_of(name: str, **raw: Any) -> ColumnType:
    """Return the ColumnType for a column whose type has this name in Smartsheet's API."""
    return column_type(Column.parse({"id": 1, "title": "X", "type": name, **raw}))


def cell(**raw: Any) -> Cell:
    return Cell.parse({"columnId": 1, **raw})


def reader(locale: str) -> Reader:
    """A reader in Berlin, who reads numbers and days in the format of `locale`."""
    return reader_of(Profile("sandbox", 1, {"timeZone": "Europe/Berlin", "locale": locale}))
