"""In Smartsheet's answers, one attribute has a value of an unexpected type. This app never answers with 500."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client

from edits.gateway.client import Gateway
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person

ROW = "Dig foundations"
ODD: list[Any] = [[1], {"odd": [1]}, -1, None]
PARTS: dict[str, tuple[str | int, ...]] = {
    "sheet": (),
    "column": ("columns", 3),
    "row": ("rows", 0),
    "cell": ("rows", 0, "cells", 3),
}
MORE = {
    "sheet": ("name", "version", "totalRowCount", "accessLevel", "modifiedAt", "columns", "rows"),
    "column": (
        "title",
        "type",
        "options",
        "contactOptions",
        "tags",
        "formula",
        "format",
        "width",
        "symbol",
        "systemColumnType",
    ),
    "row": ("parentId", "siblingId", "rowNumber", "format", "modifiedAt", "modifiedBy", "cells"),
    "cell": ("columnId", "value", "displayValue", "formula", "format", "objectValue", "hyperlink"),
}


def mutations(content: dict[str, Any], part: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield copies of a sheet. In each copy, one attribute of this part has an odd value."""
    for name in MORE[part]:
        for odd in ODD:
            copy = deepcopy(content)
            _inside(copy, part)[name] = odd
            yield f"{part}.{name} = {json.dumps(odd)}", copy


def _inside(content: Any, part: str) -> Any:
    for step in PARTS[part]:
        content = content[step]
    return content


@pytest.mark.parametrize("part", PARTS)
def test_no_reading_fails_with_500(
    browser: Client, plan: SitePlan, bob: Person, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.raise_request_exception = False
    row_id = plan.rows[ROW]
    query = "level=2&include=objectValue,format,writerInfo&accessApiLevel=1"
    sheet = plan.sandbox.call(bob, "GET", f"/sheets/{plan.id}?{query}&rowIds={row_id}")
    cursor = browser.get(f"/api/v1/sheets/{plan.id}").json()["cursor"]
    paths = [
        f"/api/v1/sheets/{plan.id}/rows?id={row_id}",
        f"/api/v1/sheets/{plan.id}/changes?since={cursor}",
        plan.edit_path(ROW),
    ]
    found = []
    for name, content in mutations(sheet, part):
        answer_with(monkeypatch, content)
        found += [(name, path, browser.get(path).status_code) for path in paths]
    assert [one for one in found if one[2] not in {200, 404, 503}] == []
    assert {status for _, _, status in found} >= {200, 503}


def answer_with(patch: pytest.MonkeyPatch, sheet: dict[str, Any]) -> None:
    """Answer each request for a row with this sheet's first row, and all other requests with the whole sheet."""
    patch.setattr(Gateway, "_call", lambda _gateway, name, *_more: sheet["rows"][0] if name == "row-get" else sheet)
