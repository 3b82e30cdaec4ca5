"""The one way to Smartsheet's sheets: the vendor's SDK, bounded, never resending a write, raw JSON in and out.

Of the SDK it keeps the headers, the URLs, the retry loop and its hook. It replaces the connection (edits.transport),
the reading of answers (edits.answers) and the models, which lose data silently and are 50 times slower.
Errors: edits.errors.
"""

import json
import logging
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from time import monotonic
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import smartsheet.smartsheet as sdk
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from requests import PreparedRequest, Session
from smartsheet.util import fresh_operation

from edits import answers
from edits.budget import Budget
from edits.errors import GatewayError, JsonObject, RateLimited, SignInAgain, Unavailable
from edits.transport import NoAnswer, NotSent, exchange, new_session
from identity import tokens
from identity.models import SmartsheetUser
from identity.regions import UnknownRegion, region

ROWS_PER_WRITE = 500  # https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/scalability-options
ROWS_PER_PAGE = 10_000
IDS_PER_URL = 440  # at 17 characters; many servers refuse a request line above 8 KB
HISTORY_PER_PAGE = 100
EXTRA_TRIES = 2
PATIENCE = 4.0  # seconds for all the tries of one read
LEVEL = 2  # below it multi-select columns are passed off as text

log = logging.getLogger(__name__)


def _session(**_options: object) -> Session:
    session = new_session()
    session.headers["smartsheet-integration-source"] = "APPLICATION,Byline,Byline"
    return session


# The SDK builds a TLS context (25 ms) for every client, repeats requests on its own, and sets other people's loggers.
sdk.pinned_session = _session
sdk.setup_logging = lambda: None


def gateway_for(user: AbstractBaseUser | AnonymousUser) -> "Gateway":
    """The gateway of one signed-in person for one request of theirs. Raises SignInAgain."""
    try:
        person = SmartsheetUser.objects.get(user=user.pk)
        return Gateway(region_api_base=region(person.region).api_base, token=tokens.token_for(user))
    except (SmartsheetUser.DoesNotExist, UnknownRegion, tokens.SignInAgain):
        raise SignInAgain(answers.SIGN_IN_AGAIN) from None


class Gateway(sdk.Smartsheet):  # type: ignore[misc]  # the SDK ships no types
    """Smartsheet as one person sees it, for one request of theirs.

    `deadline` is the seconds that all calls of this gateway may take together. Every method raises GatewayError;
    a write makes exactly one request, whatever comes of it. Ids are Smartsheet's 64-bit numbers, rows and sheets
    its JSON objects.
    """

    def __init__(self, *, region_api_base: str, token: str, deadline: float | None = None) -> None:
        if not token or not (token.isascii() and token.isprintable()):
            raise SignInAgain(answers.SIGN_IN_AGAIN)
        self._budget = Budget(settings.SMARTSHEET_DEADLINE if deadline is None else deadline)
        super().__init__(
            access_token=token,
            api_base=region_api_base,
            user_agent="Byline",
            max_retry_time=_Patience(self._budget),
        )
        self.errors_as_exceptions()

    # Reading

    def sheets(self) -> list[JsonObject]:
        """All sheets that the person can see, without rows: id, name, accessLevel, permalink, modifiedAt…

        https://developers.smartsheet.com/api/smartsheet/openapi/sheets/list-sheets
        """
        return self._data("list-sheets", "/sheets", includeAll="true", accessApiLevel=1)

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
        """One row with all its cells and who wrote it last.

        https://developers.smartsheet.com/api/smartsheet/openapi/rows/row-get
        """
        return self._read("row-get", f"/sheets/{sheet_id:d}/rows/{row_id:d}", include="objectValue,writerInfo")

    def columns(self, sheet_id: int) -> list[JsonObject]:
        """The sheet's columns from left to right.

        https://developers.smartsheet.com/api/smartsheet/openapi/columns/columns-listonsheet
        """
        return self._data("columns-listOnSheet", f"/sheets/{sheet_id:d}/columns", includeAll="true")

    def cell_history(self, sheet_id: int, row_id: int, column_id: int) -> list[JsonObject]:
        """The last 100 states of a cell, newest first, each with modifiedAt and modifiedBy. Costs ten requests.

        https://developers.smartsheet.com/api/smartsheet/openapi/cells/cellhistory-get
        """
        path = f"/sheets/{sheet_id:d}/rows/{row_id:d}/columns/{column_id:d}/history"
        return self._data("cellHistory-get", path, include="objectValue", pageSize=HISTORY_PER_PAGE)

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
        return self._write("rows-addToSheet", "POST", path, body=rows, edit_id=edit_id)

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
        return self._write("update-rows", "PUT", path, body=rows, edit_id=edit_id)

    def delete_rows(self, sheet_id: int, row_ids: Sequence[int], *, edit_id: UUID | None = None) -> JsonObject:
        """Delete up to 440 rows (their ids go in the URL) with all their children: all of them or, on error, none.

        The result lists the ids that are gone. https://developers.smartsheet.com/api/smartsheet/openapi/rows/delete-rows
        """
        _require_at_most(IDS_PER_URL, len(row_ids))
        path = f"/sheets/{sheet_id:d}/rows?ids={_joined(row_ids)}&ignoreRowsNotFound=false"
        return self._write("delete-rows", "DELETE", path, edit_id=edit_id)

    # How

    def _sheet(self, sheet_id: int, **query: object) -> JsonObject:
        return self._read("getSheet", f"/sheets/{sheet_id:d}", **{"include": "objectValue"} | query)

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
            yield self._sheet(sheet_id, rowIds=ids, include="objectValue,writerInfo", pageSize=size, **query)

    def _data(self, operation: str, path: str, **query: object) -> list[JsonObject]:
        data = self._read(operation, path, **query).get("data")
        return data if isinstance(data, list) else []

    def _read(self, operation: str, path: str, **query: object) -> JsonObject:
        self.with_change_agent(None)
        url = f"{path}?{urlencode({'level': LEVEL} | query, safe=',')}"
        return self._call(operation, "GET", url)

    def _write(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        body: Sequence[Mapping[str, Any]] | None = None,
        edit_id: UUID | None,
    ) -> JsonObject:
        # orjson would write NaN as null, which clears the cell.
        sent = None if body is None else json.dumps(body, allow_nan=False).encode()
        self.with_change_agent("Byline" if edit_id is None else f"Byline {edit_id}")
        return self._call(operation, method, path, sent)

    def _call(self, name: str, method: str, path: str, body: bytes | None = None) -> JsonObject:
        headers = {} if body is None else {"Content-Type": "application/json"}
        operation = fresh_operation(name) | {"method": method, "path": path, "headers": headers, "form_data": body}
        result = self.request_with_retry(self.prepare_request(operation), operation)
        if isinstance(result, _Failure):
            # Here, outside of any except clause, nothing that is raised leads back to the request and its token.
            raise result.error
        content: JsonObject = result
        return content

    def _request(self, prepped_request: PreparedRequest, operation: JsonObject) -> "JsonObject | _Failure":
        """One exchange, as the SDK's retry loop asks for it. Never raises."""
        is_write = prepped_request.method != "GET"
        seconds = self._budget.for_write() if is_write else self._budget.for_read()
        if not seconds:
            return _Failure(Unavailable(answers.TOO_LATE if is_write else answers.NO_ANSWER), should_retry=False)
        begun = monotonic()
        try:
            answer = exchange(self._session, prepped_request, seconds=seconds)
        except (NotSent, NoAnswer) as error:
            log.warning("%s %s: %r", prepped_request.method, operation["id"], error)
            return _Failure(answers.no_answer(error, is_write=is_write), should_retry=not is_write)
        self._log_request(operation, SimpleNamespace(status=answer.status, seconds=monotonic() - begun))
        content = answers.read(answer, is_write=is_write)
        if isinstance(content, GatewayError):
            return _Failure(content, should_retry=not is_write and content.error_code in answers.TRANSIENT)
        return content

    def _log_request(self, operation: JsonObject, response: SimpleNamespace) -> None:
        """Nothing that a person wrote, and no header: the SDK logs bodies, which carry tokens too."""
        log.info("%s %s: %d in %.3f s", operation["method"], operation["id"], response.status, response.seconds)


class _Failure(sdk.OperationErrorResult):  # type: ignore[misc]  # the SDK ships no types
    """An exchange without success, in the shape that the SDK's retry loop asks about."""

    def __init__(self, error: GatewayError, *, should_retry: bool) -> None:
        self.error = error
        self.should_retry = should_retry
        self.status_code = error.error_code

    def native(self, _expected: str) -> SimpleNamespace:
        return SimpleNamespace(result=self)


class _Patience(sdk.AbstractUserCalcBackoff):  # type: ignore[misc]  # the SDK ships no types
    """How long the SDK's retry loop waits before it repeats a read; negative: not at all."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def calc_backoff(self, previous_attempts: int, total_elapsed_time: float, error_result: _Failure) -> float:
        """Seconds: what Smartsheet asks for, else half a second and then one, less a bit of chance."""
        asked = error_result.error.retry_after if isinstance(error_result.error, RateLimited) else None
        wait = 2 ** (previous_attempts - 2) * random.uniform(0.5, 1) if asked is None else asked  # noqa: S311  # spreads load, guards nothing
        is_worth_it = total_elapsed_time + wait <= PATIENCE and wait < self._budget.for_read()
        return wait if previous_attempts <= EXTRA_TRIES and is_worth_it else -1.0


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
