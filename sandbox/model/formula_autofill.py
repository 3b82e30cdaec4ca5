"""Fills formulas into new rows that a form or a person in Smartsheet's app adds, if the rows next to them have the
same formula.

https://help.smartsheet.com/articles/1641473: Conditions that trigger formula autofill
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.model.formula_references import filled_down
from sandbox.model.row_change import RowEdit
from sandbox.model.row_location import Location
from sandbox.model.sheet import Cell, Column, Row, Sheet


def autofill(sheet: Sheet, edits: list[RowEdit]) -> None:
    """Add formulas to new rows, which aren't in the sheet yet. This copies a formula that two neighbouring rows share.

    The neighbouring rows are the row above and the row below the new rows. If the new rows come last, they are the
    sheet's last two rows. If the new rows come first, they are its first two rows. Nothing is copied unless the
    neighbouring rows and the new rows have the same parent row.
    """
    if not edits:
        return
    parent_id, index = (edits[0].location or Location()).target(sheet)
    pair, distance = _neighbors(sheet, index)
    if len(pair) < 2 or any(row.parent_id != parent_id for row in pair):
        return
    for column in sheet.columns:
        formula = _shared_formula(pair, column)
        for number, edit in enumerate(edits if formula else []):
            old = edit.cells.get(column.id, Cell())
            if old.value is None and old.formula is None:
                edit.cells[column.id] = replace(old, formula=filled_down(formula, distance + number))


def _neighbors(sheet: Sheet, index: int) -> tuple[list[Row], int]:
    """Return the two neighbouring rows that autofill() compares. Also return how many rows the first new row is below
    the first neighbouring row.
    """
    if index == len(sheet.rows):
        return sheet.rows[-2:], 2
    return (sheet.rows[:2], 0) if index == 0 else (sheet.rows[index - 1 : index + 1], 1)


def _shared_formula(pair: list[Row], column: Column) -> str:
    """Return the first row's formula if the second row has the same formula. If not, return ""."""
    first, second = (row.cell(column.id).formula or "" for row in pair)
    is_calculated = column.formula or column.system_type or column.tags
    return first if first and not is_calculated and filled_down(first, 1) == second else ""
