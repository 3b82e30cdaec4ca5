"""Finds folders and workspaces, and shows what they and Home contain."""

from __future__ import annotations

from typing import Any, TypeVar

from sandbox.errors import ApiError
from sandbox.http.results import token_page
from sandbox.http.routing import Call
from sandbox.model.access import Access
from sandbox.model.cell_json import permalink
from sandbox.model.cell_parsing import check_attributes, check_type
from sandbox.model.favorite import favorite_flag
from sandbox.model.folder_tree import access_to, folders_in, sheets_in
from sandbox.model.new_sheet import check_name
from sandbox.model.sheet import Sheet
from sandbox.model.sheet_json import sheet_summary, source_json
from sandbox.model.state import Folder, State, Workspace

Json = Any
Container = TypeVar("Container", Folder, Workspace)

CHILD_TYPES = frozenset({"sheets", "reports", "sights", "folders", "templates"})


def folder_in_path(call: Call, *, least: Access = Access.VIEWER) -> Folder:
    """Return the folder that the path names. Raises ApiError 1006 if the caller can't see the folder, and 1004 if their
    access is lower than `least`.
    """
    return _reachable(call, call.state.folders.get(call.path_id("folderId")), least)


def workspace_in_path(call: Call, *, least: Access = Access.VIEWER) -> Workspace:
    """Return the workspace that the path names. Raises ApiError 1006 if the caller can't see the workspace, and 1004 if
    their access is lower than `least`.
    """
    return _reachable(call, call.state.workspaces.get(call.path_id("workspaceId")), least)


def _reachable(call: Call, container: Container | None, least: Access) -> Container:
    access = access_to(call.state, container, call.person.id) if container else None
    if container is None or access is None:
        raise ApiError(1006)
    if access < least:
        raise ApiError(1004)
    return container


def read_name(call: Call, kind: str) -> str:
    """Return the name in the body. Raises ApiError if the body has other attributes, or if the name isn't valid."""
    body = call.json()
    check_attributes(kind, body, allowed={"name"}, read_only={"id", "permalink", "accessLevel", "favorite"})
    return check_name(kind, body.get("name"))


def folder_head(call: Call, folder: Folder) -> dict[str, Json]:
    """Return the JSON of a folder, without its contents."""
    head = {"id": folder.id, "name": folder.name, "permalink": permalink("folders", folder.id)}
    return head | favorite_flag(call.state, call.person.id, "folder", folder.id)


def workspace_head(state: State, workspace: Workspace, person_id: int) -> dict[str, Json]:
    """Return the JSON of a workspace, without its contents."""
    access = access_to(state, workspace, person_id) or Access.VIEWER
    return {
        "id": workspace.id,
        "name": workspace.name,
        "accessLevel": access.name,
        "permalink": permalink("workspaces", workspace.id),
    } | favorite_flag(state, person_id, "workspace", workspace.id)


def sheet_listing(call: Call, sheet: Sheet) -> dict[str, Json]:
    """Return the JSON of a sheet, as it appears in a list."""
    access = sheet.access_of(call.person.id) or Access.VIEWER
    include = call.words("include")
    summary = sheet_summary(sheet, access, api_level=call.api_level, include=include)
    summary |= source_json(call.state, sheet.id, include)
    return summary | favorite_flag(call.state, call.person.id, "sheet", sheet.id)


def contents(call: Call, container_id: int) -> dict[str, Json]:
    """Return the sheets and folders in a container, with everything in these folders. Empty lists are left out."""
    state = call.state
    sheets = [sheet_listing(call, sheet) for sheet in sheets_in(state, container_id, call.person.id)]
    folders = [folder_head(call, folder) | contents(call, folder.id) for folder in folders_in(state, container_id)]
    return {kind: found for kind, found in {"sheets": sheets, "folders": folders}.items() if found}


def children(call: Call, container_id: int) -> dict[str, Json]:
    """Return one page of the items directly in a container. Sheets and folders are in the same list."""
    wanted = call.words("childrenResourceTypes") or CHILD_TYPES
    if unknown := wanted - CHILD_TYPES:
        raise ApiError(1018, min(unknown), "childrenResourceTypes")
    found: list[Json] = []
    if "sheets" in wanted:
        sheets = sheets_in(call.state, container_id, call.person.id)
        found += [{"resourceType": "sheet"} | sheet_listing(call, sheet) for sheet in sheets]
    if "folders" in wanted:
        folders = folders_in(call.state, container_id)
        found += [{"resourceType": "folder"} | folder_head(call, folder) for folder in folders]
    return token_page(call, found)


KINDS: dict[str, type[Folder] | type[Workspace]] = {"folder": Folder, "workspace": Workspace}


def destination_of(call: Call, body: Json) -> int | None:
    """Return the id of the container that the body names; None for Home. Raises ApiError (1004, 1006, 1008, 1012, 1031)
    if the caller can't put anything into the container, or if the body isn't valid.
    """
    check_attributes(
        "containerDestination", body, allowed={"destinationId", "destinationType", "newName"}, read_only=set()
    )
    check_type(body, "destinationId", int)
    kind = str(body.get("destinationType") or ("folder" if body.get("destinationId") else "home")).lower()
    if kind == "home":
        return None
    if kind not in KINDS:
        raise ApiError(1031, body["destinationType"], "destinationType")
    if body.get("destinationId") is None:
        raise ApiError(1012, "destinationId")
    return _container(call, KINDS[kind], body["destinationId"])


def _container(call: Call, kind: type[Folder] | type[Workspace], container_id: int) -> int:
    container = call.state.container(container_id)
    access = access_to(call.state, container, call.person.id) if isinstance(container, kind) else None
    if access is None:
        raise ApiError(1006)
    if access < Access.ADMIN:
        raise ApiError(1004)
    return container_id
