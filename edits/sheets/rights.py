"""Why a person can't change a sheet, a row or a cell here, each as a sentence; "" where they can."""

from __future__ import annotations

from edits.sheets.column_types import column_type
from edits.sheets.sheet import Access, Cell, Column, Row, Sheet


def why_read_only(sheet: Sheet, column: Column, row: Row | None = None) -> str:
    """Why this person can't change the cell. Without a row: the cell of one that is to be added."""
    if reason := why_no_edits(sheet.access):
        return reason
    cell = row.cell(column) if row else Cell(column_id=column.id)
    return column_type(column).why_read_only(cell, is_row_locked=bool(row and row.is_locked_for_user))


def why_no_edits(access: Access) -> str:
    """Why this person can't change anything on the sheet."""
    if access.is_editor:
        return ""
    may = "look and comment" if access is Access.COMMENTER else "only look"
    return f"You can {may}: ask the owner of the sheet to share it with you as an editor."


def why_not_deleted(sheet: Sheet, row: Row) -> str:
    """Why this person can't delete the row with those beneath it."""
    if any(one.is_locked_for_user for one in sheet.family(row.id)):
        return "It or a row beneath it is locked: only admins of the sheet can delete it."
    return why_no_edits(sheet.access)
