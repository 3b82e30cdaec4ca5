"""Makes the budget, the snagging list, an empty sheet, and a sheet of any size."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.model.access import Access
from sandbox.model.sheet import Cell, Row, Sheet
from sandbox.model.state import State
from sandbox.seed.builder import MONDAY, Builder
from sandbox.seed.people import ALICE, BOB, CHARLIE, ERIKA


def budget(state: State) -> Sheet:
    """Build the budget. Cells of the site plan are linked to its amounts."""
    shares = {BOB: Access.VIEWER, CHARLIE: Access.EDITOR, ERIKA: Access.ADMIN}
    build = Builder(state, "Budget", place=2, owner=ALICE, shares=shares)
    build.column("Line", primary=True, width=220)
    build.column("Amount")
    build.column("Approved", "CHECKBOX")
    build.column("Approved on", "DATE")
    lines = [
        ("Groundworks", 84_000, True, "2025-11-14"),
        ("Structure", 310_000, True, "2025-11-14"),
        ("Envelope", 178_500, True, "2025-12-02"),
        ("Services", 142_750.5, False, None),
        ("Finishes", 96_400, False, None),
        ("Contingency", 40_000, True, "2025-12-02"),
    ]
    for line, amount, approved, day in lines:
        build.row({"Line": line, "Amount": amount, "Approved": approved, "Approved on": day})
    return build.finish()


def snagging_list(state: State) -> Sheet:
    """Build Bob's own sheet, which no one else can see."""
    build = Builder(state, "Snagging list", place=3, owner=BOB, shares={})
    build.column("Defect", primary=True, width=300)
    build.column("Where", "PICKLIST", options=["Ground floor", "First floor", "Roof", "Outside"])
    build.column("Fixed", "CHECKBOX")
    build.row({"Defect": "Door to plant room sticks", "Where": "Ground floor", "Fixed": False})
    build.row({"Defect": "Scratched glass, window 14", "Where": "First floor", "Fixed": True})
    build.row({"Defect": "Gutter bracket loose", "Where": "Roof"})
    return build.finish()


def empty_sheet(state: State) -> Sheet:
    """Build a sheet that has columns but no rows."""
    build = Builder(state, "Empty sheet", place=4, owner=ALICE, shares={BOB: Access.EDITOR})
    build.column("Name", primary=True)
    build.column("Value")
    return build.finish()


KINDS: list[tuple[str, Callable[[int], Cell]]] = [
    ("TEXT_NUMBER", lambda n: Cell(text := f"Item {n} of the large sheet", text)),
    ("TEXT_NUMBER", lambda n: Cell(n * 7 % 10_000 / 4, f"{n * 7 % 10_000 / 4:g}")),
    ("DATE", lambda n: Cell(f"2026-{n % 12 + 1:02}-{n % 28 + 1:02}")),
    ("CHECKBOX", lambda n: Cell(value=n % 3 == 0)),
    ("PICKLIST", lambda n: Cell(text := ("Red", "Yellow", "Green")[n % 3], text)),
]


def large_sheet(state: State, *, rows: int, columns: int) -> Sheet:
    """Build a sheet with this many rows and columns. The types of columns alternate."""
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
