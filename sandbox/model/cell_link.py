"""Updates linked cells. A linked cell shows the current value of a cell in another sheet."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sandbox.clock import now
from sandbox.model.event_bus import on_cell, on_sheet
from sandbox.model.formula import recalculate
from sandbox.model.sheet import CellRef, Row, Sheet
from sandbox.model.state import CELL_LINK_USER, State


def register(state: State, sheet: Sheet, row: Row, column_ids: list[int]) -> None:
    """Update the links of a row's cells in these columns. Each source sheet has a list of the cells that are linked to
    it (`links_out`). Remove the cells' old links from these lists, and add their new ones. Call this after a write.
    """
    for column_id in column_ids:
        here = CellRef(sheet.id, row.id, column_id)
        forget(state, here)
        if link := row.cell(column_id).link:
            state.sheets[link.sheet_id].links_out.append((link, here))


def forget(state: State, destination: CellRef) -> None:
    """Remove the link of a cell that was deleted or unlinked."""
    for sheet in state.sheets.values():
        if sheet.links_out:
            sheet.links_out = [pair for pair in sheet.links_out if pair[1] != destination]


def cut(state: State, gone: Sheet) -> None:
    """Delete the links in a sheet that is being deleted. Links from other sheets to its cells become broken."""
    for sheet in state.sheets.values():
        sheet.links_out = [pair for pair in sheet.links_out if pair[1].sheet_id != gone.id]
    gone.rows = []
    gone.insert(0, [])
    propagate(state, gone, at=now())


def propagate(state: State, sheet: Sheet, *, at: datetime, depth: int = 10) -> None:
    """Copy the values of a sheet's cells to the cells that are linked to them. Then calculate the formulas that use the
    linked cells. If the source of a link no longer exists, the link becomes broken.
    """
    links: dict[int, list[tuple[CellRef, CellRef]]] = {}
    for link in sheet.links_out:
        links.setdefault(link[1].sheet_id, []).append(link)
    for target_id, pairs in links.items():
        target = state.sheets.get(target_id)
        changed = _carry_all(state, sheet, target, pairs, at) if target else []
        if target and changed:
            recalculate(target, changed)
            target.changed(at=at)
            if depth:
                propagate(state, target, at=at, depth=depth - 1)


def _carry_all(
    state: State, sheet: Sheet, target: Sheet, pairs: list[tuple[CellRef, CellRef]], at: datetime
) -> list[Row]:
    """Copy the values of source cells in `sheet` to the linked cells in `target`. Returns the rows that changed."""
    changed = []
    for source, destination in pairs:
        row = target.row(destination.row_id)
        if row and _carry(sheet, source, row, destination.column_id, at):
            changed.append(row)
            state.announce(on_sheet(target.id, "row", row.id, "updated", by=CELL_LINK_USER))
            state.announce(on_cell(target.id, row.id, destination.column_id, "updated", by=CELL_LINK_USER))
    return changed


def link_status(state: State, other: Sheet | None, start: CellRef, reader: int | None) -> str:
    """Return the status of a cell link, as this reader sees it. `other` is the sheet at the other end of the link.

    To find circular links, follow the link of the cell `start` to its source cell, the link of this source cell, and so
    on. If the same cell is reached again, the link is circular.
    """
    if other is None:
        return "BROKEN"
    if reader is not None and not other.access_of(reader):
        return "INACCESSIBLE"
    passed, here = set[CellRef](), start
    while here not in passed:
        passed.add(here)
        sheet = state.sheets.get(here.sheet_id)
        row = sheet.row(here.row_id) if sheet else None
        link = row.cell(here.column_id).link if row else None
        if link is None:
            return "OK"
        here = link
    return "CIRCULAR"


def linked_sheet(sheet_id: int, sheet: Sheet | None, reader: int | None) -> dict[str, Any]:
    """Return the part of a link's JSON that names a sheet. People who can't see the sheet don't get its name."""
    is_visible = sheet is not None and (reader is None or sheet.access_of(reader))
    return {"sheetId": sheet_id, "sheetName": sheet.name if sheet and is_visible else ""}


def _carry(sheet: Sheet, source: CellRef, row: Row, column_id: int, at: datetime) -> bool:
    """Copy the value of the source cell to the cell that is linked to it. Returns whether the linked cell changed."""
    origin = sheet.row(source.row_id)
    old = row.cell(column_id)
    if origin is None or sheet.column(source.column_id) is None:
        new = replace(old, link_broken=True)
    else:
        cell = origin.cell(source.column_id)
        new = replace(old, value=cell.value, display=cell.display, object_value=cell.object_value, link_broken=False)
    row.write(column_id, new, at=at, by=CELL_LINK_USER)
    return new != old
