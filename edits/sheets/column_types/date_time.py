"""DATETIME, which only system columns have, and ABSTRACT_DATETIME, the start and end of a project plan's tasks."""

from __future__ import annotations

import re
from typing import ClassVar

from edits.sheets.column_types.base import ColumnType
from edits.sheets.column_types.date import day_of
from edits.sheets.sheet import Cell, parse_time
from identity.profiles.readers import Reader

ISO_MOMENT = re.compile(r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(T[0-9:.]+Z?)?")


class DateTime(ColumnType):
    """A moment, in the reader's time zone."""

    __slots__ = ()

    def shown(self, cell: Cell, reader: Reader) -> str:
        moment = parse_time(cell.value)
        return reader.local(moment) if moment else super().shown(cell, reader)


class ProjectDate(ColumnType):
    """A day, or a day with a time, of a project plan. Changing it moves other tasks, which Smartsheet alone can do.

    The API never takes an end date, nor the start of a task with predecessors.
    """

    __slots__ = ()
    why_not_here: ClassVar[str] = "The dates of a project plan are changed in Smartsheet itself."

    def shown(self, cell: Cell, reader: Reader) -> str:
        match = ISO_MOMENT.fullmatch(str(cell.value))
        day = day_of(match["day"]) if match else None
        return reader.locale.day(day) if day else super().shown(cell, reader)
