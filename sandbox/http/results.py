"""Divides lists into pages. https://developers.smartsheet.com/api/smartsheet/guides/basics/pagination"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, TypeVar

from sandbox.errors import ApiError
from sandbox.http.routing import Call

Item = TypeVar("Item")

DEFAULT_SIZE = 100
LARGEST_SIZE = 10_000


def page_of(call: Call, items: Sequence[Item]) -> tuple[dict[str, Any], Sequence[Item]]:
    """Return the head of an IndexResult, with the numbers of pages and items. Also return the items of the requested
    page, or of the last page if the requested page doesn't exist.

    With `includeAll`, there is one page with all items, and the head has no page size. If there are no items then, the
    page number and the number of pages are 0.
    """
    if call.flag("includeAll"):
        page = min(1, len(items))
        return {"pageNumber": page, "totalPages": page, "totalCount": len(items)}, items
    size = call.number("pageSize", DEFAULT_SIZE, least=1)
    pages = max(1, -(-len(items) // size))
    page = min(call.number("page", 1, least=1), pages)
    return _head(page, size, len(items)), items[(page - 1) * size : page * size]


def index_result(call: Call, items: Sequence[Any]) -> dict[str, Any]:
    """Return an IndexResult. `items` must be JSON already."""
    head, shown = page_of(call, items)
    return head | {"data": list(shown)}


def unknown_pages(call: Call, items: Sequence[Any]) -> dict[str, Any]:
    """Return the requested page. The totals of items and pages are -1, which means unknown.

    If the page has no items, the page number, the page size and both totals are 0 instead.
    """
    size = call.number("pageSize", DEFAULT_SIZE, least=1, most=LARGEST_SIZE)
    page = call.number("page", 1, least=1)
    shown = list(items[(page - 1) * size : page * size])
    if not shown:
        return {"pageNumber": 0, "pageSize": 0, "totalPages": 0, "totalCount": 0, "data": []}
    return {"pageNumber": page, "pageSize": size, "totalPages": -1, "totalCount": -1, "data": shown}


def token_page(call: Call, items: Sequence[Any]) -> dict[str, Any]:
    """Return the page that the parameter `lastKey` asks for.

    If there is a next page, the answer's `lastKey` is the key of the next page. The answer has no total of items.
    """
    size = call.number("maxItems", DEFAULT_SIZE, least=DEFAULT_SIZE)
    start = _start(call)
    page: dict[str, Any] = {"data": list(items[start : start + size])}
    return page | ({"lastKey": _key(start + size)} if start + size < len(items) else {})


def _key(start: int) -> str:
    return base64.urlsafe_b64encode(f"after {start}".encode()).decode()


def _start(call: Call) -> int:
    key = call.query.get("lastKey")
    if not key:
        return 0
    try:
        return int(base64.urlsafe_b64decode(key).decode().removeprefix("after "))
    except ValueError:
        raise ApiError(1018, key, "lastKey") from None


def _head(page: int, size: int, count: int) -> dict[str, Any]:
    pages = max(1, -(-count // size))
    return {"pageNumber": page, "pageSize": size, "totalPages": pages, "totalCount": count}


Json = Any


def success(result: Json = None) -> dict[str, Json]:
    """Return the JSON of a Result. If `result` is None, the JSON has no attribute `result`."""
    body = {"message": "SUCCESS", "resultCode": 0}
    return body if result is None else body | {"result": result}
