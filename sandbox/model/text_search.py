"""Searches text. https://developers.smartsheet.com/api/smartsheet/openapi/search

A result must contain all words of the query, or the whole phrase if the query is in quotation marks. Upper and lower
case don't matter. There is no index, so results always include the latest change. In Smartsheet, it can take a while
until a change can be found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.model.cell_json import cell_of
from sandbox.model.folder_tree import access_to, workspace_access
from sandbox.model.remark import current
from sandbox.model.sheet import Row, Sheet
from sandbox.model.state import State

Json = Any

SCOPES = (
    "attachments",
    "cellData",
    "comments",
    "folderNames",
    "reportNames",
    "sheetNames",
    "sightNames",
    "summaryFields",
    "templateNames",
    "workspaceNames",
)


@dataclass(frozen=True, slots=True)
class Search:
    """A search: the words to find, and the scopes to search (some of SCOPES).

    With `since`, the search finds only what was changed at this time or later.
    """

    words: tuple[str, ...]
    scopes: frozenset[str] = frozenset(SCOPES)
    since: datetime | None = None

    def finds(self, text: str) -> bool:
        """Whether a text contains all words."""
        folded = text.casefold()
        return all(word in folded for word in self.words)

    def is_recent(self, moment: datetime) -> bool:
        """Whether the search includes a change that was made at `moment`."""
        return self.since is None or moment >= self.since


def words_of(query: str) -> tuple[str, ...]:
    """Return the words of a query. A phrase in quotation marks counts as one word."""
    folded = query.strip().casefold()
    if len(folded) > 2 and folded[0] == folded[-1] == '"':
        return (folded[1:-1],)
    return tuple(folded.split())


def search_everything(state: State, person_id: int, search: Search) -> Iterator[dict[str, Json]]:
    """Yield SearchResultItems for everything that a person can see."""
    for sheet in state.sheets_of(person_id):
        if "sheetNames" in search.scopes and search.finds(sheet.name) and search.is_recent(sheet.modified_at):
            yield _item(sheet.name, "sheet", sheet.id, [])
        yield from search_sheet(state, sheet, search)
    yield from _containers(state, person_id, search)


def search_sheet(state: State, sheet: Sheet, search: Search) -> Iterator[dict[str, Json]]:
    """Yield SearchResultItems for one sheet: its rows, discussions and attachments."""
    parent = {"parentObjectType": "sheet", "parentObjectId": sheet.id, "parentObjectName": sheet.name}
    for found in _on_sheet(state, sheet, search):
        yield found | parent


def _on_sheet(state: State, sheet: Sheet, search: Search) -> Iterator[dict[str, Json]]:
    if "cellData" in search.scopes:
        yield from _rows(state, sheet, search)
    if "comments" in search.scopes:
        yield from _discussions(sheet, search)
    if "attachments" in search.scopes:
        recent = (each for each in current(sheet.attachments) if search.is_recent(each.created_at))
        yield from _named("attachment", ((each.name, each.id) for each in recent), search)


def _rows(state: State, sheet: Sheet, search: Search) -> Iterator[dict[str, Json]]:
    for row in sheet.rows:
        text = _found_in_row(state, sheet, row, search) if search.is_recent(row.modified_at) else None
        if text is not None:
            yield _item(text, "row", row.id, [f"Row {sheet.place(row).number}"])


def _discussions(sheet: Sheet, search: Search) -> Iterator[dict[str, Json]]:
    for discussion in sheet.discussions:
        recent = (comment for comment in discussion.comments if search.is_recent(comment.modified_at))
        text = next((comment.text for comment in recent if search.finds(comment.text)), None)
        if text is not None:
            yield _item(text, "discussion", discussion.id, [])


def _found_in_row(state: State, sheet: Sheet, row: Row, search: Search) -> str | None:
    """Return the text of the first cell that has all words. If the words are in different cells of the row, return the
    text of the first cell that has the first word. Return None if a word is in none of the cells.
    """
    cells = (cell_of(state, row, column) for column in sheet.columns)
    texts = [cell.display or str(cell.value) for cell in cells if isinstance(cell.value, (str, int, float))]
    for text in texts:
        if search.finds(text):
            return text
    if not search.finds("\n".join(texts)):
        return None
    return next(text for text in texts if search.words[0] in text.casefold())


def _containers(state: State, person_id: int, search: Search) -> Iterator[dict[str, Json]]:
    if "folderNames" in search.scopes:
        folders = (folder for folder in state.folders.values() if access_to(state, folder, person_id))
        yield from _named("folder", ((folder.name, folder.id) for folder in folders), search)
    if "workspaceNames" in search.scopes:
        seen = (each for each in state.workspaces.values() if workspace_access(state, each, person_id))
        yield from _named("workspace", ((workspace.name, workspace.id) for workspace in seen), search)


def _named(kind: str, things: Iterable[tuple[str, int]], search: Search) -> Iterator[dict[str, Json]]:
    for name, object_id in things:
        if search.finds(name):
            yield _item(name, kind, object_id, [])


def _item(text: str, kind: str, object_id: int, context: list[str]) -> dict[str, Json]:
    return {"text": text, "objectType": kind, "objectId": object_id, "contextData": context}
