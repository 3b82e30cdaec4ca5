"""Sheets and rows, read as little as a page needs. Everything here raises GatewayError."""

from __future__ import annotations

from collections.abc import Sequence

from edits.gateway.client import Gateway
from edits.sheets.sheet import Sheet

ROWS_PER_PAGE = 100
NO_ROW = "This row is not there any more: it was deleted or moved to another sheet."


def read_page(gateway: Gateway, sheet_id: int, number: int) -> Sheet:
    """One page of a sheet's rows, counted from 1, each row knowing how deep it is indented."""
    raw = gateway.sheet(sheet_id, page=number, page_size=ROWS_PER_PAGE)
    rows = raw.get("rows") or [{}]
    return Sheet.parse(raw, ancestors=_ancestors(gateway, sheet_id, rows[0].get("parentId")))


def read_rows(gateway: Gateway, sheet_id: int, row_ids: Sequence[int], *, with_descendants: bool = False) -> Sheet:
    """The sheet's columns and these rows; `with_descendants` also all rows beneath them. Rows that are gone are
    missing.

    To find the rows beneath, the whole sheet is read in its primary column alone.
    """
    if not row_ids:
        return Sheet.parse({**gateway.sheet(sheet_id, page=1, page_size=1), "rows": []})
    sheet = Sheet.parse(gateway.sheet(sheet_id, row_ids=row_ids))
    if not with_descendants:
        return sheet
    outline = Sheet.parse(gateway.sheet(sheet_id, column_ids=[sheet.primary.id] if sheet.primary else None))
    ids = outline.family_ids(row.id for row in sheet.rows)
    return Sheet.parse(gateway.sheet(sheet_id, row_ids=ids)) if len(ids) > len(sheet.rows) else sheet


def _ancestors(gateway: Gateway, sheet_id: int, parent_id: int | None) -> list[int]:
    """The rows above the first one of a page, topmost first; all that can be above any row of that page."""
    ids: list[int] = []
    while parent_id is not None:
        ids.insert(0, parent_id)
        parent_id = gateway.row(sheet_id, parent_id).get("parentId")
    return ids
