"""Project columns (start, finish, duration, progress, predecessors), and checks of what can be written into them.

https://help.smartsheet.com/articles/765737-project-sheet-columns-start-date-end-date-duration-complete-and-predecessors
"""

from __future__ import annotations

from typing import Any

from sandbox.errors import ApiError
from sandbox.model.sheet import Cell, Column, Row, Sheet

Json = Any

PROJECT_TYPES = ("ABSTRACT_DATETIME", "DURATION", "PREDECESSOR")
START, FINISH = "GANTT_START_DATE", "GANTT_END_DATE"
DURATION, PREDECESSORS, COMPLETE = "GANTT_DURATION", "GANTT_PREDECESSOR", "GANTT_PERCENT_COMPLETE"
ROLLED_UP = frozenset({START, FINISH, DURATION, COMPLETE})

# Smartsheet refuses the following writes too, but its error codes for them aren't known. 1031 stands for these codes.
UNKNOWN_CODE = 1031
OF_PARENT = "The column {0} of a parent row is calculated from its child rows, so it can't be written."
BY_PREDECESSORS = "The start of a row with predecessors is calculated, so it can't be written."
NO_PREDECESSORS_OF_PARENT = "The sandbox doesn't support predecessors of a parent row, so they can't be written."
ONLY_VALUES = "The cells of project columns can't have formulas, links or images."


def tagged(sheet: Sheet, tag: str) -> Column | None:
    """Return the sheet's column with this tag; None if there is none."""
    return next((column for column in sheet.columns if tag in column.tags), None)


def predecessors_of(sheet: Sheet, row: Row) -> list[dict[str, Json]]:
    """Return the predecessors of a row, as the row stores them."""
    column = tagged(sheet, PREDECESSORS)
    return (row.cell(column.id).object_value or {}).get("predecessors", []) if column else []


def check_item(column: Column, item: dict[str, Json]) -> None:
    """Raise ApiError 1080 if the column is the finish, which can't be written. Raise ApiError 1031 if the column is
    another project column, and the cell in `item` has a formula, a link or an image.
    """
    if FINISH in column.tags:
        raise ApiError(1080)
    others = ("formula", "linkInFromCell", "hyperlink", "image")
    if _is_scheduled(column) and any(item.get(name) is not None for name in others):
        raise ApiError(UNKNOWN_CODE, message=ONLY_VALUES)


def check_cells(sheet: Sheet, row: Row | None, cells: dict[int, Cell]) -> None:
    """Raise ApiError 1031 if one of these cells can't be written into the row: a calculated cell or the predecessors of
    a parent row, or the start of a row that keeps its predecessors.

    If `row` is None, the row is new, and all cells are accepted. If a new row has a start and predecessors, its start
    is calculated from the predecessors.
    """
    if row is None or sheet.settings.project is None:
        return
    columns = [column for column in sheet.columns if column.id in cells and column.tags]
    is_parent = bool(columns) and any(other.parent_id == row.id for other in sheet.rows)
    for column in columns:
        if is_parent and ROLLED_UP & set(column.tags):
            raise ApiError(UNKNOWN_CODE, message=OF_PARENT.format(column.id))
        if is_parent and PREDECESSORS in column.tags and cells[column.id].object_value:
            raise ApiError(UNKNOWN_CODE, message=NO_PREDECESSORS_OF_PARENT)
        if START in column.tags and not _clears_predecessors(sheet, cells) and predecessors_of(sheet, row):
            raise ApiError(UNKNOWN_CODE, message=BY_PREDECESSORS)


def _clears_predecessors(sheet: Sheet, cells: dict[int, Cell]) -> bool:
    column = tagged(sheet, PREDECESSORS)
    return bool(column and column.id in cells and not cells[column.id].object_value)


def _is_scheduled(column: Column) -> bool:
    return column.type in PROJECT_TYPES or COMPLETE in column.tags
