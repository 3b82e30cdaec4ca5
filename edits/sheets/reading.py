"""Reads only the parts of a sheet that a page needs. All functions raise GatewayError."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from edits.gateway.client import Gateway
from edits.sheets.sheet import Outline, Sheet

ROWS_PER_PAGE = 100
MOST_CELLS = 4_000  # the most cells on a page of a table; with 40,000 cells, the HTML has 7 MB
FEWEST_ROWS = 10  # the fewest rows on a page of a table, even if the sheet has many columns
NO_ROW = "This row no longer exists: it was deleted or moved to another sheet."


def read_page(
    gateway: Gateway, sheet_id: int, number: int, *, page_size: int = ROWS_PER_PAGE, filter_id: int | None = None
) -> Sheet:
    """Read one page of a sheet's rows. Pages count from 1. Each row has its depth in the hierarchy. `filter_id` is as
    in Gateway.sheet.
    """
    raw = gateway.sheet(sheet_id, page=number, page_size=page_size, filter_id=filter_id)
    rows = raw.get("rows") or [{}]
    return Sheet.parse(raw, ancestors=_ancestors(gateway, sheet_id, rows[0].get("parentId")))


def read_table(gateway: Gateway, sheet_id: int, number: int) -> Sheet:
    """Read the rows for one page of a table, like read_page(). If the sheet has many columns, a page has fewer rows."""
    page = read_page(gateway, sheet_id, number)
    size = rows_per_table(page)
    if size == ROWS_PER_PAGE:
        return page
    if number == 1:
        return replace(page, rows=page.rows[:size])
    return read_page(gateway, sheet_id, number, page_size=size)


def rows_per_table(sheet: Sheet) -> int:
    """Return the number of rows on each page of the sheet's table."""
    return min(ROWS_PER_PAGE, max(FEWEST_ROWS, MOST_CELLS // max(1, len(sheet.visible_columns))))


def read_rows(
    gateway: Gateway,
    sheet_id: int,
    row_ids: Sequence[int],
    *,
    with_descendants: bool = False,
    filter_id: int | None = None,
) -> Sheet:
    """Read the sheet's columns and these rows. With `with_descendants`, all their child rows are read too, at every
    level. Rows that don't exist are left out. `filter_id` is as in Gateway.sheet.

    To find the child rows, this function reads all rows of the sheet, but only their primary cells. For a project plan,
    the function always reads all rows in this way, to find the plan's parent rows and the numbers of its rows.
    """
    if row_ids:
        sheet = Sheet.parse(gateway.sheet(sheet_id, row_ids=row_ids, filter_id=filter_id))
    else:
        sheet = Sheet.parse({**gateway.sheet(sheet_id, page=1, page_size=1), "rows": []})
    if not sheet.is_project and not (row_ids and with_descendants):
        return sheet
    whole = Sheet.parse(gateway.sheet(sheet_id, column_ids=[sheet.primary.id] if sheet.primary else None))
    ids = whole.family_ids(row.id for row in sheet.rows) if with_descendants else []
    is_family = len(ids) > len(sheet.rows)
    found = Sheet.parse(gateway.sheet(sheet_id, row_ids=ids, filter_id=filter_id)) if is_family else sheet
    return replace(found, outline=Outline.parse(whole.raw.get("rows") or ())) if sheet.is_project else found


def read_outline(gateway: Gateway, sheet_id: int) -> Sheet:
    """Read the sheet's columns and all its rows, but only the rows' primary cells."""
    sheet = read_rows(gateway, sheet_id, [])
    outline = gateway.sheet(sheet_id, column_ids=[sheet.primary.id] if sheet.primary else None)
    return replace(Sheet.parse({**sheet.raw, "rows": outline["rows"]}), outline=sheet.outline)


def _ancestors(gateway: Gateway, sheet_id: int, parent_id: int | None) -> list[int]:
    """Return the parent rows of a page's first row, at every level, topmost first. A parent row of a later row is
    either one of these rows or on the page itself.
    """
    ids: list[int] = []
    while parent_id is not None and parent_id not in ids:
        ids.insert(0, parent_id)
        parent_id = gateway.row(sheet_id, parent_id).get("parentId")
    return ids
