"""The smaller sheets: each with other people in other roles."""

from __future__ import annotations

from sandbox.model.access import Access
from sandbox.model.sheet import Sheet
from sandbox.model.state import State
from sandbox.seed.builder import Builder
from sandbox.seed.people import ALICE, BOB, CHARLIE, ERIKA


def budget(state: State) -> Sheet:
    """What the site plan's money comes from."""
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
    """Bob's own; nobody else sees it."""
    build = Builder(state, "Snagging list", place=3, owner=BOB, shares={})
    build.column("Defect", primary=True, width=300)
    build.column("Where", "PICKLIST", options=["Ground floor", "First floor", "Roof", "Outside"])
    build.column("Fixed", "CHECKBOX")
    build.row({"Defect": "Door to plant room sticks", "Where": "Ground floor", "Fixed": False})
    build.row({"Defect": "Scratched glass, window 14", "Where": "First floor", "Fixed": True})
    build.row({"Defect": "Gutter bracket loose", "Where": "Roof"})
    return build.finish()


def empty_sheet(state: State) -> Sheet:
    """Columns, and not one row."""
    build = Builder(state, "Empty sheet", place=4, owner=ALICE, shares={BOB: Access.EDITOR})
    build.column("Name", primary=True)
    build.column("Value")
    return build.finish()
