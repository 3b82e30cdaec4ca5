"""Sheets and rows, read as little as a page needs. Everything here raises GatewayError."""

from __future__ import annotations

from edits.gateway.client import Gateway
from edits.gateway.errors import NotFound
from edits.sheets.sheet import Row, Sheet

ROWS_PER_PAGE = 100
NO_ROW = "This row is not there any more: it was deleted or moved to another sheet."


def read_page(gateway: Gateway, sheet_id: int, number: int) -> Sheet:
    """One page of a sheet's rows, counted from 1, each row knowing how deep it is indented."""
    raw = gateway.sheet(sheet_id, page=number, page_size=ROWS_PER_PAGE)
    rows = raw.get("rows") or [{}]
    return Sheet.parse(raw, ancestors=_ancestors(gateway, sheet_id, rows[0].get("parentId")))


def read_row(gateway: Gateway, sheet_id: int, row_id: int) -> tuple[Sheet, Row]:
    """The sheet's columns and one row of it. Raises NotFound."""
    return _with_row(Sheet.parse(gateway.sheet(sheet_id, row_ids=[row_id])), row_id)


def read_columns(gateway: Gateway, sheet_id: int) -> Sheet:
    """The sheet's columns, without its rows."""
    return Sheet.parse({**gateway.sheet(sheet_id, page=1, page_size=1), "rows": []})


def read_family(gateway: Gateway, sheet_id: int, row_id: int) -> tuple[Sheet, Row]:
    """A row and all rows beneath it, with all their cells. Raises NotFound.

    The whole sheet is read in its primary column alone, to see which rows these are.
    """
    sheet, row = read_row(gateway, sheet_id, row_id)
    outline = Sheet.parse(gateway.sheet(sheet_id, column_ids=[sheet.primary.id] if sheet.primary else None))
    ids = [one.id for one in outline.family(row.id)]
    if len(ids) < 2:
        return sheet, row
    return _with_row(Sheet.parse(gateway.sheet(sheet_id, row_ids=ids)), row_id)


def _with_row(sheet: Sheet, row_id: int) -> tuple[Sheet, Row]:
    row = sheet.row(row_id)
    if row is None:
        raise NotFound(NO_ROW)
    return sheet, row


def _ancestors(gateway: Gateway, sheet_id: int, parent_id: int | None) -> list[int]:
    """The rows above the first one of a page, topmost first; all that can be above any row of that page."""
    ids: list[int] = []
    while parent_id is not None:
        ids.insert(0, parent_id)
        parent_id = gateway.row(sheet_id, parent_id).get("parentId")
    return ids
