"""A sheet of any size, for measuring."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.model.access import Access
from sandbox.model.sheet import Cell, Row, Sheet
from sandbox.model.state import State
from sandbox.seed.builder import MONDAY, Builder
from sandbox.seed.people import ALICE, BOB, CHARLIE, ERIKA

KINDS: list[tuple[str, Callable[[int], Cell]]] = [
    ("TEXT_NUMBER", lambda n: Cell(text := f"Item {n} of the large sheet", text)),
    ("TEXT_NUMBER", lambda n: Cell(n * 7 % 10_000 / 4, f"{n * 7 % 10_000 / 4:g}")),
    ("DATE", lambda n: Cell(f"2026-{n % 12 + 1:02}-{n % 28 + 1:02}")),
    ("CHECKBOX", lambda n: Cell(value=n % 3 == 0)),
    ("PICKLIST", lambda n: Cell(text := ("Red", "Yellow", "Green")[n % 3], text)),
]


def large_sheet(state: State, *, rows: int, columns: int) -> Sheet:
    """So many rows of so many columns, the kinds of column taking turns."""
    shares = {BOB: Access.EDITOR, CHARLIE: Access.VIEWER, ERIKA: Access.ADMIN}
    build = Builder(state, "Large sheet", place=5, owner=ALICE, shares=shares)
    makers = []
    for position in range(columns):
        kind, make = KINDS[position % len(KINDS)]
        symbol = "RYG" if kind == "PICKLIST" else None
        column = build.column(f"Column {position + 1}", kind, primary=position == 0, symbol=symbol)
        makers.append((column.id, position, make))
    for number in range(1, rows + 1):
        row = Row(state.new_id(), MONDAY, ALICE, MONDAY, ALICE)
        row.cells = {column_id: make(number + position) for column_id, position, make in makers}
        build.sheet.rows.append(row)
    return build.sheet
