"""What a file of a sheet holds: titles, and what the cells show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandbox.sheets import Cell, Primitive, Row, Sheet
from sandbox.values import text_of


@dataclass(frozen=True, slots=True)
class Table:
    """The titles of the columns, and a list of cells for each row."""

    name: str
    titles: list[str]
    rows: list[list[Cell]]

    @classmethod
    def of(cls, sheet: Sheet, rows: Iterable[Row]) -> Table:
        """All columns of these rows."""
        columns = [column.id for column in sheet.columns]
        cells = [[row.cell(column_id) for column_id in columns] for row in rows]
        return cls(sheet.name, [column.title for column in sheet.columns], cells)

    def texts(self) -> Iterator[list[str]]:
        """Titles first, then the rows, as they read in the grid."""
        yield self.titles
        for row in self.rows:
            yield [shown(cell) for cell in row]


def shown(cell: Cell) -> str:
    """What a cell shows."""
    return cell.display if cell.display is not None else text_of(cell.value)


def number(cell: Cell) -> Primitive:
    """The number that a cell holds; None for anything else."""
    is_number = isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool)
    return cell.value if is_number else None
