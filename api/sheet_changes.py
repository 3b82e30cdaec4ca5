"""Finds the changes of a sheet since a cursor: the rows that differ, their writers, and the current order of all rows.

Smartsheet reports modified rows. It reports neither deleted rows nor new results of formulas and links. So this module
first reads the ids of all rows, and the cells in columns with formulas and links. Then it reads all cells of the rows
that differ. If the caller doesn't say which columns have formulas and links, this module reads all cells of all rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from typing_extensions import TypedDict

from api import cursors
from api.cursors import Cursor
from api.encoding import IdText
from api.rows import RowAnswer, row_answers
from api.sheet_answers import RowsAnswer, rows_answer
from edits.gateway.client import Gateway
from edits.gateway.errors import JsonObject, NotFound, Refused
from edits.gateway.operations import IDS_PER_URL, ROWS_PER_PAGE
from edits.sheets.sheet import Contact, Json, Sheet, parse_time
from edits.widgets.last_changes import recent_changes

ROWS_AT_ONCE = 2_500  # rows per page if the whole sheet is read
CELLS_AT_ONCE = 60_000  # the most cells per page if some columns are read
MOST_NAMED = 3 * IDS_PER_URL  # the most differing rows that are read by their ids


class Writer(TypedDict):
    """The person who wrote a row last in Smartsheet, and when."""

    name: str
    email: str
    at: str | None


class LoggedWriter(TypedDict):
    """The person who changed a cell last with this app, and when."""

    row_id: IdText
    column_id: IdText
    name: str
    email: str
    is_me: bool
    at: str


class ChangesAnswer(TypedDict):
    """The changes of a sheet since a cursor.

    If there are no changes, `sheet`, `row_ids` and `parent_ids` are null. Otherwise `sheet` has the columns, the rows
    that were added, and the rows that may have changed. `row_ids` has the ids of all rows in their order, and
    `parent_ids` has the ids of their parent rows. Rows that aren't in `row_ids` were deleted. `writers` has the last
    writer of each row that was written recently. `logged` says who changed which cell with this app, according to its
    log. If `is_whole` is true, the columns have changed, and `sheet` has all rows.
    """

    cursor: str
    is_changed: bool
    is_whole: bool
    sheet: RowsAnswer | None
    row_ids: list[IdText] | None
    parent_ids: list[IdText | None] | None
    writers: dict[IdText, Writer]
    logged: list[LoggedWriter]


@dataclass(frozen=True, slots=True)
class Copy:
    """A caller's copy of a sheet. `digests` maps the ids of the copy's rows to the rows' digests. If `digests` is None,
    every row with a formula or a link counts as changed. `columns` are the columns in which the copy has formulas or
    links, or None if they aren't known. `version` is the sheet's version that the caller has just read, or None.
    """

    since: Cursor
    digests: Mapping[str, str] | None = None
    columns: Sequence[int] | None = None
    version: int | None = None


def changes_answer(gateway: Gateway, sheet_id: int, copy: Copy) -> ChangesAnswer:
    """Find the changes since the caller's copy was read."""
    since = copy.since
    version = gateway.version(sheet_id) if copy.version is None else copy.version
    if version == since.version:
        return _nothing(since)
    found: ChangesAnswer | None = None
    if copy.columns and copy.digests is not None:
        with suppress(Refused, NotFound):  # one of the columns no longer exists
            found = _column_by_column(gateway, sheet_id, since, copy.digests, copy.columns)
    elif copy.digests is not None and not copy.digests:
        found = _without_formulas(gateway, sheet_id, since)
    found = found or _page_by_page(gateway, sheet_id, since, copy.digests)
    return {**found, "logged": _logged(gateway, sheet_id, since)}


def _nothing(since: Cursor) -> ChangesAnswer:
    return {
        "cursor": since.text,
        "is_changed": False,
        "is_whole": False,
        "sheet": None,
        "row_ids": None,
        "parent_ids": None,
        "writers": {},
        "logged": [],
    }


def _without_formulas(gateway: Gateway, sheet_id: int, since: Cursor) -> ChangesAnswer | None:
    """Find the changes of a sheet that has no formulas or links. Read only the rows that Smartsheet reports as
    modified, and the ids of all rows. If the columns or very many rows have changed, return None. Then the whole sheet
    must be read.
    """
    modified = gateway.rows_modified_since(sheet_id, since.earliest)
    sheet = Sheet.parse({**modified, "rows": []})
    if cursors.after(sheet).columns != since.columns or len(modified.get("rows") or ()) >= ROWS_PER_PAGE:
        return None
    primary = [sheet.primary.id] if sheet.primary else None
    pages = gateway.sheet_pages(sheet_id, column_ids=primary)
    outline = {row["id"]: row.get("parentId") for page in pages for row in page.get("rows") or ()}
    rows = [row for row in modified.get("rows") or () if row["id"] in outline]
    answer = rows_answer(gateway, {**modified, "rows": rows, "totalRowCount": len(outline)})
    return _answer(answer, outline, _writers(rows), is_whole=False)


def _column_by_column(
    gateway: Gateway, sheet_id: int, since: Cursor, digests: Mapping[str, str], columns: Sequence[int]
) -> ChangesAnswer | None:
    """Find the changes: read the columns `columns` of all rows, and then all cells of the rows that differ. If the
    columns or very many rows have changed, return None. Then the whole sheet must be read.
    """
    outline: dict[int, int | None] = {}
    late: dict[int, None] = {}  # ids of rows that were modified since the cursor, in the sheet's order
    others: list[int] = []
    first: Sheet | None = None
    size = max(ROWS_AT_ONCE, min(ROWS_PER_PAGE, CELLS_AT_ONCE // len(columns)))
    for page in gateway.sheet_pages(sheet_id, column_ids=columns, page_size=size):
        sheet = Sheet.parse({**page, "rows": []})
        # The answer gets the first page's cursor, so that the next request finds what changes while the pages are read.
        first = first or sheet
        rows = [row for row in page.get("rows") or () if row["id"] not in outline]
        outline.update((row["id"], row.get("parentId")) for row in rows)
        for row, answer in zip(rows, row_answers(rows, sheet.columns), strict=True):
            if since.may_not_know(row.get("modifiedAt")):
                late[row["id"]] = None
            elif _is_other(answer, digests):
                others.append(row["id"])
    if first is None or not (whole := _differing(gateway, sheet_id, since, late, others)):
        return None
    cursor = replace(cursors.after(first), columns=cursors.after(Sheet.parse({**whole, "rows": []})).columns)
    if cursor.columns != since.columns:
        return None
    named = {*late, *others}
    rows = [row for row in whole["rows"] if row["id"] in named]
    for gone in named - {row["id"] for row in rows}:
        del outline[gone]
    found = rows_answer(gateway, {**whole, "rows": rows, "totalRowCount": len(outline)})
    found |= {"version": cursor.version, "cursor": cursor.text}
    return _answer(found, outline, _writers(row for row in rows if row["id"] in late), is_whole=False)


def _differing(
    gateway: Gateway, sheet_id: int, since: Cursor, late: Collection[int], others: Sequence[int]
) -> JsonObject | None:
    """Return the sheet's columns with at least the rows `late` and `others`. `late` has the ids of rows that may have
    been modified since the cursor. `others` has the ids of other rows that differ from the caller's copy. If there are
    very many of these rows, return None, because reading the whole sheet takes no more time.
    """
    modified: JsonObject = {}
    named = [*late, *others]
    if len(late) > IDS_PER_URL:
        modified = gateway.rows_modified_since(sheet_id, since.earliest)
        named = list(others)
    rows = modified.get("rows") or []
    if len(named) > MOST_NAMED or len(rows) >= ROWS_PER_PAGE:
        return None
    if named or not modified:
        read = gateway.sheet(sheet_id, row_ids=named) if named else gateway.sheet(sheet_id, page=1, page_size=1)
        modified, rows = read, rows + (read.get("rows") or [])
    return {**modified, "rows": rows}


def _page_by_page(gateway: Gateway, sheet_id: int, since: Cursor, digests: Mapping[str, str] | None) -> ChangesAnswer:
    """Read the whole sheet, and return what has changed. Only one page at a time is in memory."""
    answer: RowsAnswer | None = None
    is_whole = False
    outline: dict[int, int | None] = {}
    writers: dict[IdText, Writer] = {}
    for page in gateway.sheet_pages(sheet_id, page_size=ROWS_AT_ONCE, with_writers=True):
        rows = [row for row in page.get("rows") or () if row["id"] not in outline]
        outline.update((row["id"], row.get("parentId")) for row in rows)
        read = rows_answer(gateway, {**page, "rows": rows})
        # The answer gets the first page's cursor, so that the next request finds what changes while the pages are read.
        if answer is None:
            is_whole = cursors.after(Sheet.parse({**page, "rows": []})).columns != since.columns
            answer = {**read, "rows": []}
        late = {str(row["id"]) for row in rows if since.may_not_know(row.get("modifiedAt"))}
        answer["rows"] += [row for row in read["rows"] if is_whole or row[0] in late or _is_other(row, digests)]
        writers |= _writers(row for row in rows if str(row["id"]) in late)
    if answer is None:
        return _nothing(since)
    return _answer(answer, outline, writers, is_whole=is_whole)


def _is_other(row: RowAnswer, digests: Mapping[str, str] | None) -> bool:
    """Whether the row differs from the caller's copy: the copy lacks the row, or has other results of the row's
    formulas and links. If `digests` is None, every row with a formula or a link counts as different.
    """
    if digests is None:
        return row[-1] is not None
    return digests.get(row[0]) != row[-1]


def _answer(
    answer: RowsAnswer, outline: Mapping[int, int | None], writers: dict[IdText, Writer], *, is_whole: bool
) -> ChangesAnswer:
    return {
        "cursor": answer["cursor"],
        "is_changed": True,
        "is_whole": is_whole,
        "sheet": answer,
        "row_ids": [str(row_id) for row_id in outline],
        "parent_ids": [None if parent is None else str(parent) for parent in outline.values()],
        "writers": writers,
        "logged": [],
    }


def _logged(gateway: Gateway, sheet_id: int, since: Cursor) -> list[LoggedWriter]:
    me = gateway.owner
    changes = recent_changes(region=me.region, sheet_id=sheet_id, since=since.earliest)
    return [
        {
            "row_id": str(row_id),
            "column_id": str(column_id),
            "name": change.by,
            "email": change.email,
            "is_me": change.person_id == me.id,
            "at": change.at.isoformat(),
        }
        for (row_id, column_id), change in changes.items()
    ]


def _writers(raw_rows: Iterable[Mapping[str, Json]]) -> dict[IdText, Writer]:
    return dict(_writer(row) for row in raw_rows if row.get("modifiedBy"))


def _writer(row: Mapping[str, Json]) -> tuple[IdText, Writer]:
    by, at = Contact.parse(row["modifiedBy"]), parse_time(row.get("modifiedAt"))
    return str(row["id"]), {"name": by.name, "email": by.email, "at": at.isoformat() if at else None}
