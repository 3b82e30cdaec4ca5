"""Steps of the tests that undo moves and deletions of rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from audit.changes import LoggedChange, with_outcomes
from audit.models import Entry
from audit.vocabulary import Origin
from edits.saving import DeleteRow, MoveRow, Place, save
from tests.edits.browser import Page
from tests.edits.saving.conftest import ManyRows

FORMULA = '=Task@row + "!"'
RED = ",,,,,,,,2,,,,,,,,"

Rows = Callable[[int], ManyRows]


def put(sheet: ManyRows, row: int, **attributes: Any) -> None:
    """Change or move a row without the app."""
    sheet.call("PUT", f"/sheets/{sheet.id}/rows", [{"id": sheet.row_ids[row], **attributes}])


def outline(sheet: ManyRows) -> list[str]:
    """The rows' names in their order, indented by one dot per level."""
    depths: dict[int, int] = {}
    found = []
    for row in sheet.call("GET", f"/sheets/{sheet.id}")["rows"]:
        depths[row["id"]] = depths.get(row.get("parentId"), -1) + 1
        name = next((cell["value"] for cell in row["cells"] if cell["columnId"] == sheet.task), "")
        found.append("." * depths[row["id"]] + name.removeprefix("row "))
    return found


ARRANGED = ["0", "1", ".2", "..3", ".4", "5"]


def row_named(sheet: ManyRows, name: str) -> dict[str, Any]:
    found = sheet.call("GET", f"/sheets/{sheet.id}?include=format")["rows"]
    row: dict[str, Any] = next(row for row in found if any(cell.get("value") == name for cell in row["cells"]))
    return row


def move(sheet: ManyRows, *moves: tuple[int, Place]) -> list[Entry]:
    """Move rows in one edit, and return the edit's intents."""
    changes = [MoveRow(sheet.row_ids[row], place) for row, place in moves]
    result = save(sheet.read(), changes)
    result.raise_error()
    return list(Entry.objects.intents().of_edit(result.edit_ids[0]).order_by("id"))


def delete(sheet: ManyRows, *row_numbers: int) -> list[Entry]:
    """Delete rows in one edit, and return the edit's intents."""
    ids = [sheet.row_ids[row] for row in row_numbers]
    result = save(sheet.read(ids, with_descendants=True), [DeleteRow(row_id) for row_id in ids])
    result.raise_error()
    return list(Entry.objects.intents().of_edit(result.edit_ids[0]).order_by("id"))


def path_of(entry: Entry) -> str:
    return f"/sheets/undo/{entry.pk}/"


def edit_path_of(entry: Entry) -> str:
    return f"/sheets/undo/edit/{entry.edit_id}/"


def ask(browser: Client, path: str) -> Page:
    return Page.open(browser, path)


def confirm(browser: Client, path: str, key: str = "") -> Page:
    found = re.search(r'name="once" value="([^"]+)"', ask(browser, path).html)
    assert found or key, ask(browser, path).text
    answer = browser.post(path, {"once": key or (found[1] if found else "")}, follow=True)
    return Page.of(browser, path, answer)


def undoings() -> list[LoggedChange]:
    return with_outcomes(Entry.objects.intents().filter(origin=Origin.UNDO).order_by("id"))
