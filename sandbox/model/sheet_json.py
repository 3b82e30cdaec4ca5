"""Makes JSON from sheets and rows, in the variants that a client can ask for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

import orjson

from sandbox.model.access import Access
from sandbox.model.cell_json import View, cell_json, cell_of, columns_json, dumps, permalink, wanted_columns
from sandbox.model.cell_link import link_status, linked_sheet
from sandbox.model.folder_tree import workspace_around
from sandbox.model.remark_json import Remarks
from sandbox.model.sheet import Row, Sheet
from sandbox.model.state import Person, State

Json = Any

OF_CELLS = frozenset({"columnType", "format", "objectValue"})


LEFT_OUT_OF_CELLS = frozenset({"linkInFromCellDetails", "linksOutToCellsDetails", "nonexistentCells"})


ATTACHMENT_OPTIONS = ["LINK", "FILE", "ONEDRIVE", "GOOGLE_DRIVE", "EVERNOTE", "BOX_COM", "EGNYTE", "DROPBOX"]


def _links_out(state: State, sheet: Sheet, view: View) -> dict[tuple[int, int], list[dict[str, Json]]]:
    found: dict[tuple[int, int], list[dict[str, Json]]] = {}
    for source, there in sheet.links_out:
        target = state.sheets[there.sheet_id]
        link = linked_sheet(there.sheet_id, target, view.reader)
        if "linksOutToCellsDetails" not in view.exclude:
            status = link_status(state, target, there, view.reader)
            link = {"status": status, **link, "rowId": there.row_id, "columnId": there.column_id}
        found.setdefault((source.row_id, source.column_id), []).append(link)
    return found


def _cells(state: State, sheet: Sheet, row: Row, view: View, links: Mapping[tuple[int, int], Json]) -> list[Json]:
    cells = []
    for column in wanted_columns(sheet, view):
        body = cell_json(state, sheet, column, cell_of(state, row, column), view)
        if out := links.get((row.id, column.id)):
            body["linksOutToCells"] = out
        if len(body) > 1 or "nonexistentCells" not in view.exclude:
            cells.append(body)
    return cells


class Rows:
    """Makes JSON from rows of one sheet, for one person and one view.

    The JSON of a row's cells is cached until the row changes, so that large sheets are sent quickly.
    """

    def __init__(
        self, state: State, sheet: Sheet, access: Access, view: View, *, remarks: Remarks | None = None
    ) -> None:
        self.state, self.sheet, self.access, self.view = state, sheet, access, view
        self._remarks = remarks
        self._links = _links_out(state, sheet, view)
        self._linked_rows = {row_id for row_id, _ in self._links}
        self._look = replace(
            view, include=view.include & OF_CELLS, exclude=view.exclude & LEFT_OUT_OF_CELLS, reader=None
        )

    def json(self, row: Row) -> dict[str, Json]:
        """Return the JSON of a Row, as part of a sheet or a result."""
        place = self.sheet.place(row)
        optional = {
            "siblingId": place.sibling_id,
            "parentId": row.parent_id,
            "locked": row.locked,
            "lockedForUser": row.locked and self.access < Access.ADMIN,
            "format": row.format if "format" in self.view.include else None,
            "permalink": permalink("rows", row.id) if "rowPermalink" in self.view.include else None,
        }
        body: dict[str, Json] = {"id": row.id, "rowNumber": place.number}
        body |= {name: value for name, value in optional.items() if value}
        body |= {"expanded": row.expanded, "createdAt": row.created_at, "modifiedAt": row.modified_at}
        if self.view.include & {"writerInfo", "rowWriterInfo"}:
            body["createdBy"] = self.state.mini_user(row.created_by)
            body["modifiedBy"] = self.state.mini_user(row.modified_by)
        if "filters" in self.view.include:
            body["filteredOut"] = False
        if self._remarks:
            body |= self._remarks.of_row(row.id)
        return body | {"cells": orjson.Fragment(self._cells(row))}

    def list(self, rows: Iterable[Row]) -> list[dict[str, Json]]:
        """Return the JSON of several rows."""
        return [self.json(row) for row in rows]

    def _cells(self, row: Row) -> bytes:
        stands_alone = self.view.columns is None and row.id not in self._linked_rows
        if stands_alone and (kept := row._json.get(self._look)):
            return kept
        encoded = dumps(_cells(self.state, self.sheet, row, self.view, self._links))
        if stands_alone and not _shows_a_link(row):
            row._json[self._look] = encoded
        return encoded


def _shows_a_link(row: Row) -> bool:
    return any(cell.link for cell in row.cells.values())


def sheet_summary(sheet: Sheet, access: Access, *, api_level: int, include: Collection[str]) -> dict[str, Json]:
    """Return the JSON of a sheet, as it appears in a list."""
    body: dict[str, Json] = {
        "id": sheet.id,
        "name": sheet.name,
        "accessLevel": access.shown(api_level=api_level),
        "permalink": permalink("sheets", sheet.id),
        "createdAt": sheet.created_at,
        "modifiedAt": sheet.modified_at,
    }
    return body | ({"version": sheet.version} if "sheetVersion" in include else {})


def sheet_json(sheet: Sheet, access: Access, view: View, *, owner: Person | None, api_level: int) -> dict[str, Json]:
    """Return the JSON of a sheet without its rows."""
    body: dict[str, Json] = {
        "id": sheet.id,
        "name": sheet.name,
        "version": sheet.version,
        "totalRowCount": len(sheet.rows),
        "accessLevel": access.shown(api_level=api_level),
        "effectiveAttachmentOptions": ATTACHMENT_OPTIONS,
        "ganttEnabled": False,
        "dependenciesEnabled": False,
        "resourceManagementEnabled": False,
        "resourceManagementType": "NONE",
        "cellImageUploadEnabled": True,
        "userSettings": {"criticalPathEnabled": False, "displaySummaryTasks": True},
        "userPermissions": {"summaryPermissions": _summary_permissions(access)},
        "hasSummaryFields": False,
        "isMultiPicklistEnabled": True,
        "permalink": permalink("sheets", sheet.id),
        "createdAt": sheet.created_at,
        "modifiedAt": sheet.modified_at,
    }
    if "ownerInfo" in view.include and owner:
        body |= {"owner": owner.email, "ownerId": owner.id}
    return body | {"columns": columns_json(sheet, access, view)}


def _summary_permissions(access: Access) -> str:
    if access >= Access.ADMIN:
        return "ADMIN"
    return "READ_WRITE" if access >= Access.EDITOR else "READ_ONLY"


def source_json(state: State, object_id: int, include: Collection[str]) -> dict[str, Json]:
    """Return JSON with the item that a sheet or dashboard was copied from. Return an empty dictionary if it isn't a
    copy, or if `include` doesn't have `source`.
    """
    source = state.sources.get(object_id) if "source" in include else None
    return {"source": source} if source else {}


PERSONAL = {"criticalPathEnabled": False, "displaySummaryTasks": True}


def settings_json(state: State, sheet: Sheet, person_id: int) -> dict[str, Json]:
    """Return JSON with a person's own settings for a sheet, and with the sheet's project settings and workspace."""
    body: dict[str, Json] = {"userSettings": PERSONAL | sheet.settings.personal.get(person_id, {})}
    if sheet.settings.project is not None:
        body |= {"ganttEnabled": True, "dependenciesEnabled": True, "projectSettings": sheet.settings.project}
    workspace = workspace_around(state, sheet.container_id)
    return body | ({"workspace": {"id": workspace.id, "name": workspace.name}} if workspace else {})
