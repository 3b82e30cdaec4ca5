"""Defines the path, query, body and result of each Smartsheet operation that Byline uses. edits.gateway.client sends
the requests.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from edits.gateway.answers import NO_ANSWER, UNKNOWN
from edits.gateway.errors import JsonObject, OutcomeUnknown, Unavailable
from edits.gateway.shapes import (
    are_ids,
    are_objects,
    are_rows,
    has_version,
    is_column,
    is_filter,
    is_list,
    is_listed_sheet,
    is_row,
    is_share,
    is_sheet,
    is_state,
)

T = TypeVar("T")

ROWS_PER_WRITE = 500  # https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/scalability-options
ROWS_PER_PAGE = 10_000
IDS_PER_URL = 440  # an id in a URL takes 17 characters, and many servers refuse a request line above 8 KB
HISTORY_PER_PAGE = 100
SHARES_PER_PAGE = 500
MOST_SHARES = 5_000
WITH_WRITERS = "objectValue,writerInfo,format"


class Operations(ABC):
    """Operations on sheets, rows and cells. Ids are Smartsheet's 64-bit numbers. Sheets and rows are Smartsheet's JSON
    objects.

    Every method raises edits.gateway.errors.GatewayError. Each write is one request. A write that Smartsheet has
    perhaps made is never sent again.
    """

    # Reading

    def sheets(self) -> list[JsonObject]:
        """Return all sheets that the person can see, without rows: id, name, accessLevel, permalink, modifiedAt…

        https://developers.smartsheet.com/api/smartsheet/openapi/sheets/list-sheets
        """
        return self._data(is_listed_sheet, "list-sheets", "/sheets", includeAll="true", accessApiLevel=1)

    def sheet(
        self,
        sheet_id: int,
        *,
        row_ids: Sequence[int] | None = None,
        column_ids: Sequence[int] | None = None,
        page: int | None = None,
        page_size: int | None = None,
        filter_id: int | None = None,
    ) -> JsonObject:
        """Return a sheet with its columns and with rows: all rows, the rows in `row_ids`, or one page of rows.

        With `row_ids`, each row has its last writer (modifiedBy), and rows that don't exist are left out. Each row is
        returned at most once, even if the sheet changes while its pages are read. If `filter_id` names a filter of the
        sheet that the person can use, each row says whether the filter hides it (filteredOut).
        https://developers.smartsheet.com/api/smartsheet/openapi/sheets/getsheet
        """
        wanted = _wanted(column_ids, filter_id)
        if row_ids is not None:
            pages = self._named_rows(sheet_id, row_ids, taken=len(column_ids or ()), **wanted)
        elif page is None:
            pages = self._all_pages(sheet_id, page_size or ROWS_PER_PAGE, **wanted)
        else:
            pages = iter([self._sheet(sheet_id, page=page, pageSize=page_size or ROWS_PER_PAGE, **wanted)])
        return _merged(pages)

    def sheet_pages(
        self,
        sheet_id: int,
        *,
        column_ids: Sequence[int] | None = None,
        page_size: int = ROWS_PER_PAGE,
        with_writers: bool = False,
        filter_id: int | None = None,
    ) -> Iterator[JsonObject]:
        """Yield all rows of a sheet, page by page. `with_writers` adds each row's last writer (modifiedBy). `filter_id`
        works as in `sheet`.

        If the sheet changes between two pages, both pages can have the same row.
        """
        wanted = _wanted(column_ids, filter_id)
        if with_writers:
            wanted["include"] = WITH_WRITERS
        return self._all_pages(sheet_id, page_size, **wanted)

    def row(self, sheet_id: int, row_id: int) -> JsonObject:
        """Return a row with all its cells, their formats, and the row's last writer.

        https://developers.smartsheet.com/api/smartsheet/openapi/rows/row-get
        """
        path = f"/sheets/{sheet_id:d}/rows/{row_id:d}"
        return _understood(is_row, self._read("row-get", path, include=WITH_WRITERS))

    def rows_modified_since(self, sheet_id: int, moment: datetime) -> JsonObject:
        """Return a sheet with only the rows that were added or changed since this time. Each row says who added it, and
        when.

        https://developers.smartsheet.com/api/smartsheet/openapi/sheets/getsheet (rowsModifiedSince)
        """
        since = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return self._sheet(sheet_id, rowsModifiedSince=since, include=WITH_WRITERS, pageSize=ROWS_PER_PAGE)

    def version(self, sheet_id: int) -> int:
        """Return the sheet's version, a number that grows with each change.

        https://developers.smartsheet.com/api/smartsheet/openapi/sheets/get-sheetversion
        """
        answer = self._read("get-sheetVersion", f"/sheets/{sheet_id:d}/version")
        return int(_understood(has_version, answer)["version"])

    def columns(self, sheet_id: int) -> list[JsonObject]:
        """Return the sheet's columns from left to right.

        https://developers.smartsheet.com/api/smartsheet/openapi/columns/columns-listonsheet
        """
        return self._data(is_column, "columns-listOnSheet", f"/sheets/{sheet_id:d}/columns", includeAll="true")

    def filters(self, sheet_id: int) -> list[JsonObject]:
        """Return the filters of the sheet that the person can use: shared filters, and the person's own. Each has an
        id, a name and a filterType, but not its criteria.

        https://developers.smartsheet.com/api/smartsheet/openapi/sheets/list-sheet-filters
        """
        path = f"/sheets/{sheet_id:d}/filters"
        return self._data(is_filter, "list-sheet-filters", path, includeAll="true")

    def shares(self, sheet_id: int) -> list[JsonObject]:
        """Return the people and groups that a sheet is shared with, but at most the first MOST_SHARES.

        https://developers.smartsheet.com/api/smartsheet/openapi/sharing
        """
        query = {"assetType": "sheet", "assetId": sheet_id, "sharingInclude": "WORKSPACE", "maxItems": SHARES_PER_PAGE}
        found: list[JsonObject] = []
        after: dict[str, str] = {}
        while len(found) < MOST_SHARES:
            answer = self._read("list-asset-shares", "/shares", **query, **after)
            items: Any = answer.get("items")
            found += _understood(partial(is_list, is_item=is_share), items)
            if not answer.get("lastKey"):
                break
            after = {"lastKey": str(answer["lastKey"])}
        return found[:MOST_SHARES]

    def cell_history(self, sheet_id: int, row_id: int, column_id: int, *, page: int = 1) -> list[JsonObject]:
        """Return one page of a cell's states, newest first. A page has up to 100 states, each with modifiedAt and
        modifiedBy. Smartsheet counts the call as ten requests.

        https://developers.smartsheet.com/api/smartsheet/openapi/cells/cellhistory-get
        """
        path = f"/sheets/{sheet_id:d}/rows/{row_id:d}/columns/{column_id:d}/history"
        query = {"include": "objectValue", "pageSize": HISTORY_PER_PAGE, "page": page}
        return self._data(is_state, "cellHistory-get", path, **query)

    # Writing

    def add_rows(
        self,
        sheet_id: int,
        rows: Sequence[Mapping[str, Any]],
        *,
        edit_id: UUID | None = None,
        allow_partial_success: bool = False,
        parse_locale: str = "",
    ) -> JsonObject:
        """Add up to 500 rows. Return Smartsheet's answer: result (the new rows), version, failedItems… Smartsheet
        parses durations in the locale `parse_locale`. If `parse_locale` is "", Smartsheet uses the person's locale.

        https://developers.smartsheet.com/api/smartsheet/openapi/rows/rows-addtosheet
        """
        path = _rows_path(sheet_id, len(rows), allow_partial_success=allow_partial_success, parse_locale=parse_locale)
        answer = self._write("rows-addToSheet", "POST", path, body=rows, edit_id=edit_id)
        return _told(answer, sent=len(rows), is_partial=allow_partial_success)

    def update_rows(
        self,
        sheet_id: int,
        rows: Sequence[Mapping[str, Any]],
        *,
        edit_id: UUID | None = None,
        allow_partial_success: bool = False,
        parse_locale: str = "",
    ) -> JsonObject:
        """Change up to 500 rows. Each row has its id and the cells that change. Return Smartsheet's answer. Smartsheet
        parses durations in the locale `parse_locale`. If `parse_locale` is "", Smartsheet uses the person's locale.

        https://developers.smartsheet.com/api/smartsheet/openapi/rows/update-rows
        """
        path = _rows_path(sheet_id, len(rows), allow_partial_success=allow_partial_success, parse_locale=parse_locale)
        answer = self._write("update-rows", "PUT", path, body=rows, edit_id=edit_id)
        ids = {row["id"] for row in rows}
        return _told(answer, sent=len(rows), is_partial=allow_partial_success, of=ids)

    def delete_rows(self, sheet_id: int, row_ids: Sequence[int], *, edit_id: UUID | None = None) -> JsonObject:
        """Delete up to 440 rows with all their child rows, at every level. The limit is 440 because the ids are in the
        URL. If Smartsheet answers with an error, it has deleted no row. The answer lists the ids of the deleted rows.
        https://developers.smartsheet.com/api/smartsheet/openapi/rows/delete-rows
        """
        _require_at_most(IDS_PER_URL, len(row_ids))
        path = f"/sheets/{sheet_id:d}/rows?ids={_joined(row_ids)}&ignoreRowsNotFound=false"
        answer = self._write("delete-rows", "DELETE", path, edit_id=edit_id)
        gone = answer.get("result")
        if not (are_ids(gone) and gone and set(row_ids) <= set(gone)):
            raise OutcomeUnknown(UNKNOWN)
        return answer

    # How requests are made

    def _sheet(self, sheet_id: int, **query: object) -> JsonObject:
        # Without accessApiLevel, Smartsheet reports commenters as viewers.
        wanted = {"include": "objectValue,format", "accessApiLevel": 1} | query
        return _understood(is_sheet, self._read("getSheet", f"/sheets/{sheet_id:d}", **wanted))

    def _all_pages(self, sheet_id: int, page_size: int, **query: object) -> Iterator[JsonObject]:
        number, seen = 1, 0
        while True:
            page = self._sheet(sheet_id, page=number, pageSize=page_size, **query)
            count, total = len(page.get("rows") or ()), page.get("totalRowCount") or 0
            yield page
            del page  # so that the next page can use its memory
            number, seen = number + 1, seen + count
            if not count or seen >= total:
                return

    def _named_rows(
        self, sheet_id: int, row_ids: Sequence[int], *, taken: int, **query: object
    ) -> Iterator[JsonObject]:
        size = max(1, IDS_PER_URL - taken)
        for start in range(0, len(row_ids), size):
            ids = _joined(row_ids[start : start + size])
            yield self._sheet(sheet_id, rowIds=ids, include=WITH_WRITERS, pageSize=size, **query)

    def _data(self, is_item: Callable[[Any], bool], operation: str, path: str, **query: object) -> list[JsonObject]:
        # An answer without a list is an error. It mustn't count as an empty list.
        data: Any = self._read(operation, path, **query).get("data")
        return _understood(partial(is_list, is_item=is_item), data)

    @abstractmethod
    def _read(self, operation: str, path: str, **query: object) -> JsonObject:
        """Send a request that only reads. If it fails, it may be sent again."""

    @abstractmethod
    def _write(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        body: Sequence[Mapping[str, Any]] | None = None,
        edit_id: UUID | None,
    ) -> JsonObject:
        """Send a write once."""


def _understood(is_it: Callable[[T], bool], content: T) -> T:
    """Return the content of an answer to a read. Raises Unavailable if the content doesn't have the expected shape."""
    if not is_it(content):
        raise Unavailable(NO_ANSWER)
    return content


def _told(answer: JsonObject, *, sent: int, is_partial: bool, of: Collection[int] | None = None) -> JsonObject:
    """Return the answer to a write. `sent` is the number of rows that were sent, and `of` has their ids, if they have
    ids. Raises OutcomeUnknown if the answer has fewer results than rows were sent, or a result for a row that isn't in
    `of`.
    """
    result = answer.get("result")
    done = result if isinstance(result, list) else [result]
    failed = (answer.get("failedItems") or []) if is_partial else []
    if not (are_rows(done) and are_objects(failed) and len(done) + len(failed) >= sent):
        raise OutcomeUnknown(UNKNOWN)
    if of is not None and not {row["id"] for row in done if row} <= set(of):
        raise OutcomeUnknown(UNKNOWN)
    return answer


def _merged(pages: Iterable[JsonObject]) -> JsonObject:
    """Combine the pages of a sheet. The result has the sheet's data from the last page, and each row only once."""
    sheet: JsonObject = {}
    rows: dict[int, JsonObject] = {}
    for sheet in pages:
        rows.update((row["id"], row) for row in sheet.get("rows") or ())
    return sheet | {"rows": list(rows.values())}


def _rows_path(sheet_id: int, count: int, *, allow_partial_success: bool, parse_locale: str) -> str:
    _require_at_most(ROWS_PER_WRITE, count)
    query = {"allowPartialSuccess": "true"} if allow_partial_success else {}
    query |= {"projectParseLocale": parse_locale} if parse_locale else {}
    return f"/sheets/{sheet_id:d}/rows" + (f"?{urlencode(query)}" if query else "")


def _require_at_most(limit: int, count: int) -> None:
    if not 1 <= count <= limit:
        raise ValueError(f"One write takes 1 to {limit} rows, not {count}: send the rest in further writes.")


def _wanted(column_ids: Sequence[int] | None, filter_id: int | None) -> JsonObject:
    """Return the query parameters that limit the columns and apply a filter. The parameter include=filters is left out
    on purpose. So rows have the attribute filteredOut only if Smartsheet applied the filter `filter_id`.
    """
    columns = {"columnIds": _joined(column_ids)} if column_ids else {}
    return columns | ({"filterId": str(filter_id)} if filter_id else {})


def _joined(ids: Sequence[int]) -> str:
    return ",".join(f"{number:d}" for number in ids)
