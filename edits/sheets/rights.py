"""Says why a person can't change a sheet, a row or a cell here. Each function returns a sentence, or "" if the person
can make the change.
"""

from __future__ import annotations

from edits.sheets.column_types import ColumnType, column_type
from edits.sheets.sheet import Access, Cell, Column, Row, Sheet

FROM_CHILDREN = "Smartsheet calculates this cell from the child rows."


def why_read_only(sheet: Sheet, column: Column, row: Row | None = None, *, kind: ColumnType | None = None) -> str:
    """Return why this person can't change the cell in this row and column. If `row` is None, the cell is in a new row.
    If the caller already has the column's ColumnType, it is passed as `kind`, because making a ColumnType is slow.
    """
    if reason := why_no_edits(sheet.access):
        return reason
    cell = row.cell(column) if row else Cell(column_id=column.id)
    reason = (kind or column_type(column)).why_read_only(cell, is_row_locked=bool(row and row.is_locked_for_user))
    if not reason and row and column.is_rolled_up and sheet.is_parent(row):
        return FROM_CHILDREN
    return reason


def why_no_edits(access: Access) -> str:
    """Return why this person can't change anything on the sheet."""
    if access.is_editor:
        return ""
    may = "look and comment" if access is Access.COMMENTER else "only look"
    return f"You can {may}: ask the owner of the sheet to share it with you as an editor."


def why_not_deleted(sheet: Sheet, row: Row) -> str:
    """Return why this person can't delete the row with all its child rows, at every level."""
    if any(one.is_locked_for_user for one in sheet.family(row.id)):
        return "This row or a child row is locked, so only admins of the sheet can delete this row."
    return why_no_edits(sheet.access)
