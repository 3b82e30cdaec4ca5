"""Makes new sheets: from columns, from a template, or as a copy of another sheet.

https://developers.smartsheet.com/api/smartsheet/openapi/sheets
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.model import cell_link
from sandbox.model.column_parsing import read_columns
from sandbox.model.folder_tree import below, sheets_in
from sandbox.model.formula import recalculate
from sandbox.model.predecessors import with_row_ids
from sandbox.model.remark_changes import copy_remarks
from sandbox.model.row_change import forget_calculations
from sandbox.model.sheet import Row, Sheet
from sandbox.model.state import Folder, Person, State, by_id
from sandbox.model.template import TEMPLATES

Json = Any

LONGEST_NAME = 50


def check_name(kind: str, name: Json) -> str:
    """Return the name of a sheet, folder or workspace. Raises ApiError (1008, 1012, 1041) if it isn't valid."""
    if name is None or name == "":
        raise ApiError(1012, f"{kind}.name")
    if not isinstance(name, str):
        raise ApiError(1008, 'Field "name" was of unexpected type.')
    if len(name) > LONGEST_NAME:
        raise ApiError(1041, f"{kind}.name", LONGEST_NAME, len(name))
    return name


def new_sheet(
    state: State,
    person: Person,
    definition: Json,
    *,
    container_id: int | None,
    include: frozenset[str],
    most_columns: int,
) -> Sheet:
    """Make the sheet that a request body describes. `person` becomes its owner.

    If `most_columns` is 0, there is no limit.

    Raises ApiError (1033, 1054, 1061, 1140, or an error of `read_columns`).
    """
    if not isinstance(definition, dict):
        raise ApiError(1008, "Expected an object of type sheet.")
    if not person.profile.get("licensedSheetCreator"):
        raise ApiError(1140)
    name = check_name("sheet", definition.get("name"))
    from_id = definition.get("fromId")
    source, template = by_id(state.sheets, from_id), by_id(TEMPLATES, from_id)
    if source and source.access_of(person.id):
        return copy_sheet(state, person, source, name=name, container_id=container_id, include=include)
    if from_id is not None and template is None:
        raise ApiError(1033)
    if template is None and not definition.get("columns"):
        raise ApiError(1054)
    sheet = _blank(state, person, name, container_id)
    sheet.columns = template.new_columns(state) if template else read_columns(state, definition["columns"])
    if 0 < most_columns < len(sheet.columns):
        raise ApiError(1061, "column")
    if template:
        sheet.settings.project = deepcopy(template.project)
        state.sources[sheet.id] = {"id": from_id, "type": "template"}
    state.sheets[sheet.id] = sheet
    return sheet


def copy_sheet(
    state: State, person: Person, source: Sheet, *, name: str, container_id: int | None, include: frozenset[str]
) -> Sheet:
    """Return a copy of a sheet. Its columns have new ids. The copy has rows only if `include` has `data` or `all`."""
    sheet = _blank(state, person, name, container_id)
    columns = {column.id: replace(column, id=state.new_id()) for column in source.columns}
    sheet.columns = list(columns.values())
    sheet.settings.project = deepcopy(source.settings.project)
    state.sheets[sheet.id] = sheet
    state.sources[sheet.id] = {"id": source.id, "type": "sheet"}
    if include & {"data", "all"}:
        sheet.rows = _copied_rows(state, person, source, {old: column.id for old, column in columns.items()})
        _settle_links(state, sheet, keep=bool(include & {"cellLinks", "all"}))
        recalculate(sheet, sheet.rows)
        forget_calculations(sheet.rows)
    ids = {old.id: row.id for old, row in zip(source.rows, sheet.rows, strict=False)}
    copy_remarks(state, source, sheet, ids=ids | {source.id: sheet.id}, include=include)
    if include & {"shares", "all"}:
        sheet.shares = {holder: access for holder, access in source.shares.items() if holder != person.id}
    return sheet


def copy_folder(
    state: State, person: Person, source: Folder, *, name: str, container_id: int | None, include: frozenset[str]
) -> Folder:
    """Return a copy of a folder, with copies of the folders below it and of the sheets that this person can see."""
    # The folders are listed before the copy is made, because the copy can be inside one of them.
    folders = [state.folders[folder_id] for folder_id in below(state, source.id)]
    copies: dict[int, Folder] = {}
    for old in folders:
        above = copies.get(old.container_id or 0)
        new = Folder(state.new_id(), old.name, person.id, now(), above.id if above else container_id)
        copies[old.id] = state.folders[new.id] = new
        for sheet in sheets_in(state, old.id, person.id):
            copy_sheet(state, person, sheet, name=sheet.name, container_id=new.id, include=include)
    copies[source.id].name = name
    return copies[source.id]


def _blank(state: State, person: Person, name: str, container_id: int | None) -> Sheet:
    return Sheet(state.new_id(), name, person.id, now(), now(), container_id=container_id)


def _copied_rows(state: State, person: Person, source: Sheet, columns: dict[int, int]) -> list[Row]:
    at, ids = now(), {row.id: state.new_id() for row in source.rows}
    rows = []
    for old in source.rows:
        row = Row(ids[old.id], at, person.id, at, person.id, parent_id=ids.get(old.parent_id or 0))
        row.expanded, row.locked, row.format, row.number = old.expanded, old.locked, old.format, old.number
        row.cells = {columns[key]: with_row_ids(cell, ids) for key, cell in old.cells.items() if key in columns}
        rows.append(row)
    return rows


def _settle_links(state: State, sheet: Sheet, *, keep: bool) -> None:
    """If `keep` is true, register the links of the copied cells. If not, turn the linked cells into plain values."""
    for row in sheet.rows:
        linked = [column_id for column_id, cell in row.cells.items() if cell.link]
        if keep:
            cell_link.register(state, sheet, row, linked)
            continue
        for column_id in linked:
            row.put(column_id, replace(row.cell(column_id), link=None, link_broken=False))
