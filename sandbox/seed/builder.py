"""Builds the sheets of the initial state.

Each row is described by a dictionary of its values, whose keys are the titles of the columns.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.model.access import Access
from sandbox.model.cell_values import Reading, read_object, read_value
from sandbox.model.formula import recalculate
from sandbox.model.row_change import auto_number
from sandbox.model.sheet import Cell, Column, Row, Sheet
from sandbox.model.state import State

MONDAY = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
IDS_PER_SHEET = 10_000_000


class Builder:
    """Builds one sheet. Its ids depend only on the number `place`, so they stay the same if other sheets are added."""

    def __init__(self, state: State, name: str, *, place: int, owner: int, shares: dict[int, Access]) -> None:
        self.state = state
        state.ids_given = place * IDS_PER_SHEET
        self.sheet = Sheet(state.new_id(), name, owner, MONDAY, MONDAY, shares=shares)
        state.sheets[self.sheet.id] = self.sheet

    def column(self, title: str, kind: str = "TEXT_NUMBER", **attributes: Any) -> Column:
        """Add a column."""
        column = Column(self.state.new_id(), title, kind, **attributes)
        self.sheet.columns.append(column)
        return column

    def row(self, values: dict[str, Any], *, parent: Row | None = None, by: int | None = None) -> Row:
        """Add a row at the end, and return it. Each row is made one minute after the previous row."""
        at, writer = MONDAY + timedelta(minutes=len(self.sheet.rows)), by or self.sheet.owner_id
        row = Row(self.state.new_id(), at, writer, at, writer, parent_id=parent.id if parent else None)
        for column in self.sheet.columns:
            if column.title in values:
                row.cells[column.id] = self._cell(column, values[column.title])
            if column.system_type == "AUTO_NUMBER":
                row.number = auto_number(column.auto_number or {}, column.next_number)
                column.next_number += 1
        self.sheet.rows.append(row)
        return row

    def change(self, row: Row, title: str, value: Any, *, by: int, days: int) -> None:
        """Change a cell as the person with the id `by`, `days` days after the sheet was made."""
        column = self._column(title)
        row.write(column.id, self._cell(column, value), at=MONDAY + timedelta(days=days), by=by)

    def finish(self) -> Sheet:
        """Calculate the formulas and return the sheet."""
        written = [dict(row.history) for row in self.sheet.rows]
        recalculate(self.sheet, self.sheet.rows)
        for row, history in zip(self.sheet.rows, written, strict=True):
            row.history = history
        self.sheet.modified_at = max((row.modified_at for row in self.sheet.rows), default=MONDAY)
        self.sheet.version = 1 + sum(len(revisions) for row in self.sheet.rows for revisions in row.history.values())
        return self.sheet

    def _column(self, title: str) -> Column:
        return next(column for column in self.sheet.columns if column.title == title)

    def _cell(self, column: Column, value: Any) -> Cell:
        if isinstance(value, Cell):
            return value
        if isinstance(value, str) and value.startswith("="):
            return Cell(formula=value)
        if column.type == "MULTI_PICKLIST":
            value = {"objectType": "MULTI_PICKLIST", "values": value}
        if column.type == "MULTI_CONTACT_LIST":
            value = {"objectType": "MULTI_CONTACT", "values": [{"email": email} for email in value]}
        reading = Reading(self.state)
        return read_object(column, value, reading) if isinstance(value, dict) else read_value(column, value, reading)
