"""Changes sheets from outside the API, as if a form, an automation, a cell link, or a person in Smartsheet's app did
it.

https://developers.smartsheet.com/api/smartsheet/openapi/events: system user ids
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sandbox.errors import ApiError
from sandbox.model.access import Access
from sandbox.model.cell_parsing import Writing
from sandbox.model.formula_autofill import autofill
from sandbox.model.row_change import RowEdit, add_rows, delete_rows, read_edits, update_rows
from sandbox.model.sheet import Row, Sheet
from sandbox.model.state import AUTOMATION_USER, CELL_LINK_USER, FORM_USER, Person, State, by_id

Json = Any

KINDS = ("add", "update", "delete")
ALLOWED = {
    "form": ("add",),
    "automation": ("add", "update"),
    "cellLink": ("update",),
    "person": KINDS,
}
SYSTEM_USERS = {"form": FORM_USER, "automation": AUTOMATION_USER, "cellLink": CELL_LINK_USER}
KEYS = {"by", "person", "sheetId", *KINDS}


class BadChange(ValueError):
    """The description of a change isn't valid. The exception's message says why."""


@dataclass(frozen=True, slots=True)
class OutsideChange:
    """A change that was made. `by` is the id of the person or system user who made it."""

    sheet: Sheet
    by: int
    rows: list[Row]
    deleted: list[int]


def change_sheet(state: State, description: Json) -> OutsideChange:
    """Make the change that a JSON object describes, completely or not at all.

    The key `by` is "form", "automation", "cellLink" or "person". For "person", the key `person` has the person's id.
    `sheetId` is the id of the sheet. `add` and `update` are rows as in the API. `delete` is a list of row ids. Values
    are parsed as in Smartsheet's app.

    Raises:
        BadChange: a key or value isn't valid, or a form, automation or cell link can't make such a change.
        ApiError: Smartsheet would refuse the change, for example because a value doesn't fit its column.
    """
    if not isinstance(description, dict):
        raise BadChange("a change must be a JSON object")
    if unknown := sorted(description.keys() - KEYS):
        raise BadChange(f"unknown keys: {', '.join(unknown)}; known keys: {', '.join(sorted(KEYS))}")
    by = description.get("by")
    if not isinstance(by, str) or by not in ALLOWED:
        raise BadChange(f"by must be one of {', '.join(ALLOWED)}")
    given = {kind: description[kind] for kind in KINDS if description.get(kind)}
    are_lists = all(isinstance(items, list) for items in given.values())
    if not given or not are_lists or not given.keys() <= set(ALLOWED[by]):
        raise BadChange(f"a change by {by} needs a list of rows to {' or '.join(ALLOWED[by])}")
    writing = _writing(state, description, by)
    return _carried_out(writing, given, keep_links=by == "cellLink")


def _writing(state: State, description: dict[str, Json], by: str) -> Writing:
    sheet = by_id(state.sheets, description.get("sheetId"))
    if sheet is None:
        raise BadChange("no sheet has the id in sheetId")
    if by in SYSTEM_USERS:
        user = Person(SYSTEM_USERS[by], {"email": state.mini_user(SYSTEM_USERS[by])["email"]})
        return Writing(state, sheet, user, Access.OWNER)
    person = by_id(state.people, description.get("person"))
    if person is None:
        raise BadChange("no person has the id in person")
    access = sheet.access_of(person.id)
    if access is None or access < Access.EDITOR:
        raise ApiError(1004)
    return Writing(state, sheet, person, access)


def _carried_out(writing: Writing, given: dict[str, list[Json]], *, keep_links: bool) -> OutsideChange:
    """Read the whole description, and then change the sheet."""
    added, _ = read_edits(writing, _typed(given.get("add", [])), adding=True, partial=False, most=0)
    updated, _ = read_edits(writing, _typed(given.get("update", [])), adding=False, partial=False, most=0)
    if keep_links:
        for edit in updated:
            _keep_links(edit)
    ids = given.get("delete", [])
    if any(writing.sheet.row(row_id) is None for row_id in ids):
        raise ApiError(1006)
    _check_places(writing.sheet, ids, [*added, *updated])
    deleted = delete_rows(writing, ids, ignore_missing=False) if ids else []
    updated = [edit for edit in updated if edit.row and edit.row.id not in deleted]
    rows = update_rows(writing, updated) if updated else []
    if writing.person.id != AUTOMATION_USER:
        autofill(writing.sheet, added)
    rows += add_rows(writing, added, most_rows=0, most_cells=0)
    return OutsideChange(writing.sheet, writing.person.id, rows, deleted)


def _check_places(sheet: Sheet, ids: list[int], edits: list[RowEdit]) -> None:
    """Check the new locations of rows. Raises ApiError 1063 if a location has a parent row that the same change
    deletes. Raises ApiError 1064 if a location has a sibling that the same change deletes.
    """
    rows = [row for row_id in ids if (row := sheet.row(row_id))]
    gone = {member.id for row in rows for member in sheet.family(row)}
    for edit in edits:
        if edit.location and edit.location.parent_id in gone:
            raise ApiError(1063, edit.location.parent_id)
        if edit.location and edit.location.sibling_id in gone:
            raise ApiError(1064, edit.location.sibling_id)


def _typed(rows: list[Json]) -> list[Json]:
    """Return the rows. Each cell that has no `strict` gets `strict: false`."""
    return [
        row | {"cells": [{"strict": False} | cell if isinstance(cell, dict) else cell for cell in row["cells"]]}
        if isinstance(row, dict) and isinstance(row.get("cells"), list)
        else row
        for row in rows
    ]


def _keep_links(edit: RowEdit) -> None:
    """Give each new cell the link of the cell that it replaces. Raises BadChange if the replaced cell has no link."""
    for column_id, cell in edit.cells.items():
        old = edit.row.cell(column_id) if edit.row else cell
        if old.link is None:
            raise BadChange(f"the cell in column {column_id} has no link")
        edit.cells[column_id] = replace(old, value=cell.value, display=cell.display, object_value=cell.object_value)
