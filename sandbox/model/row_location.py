"""Finds where rows are inserted or moved to.
https://developers.smartsheet.com/api/smartsheet/openapi/rows: Specify Row Location
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.errors import ApiError
from sandbox.model.cell_parsing import check_type
from sandbox.model.sheet import Row, Sheet

Json = Any

ATTRIBUTES = ("toTop", "toBottom", "parentId", "siblingId", "above", "indent", "outdent")


@dataclass(frozen=True, slots=True)
class Location:
    """The place in a sheet that a request names for its rows. `check` raises ApiError if there is no such place."""

    to_top: bool = False
    to_bottom: bool = False
    parent_id: int | None = None
    sibling_id: int | None = None
    above: bool = False
    indent: bool = False
    outdent: bool = False

    def check(self, sheet: Sheet, row: Row | None) -> None:
        """Raise ApiError (1062, 1063, 1064, 1185) if the row can't be put at this location.

        `row` is None for a new row.
        """
        own = {member.id for member in sheet.family(row)} if row else set()
        if self.parent_id is not None:
            _check_parent(sheet, sheet.row(self.parent_id), own, self.parent_id)
        if self.sibling_id is not None and (sheet.row(self.sibling_id) is None or self.sibling_id in own):
            raise ApiError(1064, self.sibling_id)
        if self.indent and row:
            above = sheet.place(row).sibling_id
            if above is None:
                raise ApiError(1062)
            _check_parent(sheet, sheet.row(above), own, above)
        if (self.indent or self.outdent) and row is None:
            raise ApiError(1062)
        if self.outdent and row and row.parent_id is None:
            raise ApiError(1062)

    def target(self, sheet: Sheet) -> tuple[int | None, int]:
        """Return the id of the new parent, and the index at which the first row is inserted.

        If the location is an indent or outdent, don't use the result.
        """
        if (sibling := sheet.row(self.sibling_id)) is not None:
            return sibling.parent_id, sheet.index(sibling) if self.above else sheet.end_of(sibling)
        if (parent := sheet.row(self.parent_id)) is not None:
            return parent.id, sheet.end_of(parent) if self.to_bottom else sheet.index(parent) + 1
        return None, 0 if self.to_top else len(sheet.rows)


def read_location(item: dict[str, Json]) -> Location | None:
    """Return the location in a row's JSON; None if there is none.

    Raises ApiError 1062 if the attributes of the location contradict each other.
    """
    for name in ("toTop", "toBottom", "above"):
        check_type(item, name, bool)
    for name in ("parentId", "siblingId", "indent", "outdent"):
        check_type(item, name, int)
    asked = {name for name in ATTRIBUTES if item.get(name) not in (None, False)}
    if not asked:
        return None
    if len(asked) > 1 and asked not in ({"parentId", "toBottom"}, {"siblingId", "above"}):
        raise ApiError(1062)
    if asked == {"above"} or item.get("indent") not in (None, 1) or item.get("outdent") not in (None, 1):
        raise ApiError(1062)
    return Location(
        to_top="toTop" in asked,
        to_bottom="toBottom" in asked,
        parent_id=item.get("parentId"),
        sibling_id=item.get("siblingId"),
        above="above" in asked,
        indent="indent" in asked,
        outdent="outdent" in asked,
    )


def insert_rows(sheet: Sheet, rows: list[Row], location: Location | None) -> None:
    """Insert new rows at a location, one below the other in the given order."""
    parent_id, index = (location or Location()).target(sheet)
    for row in rows:
        row.parent_id = parent_id
    sheet.insert(index, rows)


def move_rows(sheet: Sheet, rows: list[Row], location: Location) -> None:
    """Move rows with their child rows to a location, one below the other in the given order."""
    if location.indent or location.outdent:
        for row in rows:
            _shift(sheet, row, outdent=location.outdent)
        return
    families = _families(sheet, rows)
    sheet.remove(row.id for family in families for row in family)
    parent_id, index = location.target(sheet)
    for row in rows:
        row.parent_id = parent_id
    sheet.insert(index, [row for family in families for row in family])


def _families(sheet: Sheet, rows: list[Row]) -> list[list[Row]]:
    """Return one list for each of the `rows`: the row, followed by its child rows at every level.

    No row is in two lists. If a child row is itself one of the `rows`, it and its child rows are only in its own list.
    """
    named = {row.id for row in rows}
    families = []
    for row in rows:
        others = {member.id for each in sheet.family(row)[1:] if each.id in named for member in sheet.family(each)}
        families.append([member for member in sheet.family(row) if member.id not in others])
    return families


def _shift(sheet: Sheet, row: Row, *, outdent: bool) -> None:
    """Indent or outdent a row. As in Smartsheet's grid, siblings below an outdented row become its child rows."""
    if not outdent:
        row.parent_id = sheet.place(row).sibling_id
    else:
        old_parent = sheet.row(row.parent_id)
        for sibling in sheet.rows[sheet.end_of(row) :]:
            if sibling.parent_id == row.parent_id:
                sibling.parent_id = row.id
        row.parent_id = old_parent.parent_id if old_parent else None
    sheet.insert(0, [])


def _check_parent(sheet: Sheet, parent: Row | None, own: set[int], parent_id: int) -> None:
    if parent is None or parent_id in own:
        raise ApiError(1063, parent_id)
    if sheet.is_blank(parent):
        raise ApiError(1185)
