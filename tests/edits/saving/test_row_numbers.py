"""Row numbers in predecessors, without a sheet in Smartsheet."""

from __future__ import annotations

from dataclasses import replace

from edits.saving.changes import CellChange, UpdateRow
from edits.saving.row_numbers import with_current_numbers
from edits.sheets.sheet import Outline, Sheet

PLAN = {"id": 1, "columns": [{"id": 7, "title": "Predecessors", "type": "PREDECESSOR"}]}


def test_all_cells_of_a_large_save_get_the_current_numbers() -> None:
    sheet = replace(Sheet.parse(PLAN), outline=Outline(tuple(range(1, 20_001)), frozenset()))
    changes = [UpdateRow(row, (CellChange(7, "1", typed="2SS"),)) for row in range(1, 501)]
    found = with_current_numbers(changes, sheet, {1: 11, 2: 12})
    assert {change.cells[0] for change in found if isinstance(change, UpdateRow)} == {CellChange(7, "11", typed="12SS")}
