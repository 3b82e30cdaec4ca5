"""Turns a sheet into a table for a page. Marks in the table say why something can't be changed."""

from __future__ import annotations

from dataclasses import dataclass

from edits.sheets import formula_errors
from edits.sheets.column_types import column_type
from edits.sheets.sheet import Cell, Column, Row, Sheet
from edits.widgets.links import link_of
from edits.widgets.symbols import drawing
from identity.profiles import readers


@dataclass(frozen=True, slots=True)
class Mark:
    """An icon next to a column, row or cell: the icon's name, and a sentence that explains the icon."""

    icon: str
    meaning: str


@dataclass(frozen=True, slots=True)
class TableCell:
    """One cell of the table."""

    column: Column
    text: str
    mark: Mark | None
    link: str = ""
    symbol: str = ""

    @property
    def is_plain(self) -> bool:
        """True if the cell shows only text and isn't in the primary column."""
        return not (self.mark or self.link or self.symbol or self.column.is_primary)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of the table. `label` is the row's name in words."""

    row: Row
    label: str
    mark: Mark | None
    cells: tuple[TableCell, ...]

    @property
    def indent(self) -> str:
        """Return a string with one character for each level that the row is indented. A template loops over the
        characters.
        """
        return "·" * self.row.depth


@dataclass(frozen=True, slots=True)
class Table:
    """The visible part of a sheet."""

    columns: tuple[tuple[Column, Mark | None], ...]
    rows: tuple[TableRow, ...]


def table_of(sheet: Sheet) -> Table:
    """Return the table of a sheet: its visible columns, and the rows that were read."""
    columns = sheet.visible_columns
    kinds = [column_type(column) for column in columns]
    reader = readers.current()
    rows = (
        TableRow(
            row=row,
            label=sheet.label(row),
            mark=row_mark(row),
            cells=tuple(
                TableCell(
                    column=kind.column,
                    text=kind.shown(cell, reader),
                    mark=cell_mark(kind.column, cell),
                    link=link_of(cell),
                    symbol=drawing(kind.column, cell) if kind.column.symbol else "",
                )
                for kind in kinds
                for cell in [row.cell(kind.column)]
            ),
        )
        for row in sheet.rows
    )
    return Table(columns=tuple((column, column_mark(column)) for column in columns), rows=tuple(rows))


def column_mark(column: Column) -> Mark | None:
    """Return a mark that says why the whole column can't be changed; None if the column can be changed."""
    if column.system_type:
        return Mark("gear", "Smartsheet fills in this column.")
    if column.formula:
        return Mark("calculator", f"A formula calculates this column: {column.formula}")
    return _lock("column", is_locked=column.is_locked, is_locked_for_user=column.is_locked_for_user)


def row_mark(row: Row) -> Mark | None:
    """Return a mark that says why the whole row can't be changed; None if the row can be changed."""
    return _lock("row", is_locked=row.is_locked, is_locked_for_user=row.is_locked_for_user)


def cell_mark(column: Column, cell: Cell) -> Mark | None:
    """Return a mark that explains the error in this cell. If the cell has no error, but has a formula of its own or a
    link to a cell of another sheet, the mark says so. Return None if the cell needs no mark.
    """
    if error := formula_errors.meaning(cell):
        return Mark("exclamation-triangle", f"{error} {cell.formula}".strip())
    if cell.formula and not column.formula:
        return Mark("calculator", f"A formula calculates this cell: {cell.formula}")
    return Mark("link-45deg", "This cell is linked to a cell of another sheet.") if cell.is_link else None


def _lock(what: str, *, is_locked: bool, is_locked_for_user: bool) -> Mark | None:
    if is_locked_for_user:
        return Mark("lock", f"This {what} is locked: only admins of the sheet can change it.")
    meaning = f"This {what} is locked. You can change it, because you are an admin of the sheet."
    return Mark("unlock", meaning) if is_locked else None
