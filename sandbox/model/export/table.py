"""The content of an exported sheet: the titles of columns, and the texts of cells."""

from __future__ import annotations

import io
from collections.abc import Iterator
from csv import writer
from dataclasses import dataclass
from typing import Any

from sandbox.model.cell_values import text_of
from sandbox.model.sheet import Sheet

Json = Any


@dataclass(frozen=True, slots=True)
class Table:
    """The titles of the columns, and for each row a list of its cells as JSON."""

    name: str
    titles: list[str]
    rows: list[list[Json]]

    @classmethod
    def of(cls, sheet: Sheet, rows: list[Json]) -> Table:
        """Return a table with all columns of the sheet and with these rows. The rows are JSON, as in answers."""
        return cls(sheet.name, [column.title for column in sheet.columns], [row["cells"] for row in rows])

    def texts(self) -> Iterator[list[str]]:
        """Yield the titles, and then the texts of each row."""
        yield self.titles
        for row in self.rows:
            yield [shown(cell) for cell in row]


def shown(cell: Json) -> str:
    """Return the text of a cell."""
    display = cell.get("displayValue")
    return str(display) if display is not None else text_of(cell.get("value"))


def number(cell: Json) -> int | float | None:
    """Return the number in a cell; None if the cell has no number."""
    value = cell.get("value")
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def csv(table: Table, _paper: str) -> bytes:
    """Return the table as CSV in UTF-8. The first line has the titles, and line ends are as in RFC 4180."""
    buffer = io.StringIO(newline="")
    writer(buffer).writerows(table.texts())
    return buffer.getvalue().encode()
