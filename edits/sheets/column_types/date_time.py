"""Handles DATETIME and ABSTRACT_DATETIME columns. Only system columns are DATETIME columns. ABSTRACT_DATETIME columns
have the start and end of a project plan's tasks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from edits.sheets.column_types.base import ColumnType
from edits.sheets.column_types.date import DateType, day_of
from edits.sheets.held_values import Value
from edits.sheets.sheet import FINISH, START, Cell, Json, parse_time
from identity.profiles.readers import Reader

ISO_MOMENT = re.compile(r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(T[0-9:.]+Z?)?")
DAY_BEGINS = "T08:00:00"  # the time at which Smartsheet lets a task begin; it isn't shown
BY_PREDECESSORS = "=CALCSTART("  # the formula that Smartsheet reports for the start of a row with predecessors


class DateTime(ColumnType):
    """The type of columns whose cells have a day and a time. Both are shown in the reader's time zone."""

    __slots__ = ()

    def shown(self, cell: Cell, reader: Reader) -> str:
        moment = parse_time(cell.value)
        return reader.local(moment) if moment else super().shown(cell, reader)


class ProjectDate(DateType):
    """The type of a project plan's columns whose cells have a day, or a day with a time. People see and type only days.

    Smartsheet calculates the end of each task, and the start of a task with predecessors. Its API doesn't let anyone
    write these dates.
    """

    __slots__ = ()
    why_not_here: ClassVar[str] = ""

    def shown(self, cell: Cell, reader: Reader) -> str:
        return super().shown(self._by_day(cell), reader)

    def typed(self, cell: Cell, reader: Reader) -> str:
        return super().typed(self._by_day(cell), reader)

    def parse(self, typed: str | Sequence[str], cell: Cell, reader: Reader) -> Value:
        value = super().parse(typed, self._by_day(cell), reader)
        day: Value = self.after(value, cell)
        return day

    def after(self, value: Json, cell: Cell) -> Json:
        """Return the cell's value after the write. If only a day is written, Smartsheet adds a time of day."""
        after = super().after(value, cell)
        return f"{after}{DAY_BEGINS}" if day_of(after) else after

    def _to_send(self, value: Json, cell: Cell) -> dict[str, Json]:
        match = ISO_MOMENT.fullmatch(str(value))
        return super()._to_send(match["day"] if match else value, cell)

    def why_not_held(self, value: Json) -> str:
        match = ISO_MOMENT.fullmatch(str(value))
        return super().why_not_held(match["day"] if match else value)

    def why_read_only(self, cell: Cell, *, is_row_locked: bool = False) -> str:
        if FINISH in self.column.tags:
            return "Smartsheet calculates this date. Change the start or the duration instead."
        if cell.formula.startswith(BY_PREDECESSORS):
            return "Smartsheet calculates this date from the row's predecessors. Change the predecessors instead."
        if START not in self.column.tags:
            return "You can change these dates of a project plan only in Smartsheet itself."
        return super().why_read_only(cell, is_row_locked=is_row_locked)

    def _by_day(self, cell: Cell) -> Cell:
        """Return the cell without the time of day."""
        match = ISO_MOMENT.fullmatch(str(cell.value))
        return replace(cell, value=match["day"]) if match and day_of(match["day"]) else cell
