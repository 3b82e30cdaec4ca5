"""What Byline asks of Smartsheet: each operation's path, query, body and result. How it asks: edits.gateway.client."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from edits.gateway.answers import NO_ANSWER, UNKNOWN
from edits.gateway.errors import JsonObject, OutcomeUnknown, Unavailable
from edits.gateway.shapes import are_ids, are_objects, are_records, has_version, is_record, is_sheet

T = TypeVar("T")

ROWS_PER_WRITE = 500  # https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/scalability-options
ROWS_PER_PAGE = 10_000
IDS_PER_URL = 440  # at 17 characters; many servers refuse a request line above 8 KB
HISTORY_PER_PAGE = 100


class Operations(ABC):
    """Sheets, rows and cells. Ids are Smartsheet's 64-bit numbers, sheets and rows its JSON objects.

    Every method raises edits.gateway.errors.GatewayError. A write is one request, whatever comes of it.
    """

    # Reading

    def sheets(self) -> list[JsonObject]:
        """All sheets that the person can see, without rows: id, name, accessLevel, permalink, modifiedAt…

        https://developers.smartsheet.com/api/smartsheet/openapi/sheets/list-sheets
        """
        return self._data(are_records, "list-sheets", "/sheets", includeAll="true", accessApiLevel=1)

    def sheet(
        self,
        sheet_id: int,
        *,
        row_ids: Sequence[int] | None = None,
        column_ids: Sequence[int] | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> JsonObject:
        """A sheet with its columns and with all rows, the rows named, or one page of them.

        Rows that were named and do not exist are left out. A sheet that changes while it is read in several
        pages shows each row at most once. With rows named, each says who wrote it last (modifiedBy).
        https://developers.smartsheet.com/api/smartsheet/openapi/sheets/getsheet
        """
        wanted: JsonObject = {"columnIds": _joined(column_ids)} if column_ids else {}
        if row_ids is not None:
            pages = self._named_rows(sheet_id, row_ids, taken=len(column_ids or ()), **wanted)
        elif page is None:
            pages = self._all_pages(sheet_id, page_size or ROWS_PER_PAGE, **wanted)
        else:
            pages = iter([self._sheet(sheet_id, page=page, pageSize=page_size or ROWS_PER_PAGE, **wanted)])
        return _merged(pages)

    def row(self, sheet_id: int, row_id: int) -> JsonObject:
        """One row with all its cells, their formats, and who wrote it last.

        https://developers.smartsheet.com/api/smartsheet/openapi/rows/row-get
        """
        path = f"/sheets/{sheet_id:d}/rows/{row_id:d}"
        return _understood(is_record, self._read("row-get", path, include="objectValue,writerInfo,format"))

    def rows_modified_since(self, sheet_id: int, moment: datetime) -> JsonObject:
        """A sheet with the rows alone that were added or changed since the moment, each with who added it, and when.

        https://developers.smartsheet.com/api/smartsheet/openapi/sheets/getsheet (rowsModifiedSince)
        """
        since = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return self._sheet(sheet_id, rowsModifiedSince=since, include="objectValue,writerInfo", pageSize=ROWS_PER_PAGE)

    def version(self, sheet_id: int) -> int:
        """The number that counts the changes of a sheet.

        https://developers.smartsheet.com/api/smartsheet/openapi/sheets/get-sheetversion
        """
        answer = self._read("get-sheetVersion", f"/sheets/{sheet_id:d}/version")
        return int(_understood(has_version, answer)["version"])

    def columns(self, sheet_id: int) -> list[JsonObject]:
        """The sheet's columns from left to right.

        https://developers.smartsheet.com/api/smartsheet/openapi/columns/columns-listonsheet
        """
        return self._data(are_records, "columns-listOnSheet", f"/sheets/{sheet_id:d}/columns", includeAll="true")

    def cell_history(self, sheet_id: int, row_id: int, column_id: int, *, page: int = 1) -> list[JsonObject]:
        """100 states of a cell, newest first, each with modifiedAt and modifiedBy: the last, or the `page` before
        those. Costs ten requests.

        https://developers.smartsheet.com/api/smartsheet/openapi/cells/cellhistory-get
        """
        path = f"/sheets/{sheet_id:d}/rows/{row_id:d}/columns/{column_id:d}/history"
        query = {"include": "objectValue", "pageSize": HISTORY_PER_PAGE, "page": page}
        return self._data(are_objects, "cellHistory-get", path, **query)

    # Writing

    def add_rows(
        self,
        sheet_id: int,
        rows: Sequence[Mapping[str, Any]],
        *,
        edit_id: UUID | None = None,
        allow_partial_success: bool = False,
    ) -> JsonObject:
        """Add up to 500 rows; gives Smartsheet's result: result (the new rows), version, failedItems…

        https://developers.smartsheet.com/api/smartsheet/openapi/rows/rows-addtosheet
        """
        path = _rows_path(sheet_id, len(rows), allow_partial_success=allow_partial_success)
        answer = self._write("rows-addToSheet", "POST", path, body=rows, edit_id=edit_id)
        return _told(answer, sent=len(rows), is_partial=allow_partial_success)

    def update_rows(
        self,
        sheet_id: int,
        rows: Sequence[Mapping[str, Any]],
        *,
        edit_id: UUID | None = None,
        allow_partial_success: bool = False,
    ) -> JsonObject:
        """Change up to 500 rows, each with its id and the cells that change; gives Smartsheet's result.

        https://developers.smartsheet.com/api/smartsheet/openapi/rows/update-rows
        """
        path = _rows_path(sheet_id, len(rows), allow_partial_success=allow_partial_success)
        answer = self._write("update-rows", "PUT", path, body=rows, edit_id=edit_id)
        ids = {row["id"] for row in rows}
        return _told(answer, sent=len(rows), is_partial=allow_partial_success, of=ids)

    def delete_rows(self, sheet_id: int, row_ids: Sequence[int], *, edit_id: UUID | None = None) -> JsonObject:
        """Delete up to 440 rows (their ids go in the URL) with all their children: all of them or, on error, none.

        The result lists the ids that are gone. https://developers.smartsheet.com/api/smartsheet/openapi/rows/delete-rows
        """
        _require_at_most(IDS_PER_URL, len(row_ids))
        path = f"/sheets/{sheet_id:d}/rows?ids={_joined(row_ids)}&ignoreRowsNotFound=false"
        answer = self._write("delete-rows", "DELETE", path, edit_id=edit_id)
        gone = answer.get("result")
        if not (are_ids(gone) and gone and set(row_ids) <= set(gone)):
            raise OutcomeUnknown(UNKNOWN)
        return answer

    # How

    def _sheet(self, sheet_id: int, **query: object) -> JsonObject:
        # accessApiLevel: else whoever may comment is said to be a viewer
        wanted = {"include": "objectValue,format", "accessApiLevel": 1} | query
        return _understood(is_sheet, self._read("getSheet", f"/sheets/{sheet_id:d}", **wanted))

    def _all_pages(self, sheet_id: int, page_size: int, **query: object) -> Iterator[JsonObject]:
        number, seen = 1, 0
        while True:
            page = self._sheet(sheet_id, page=number, pageSize=page_size, **query)
            yield page
            number, seen = number + 1, seen + len(page.get("rows", ()))
            if not page.get("rows") or seen >= page.get("totalRowCount", 0):
                return

    def _named_rows(
        self, sheet_id: int, row_ids: Sequence[int], *, taken: int, **query: object
    ) -> Iterator[JsonObject]:
        size = max(1, IDS_PER_URL - taken)
        for start in range(0, len(row_ids), size):
            ids = _joined(row_ids[start : start + size])
            yield self._sheet(sheet_id, rowIds=ids, include="objectValue,writerInfo,format", pageSize=size, **query)

    def _data(self, is_it: Callable[[Any], bool], operation: str, path: str, **query: object) -> list[JsonObject]:
        # To be without a history, say, is another thing than to be told of none.
        data: Any = self._read(operation, path, **query).get("data")
        return _understood(is_it, data)

    @abstractmethod
    def _read(self, operation: str, path: str, **query: object) -> JsonObject:
        """Ask for something, again if need be."""

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
        """Change something, once."""


def _understood(is_it: Callable[[T], bool], content: T) -> T:
    """The content of an answer to a read, if it is what was asked for."""
    if not is_it(content):
        raise Unavailable(NO_ANSWER)
    return content


def _told(answer: JsonObject, *, sent: int, is_partial: bool, of: Collection[int] | None = None) -> JsonObject:
    """The answer to a write, if it says what came of so many rows, or of these. What it does not say is not known."""
    result = answer.get("result")
    done = result if isinstance(result, list) else [result]
    failed = (answer.get("failedItems") or []) if is_partial else []
    if not (are_records(done) and are_objects(failed) and len(done) + len(failed) >= sent):
        raise OutcomeUnknown(UNKNOWN)
    if of is not None and not {row["id"] for row in done if row} <= set(of):
        raise OutcomeUnknown(UNKNOWN)
    return answer


def _merged(pages: Iterable[JsonObject]) -> JsonObject:
    """The pages of a sheet as one: what the last says of the sheet, and each row once."""
    sheet: JsonObject = {}
    rows: dict[int, JsonObject] = {}
    for sheet in pages:
        rows.update((row["id"], row) for row in sheet.get("rows", ()))
    return sheet | {"rows": list(rows.values())}


def _rows_path(sheet_id: int, count: int, *, allow_partial_success: bool) -> str:
    _require_at_most(ROWS_PER_WRITE, count)
    return f"/sheets/{sheet_id:d}/rows" + ("?allowPartialSuccess=true" if allow_partial_success else "")


def _require_at_most(limit: int, count: int) -> None:
    if not 1 <= count <= limit:
        raise ValueError(f"One write takes 1 to {limit} rows, not {count}: send the rest as writes of their own.")


def _joined(ids: Sequence[int]) -> str:
    return ",".join(f"{number:d}" for number in ids)
