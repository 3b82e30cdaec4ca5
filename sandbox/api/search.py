"""Search. https://developers.smartsheet.com/api/smartsheet/openapi/search"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.api.sheets import time_parameter
from sandbox.errors import ApiError
from sandbox.http.routing import Call, operation
from sandbox.model.text_search import SCOPES, Search, search_everything, search_sheet, words_of

Json = Any

MOST_RESULTS = 100


@operation("list-search", "GET", "/search", scope="READ_SHEETS")
def everywhere(call: Call) -> Json:
    """Search everything that the caller can see."""
    scopes = call.words("scopes")
    if unknown := scopes - set(SCOPES):
        raise ApiError(1018, min(unknown), "scopes")
    search = Search(_words(call), scopes or frozenset(SCOPES), time_parameter(call, "modifiedSince"))
    return _result(search_everything(call.state, call.person.id, search))


@operation("list-search-sheet", "GET", "/search/sheets/{sheetId}", scope="READ_SHEETS")
def on_sheet(call: Call) -> Json:
    """Search one sheet."""
    return _result(search_sheet(call.state, call.sheet, Search(_words(call))))


def _words(call: Call) -> tuple[str, ...]:
    words = words_of(call.query.get("query", ""))
    if not words:
        raise ApiError(1009, "query")
    return words


def _result(found: Iterator[Json]) -> Json:
    """Return the number of all results, and the first hundred of them."""
    results = list(found)
    return {"results": results[:MOST_RESULTS], "totalCount": len(results)}
