"""Shares of sheets and workspaces. https://developers.smartsheet.com/api/smartsheet/openapi/sharing

The newer paths (/shares?assetType=&assetId=) do the same as the paths /sheets/{id}/shares and /workspaces/{id}/shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.api.containers import workspace_in_path
from sandbox.errors import ApiError
from sandbox.http.results import index_result, success, token_page
from sandbox.http.routing import Call, operation
from sandbox.model.access import Access
from sandbox.model.folder_tree import workspace_access
from sandbox.model.sharing import (
    Item,
    end_share,
    holder_of,
    own_shares,
    read_shares,
    read_update,
    set_share,
    share_json,
    spread,
    workspace_shares,
)
from sandbox.model.sheet import Sheet
from sandbox.model.state import Workspace

Json = Any


@operation("list-sheet-shares", "GET", "/sheets/{sheetId}/shares", scope="READ_SHEETS")
def list_of_sheet(call: Call) -> Json:
    """List the shares of a sheet. `include=workspaceShares` adds the shares of its workspace."""
    return index_result(call, _shares(call, call.sheet, "workspaceShares" in call.words("include")))


@operation("share-sheet-get", "GET", "/sheets/{sheetId}/shares/{shareId}", scope="READ_SHEETS")
def get_of_sheet(call: Call) -> Json:
    """Get one share of a sheet."""
    return share_json(call.state, call.sheet, _holder(call, call.sheet))


@operation("share-sheet", "POST", "/sheets/{sheetId}/shares", scope="SHARE_SHEETS", access=Access.EDITOR_SHARE)
def add_to_sheet(call: Call) -> Json:
    """Share a sheet."""
    return _add(call, call.sheet, call.access)


@operation(
    "update-sheet-share",
    "PUT",
    "/sheets/{sheetId}/shares/{shareId}",
    scope="SHARE_SHEETS",
    access=Access.EDITOR_SHARE,
)
def update_of_sheet(call: Call) -> Json:
    """Change a person's or group's access to a sheet."""
    return success(_update(call, call.sheet, call.access))


@operation(
    "delete-sheet-share",
    "DELETE",
    "/sheets/{sheetId}/shares/{shareId}",
    scope="SHARE_SHEETS",
    access=Access.VIEWER,
)
def delete_of_sheet(call: Call) -> Json:
    """Delete a share of a sheet. Anyone can delete their own share."""
    return _delete(call, call.sheet, call.access)


@operation("list-workspace-shares", "GET", "/workspaces/{workspaceId}/shares", scope="READ_SHEETS")
def list_of_workspace(call: Call) -> Json:
    """List the shares of a workspace."""
    return index_result(call, _shares(call, workspace_in_path(call), with_workspace=False))


@operation("share-workspace-get", "GET", "/workspaces/{workspaceId}/shares/{shareId}", scope="READ_SHEETS")
def get_of_workspace(call: Call) -> Json:
    """Get one share of a workspace."""
    workspace = workspace_in_path(call)
    return share_json(call.state, workspace, _holder(call, workspace))


@operation("share-workspace", "POST", "/workspaces/{workspaceId}/shares", scope="ADMIN_WORKSPACES")
def add_to_workspace(call: Call) -> Json:
    """Share a workspace."""
    return _add(call, workspace_in_path(call, least=Access.ADMIN), Access.ADMIN)


@operation("update-workspace-share", "PUT", "/workspaces/{workspaceId}/shares/{shareId}", scope="ADMIN_WORKSPACES")
def update_of_workspace(call: Call) -> Json:
    """Change a person's or group's access to a workspace."""
    return success(_update(call, workspace_in_path(call, least=Access.ADMIN), Access.ADMIN))


@operation("delete-workspace-share", "DELETE", "/workspaces/{workspaceId}/shares/{shareId}", scope="ADMIN_WORKSPACES")
def delete_of_workspace(call: Call) -> Json:
    """Delete a share of a workspace."""
    return _delete(call, workspace_in_path(call, least=Access.ADMIN), Access.ADMIN)


@operation("list-asset-shares", "GET", "/shares", scope="READ_SHEETS")
def list_of_asset(call: Call) -> Json:
    """List the shares of a sheet or workspace."""
    item, _ = _asset(call)
    page = token_page(call, _shares(call, item, call.query.get("sharingInclude") == "WORKSPACE"))
    return {"items": page.pop("data")} | page


@operation("get-asset-share", "GET", "/shares/{shareId}", scope="READ_SHEETS")
def get_of_asset(call: Call) -> Json:
    """Get one share of a sheet or workspace."""
    item, _ = _asset(call)
    return share_json(call.state, item, _holder(call, item))


@operation("share-asset", "POST", "/shares", scope="SHARE_SHEETS")
def add_to_asset(call: Call) -> Json:
    """Share a sheet or workspace."""
    return _add(call, *_asset(call, least=Access.EDITOR_SHARE))


@operation("update-asset-share", "PATCH", "/shares/{shareId}", scope="SHARE_SHEETS")
def update_of_asset(call: Call) -> Json:
    """Change a person's or group's access to a sheet or workspace."""
    return _update(call, *_asset(call, least=Access.EDITOR_SHARE))


@operation("delete-asset-share", "DELETE", "/shares/{shareId}", scope="SHARE_SHEETS")
def delete_of_asset(call: Call) -> Json:
    """Delete a share of a sheet or workspace."""
    return _delete(call, *_asset(call))


def _asset(call: Call, *, least: Access = Access.VIEWER) -> tuple[Item, Access]:
    """Return the sheet or workspace that the parameters name, and the caller's access to it. Raises ApiError 1006 if
    the caller can't see the item, 1004 if their access is lower than `least`, and 1009 or 1018 for parameters that
    aren't valid.
    """
    kind = call.query.get("assetType") or ""
    if "assetId" not in call.query or not kind:
        raise ApiError(1009, "assetId" if kind else "assetType")
    kinds: dict[str, Mapping[int, Item]] = {"sheet": call.state.sheets, "workspace": call.state.workspaces}
    if kind not in kinds:
        raise ApiError(1018, kind, "assetType")
    found = kinds[kind].get(call.number("assetId", 0))
    access = _access(call, found) if found else None
    if found is None or access is None:
        raise ApiError(1006)
    if access < least:
        raise ApiError(1004)
    return found, access


def _access(call: Call, item: Item) -> Access | None:
    if isinstance(item, Workspace):
        return workspace_access(call.state, item, call.person.id)
    return item.access_of(call.person.id)


def _shares(call: Call, item: Item, with_workspace: bool) -> list[Json]:
    shares = own_shares(call.state, item)
    return shares + workspace_shares(call.state, item) if with_workspace and isinstance(item, Sheet) else shares


def _holder(call: Call, item: Item) -> int:
    return holder_of(call.state, item, call.path["shareId"])


def _add(call: Call, item: Item, access: Access) -> Json:
    """Create shares. If the body is a list, shares that already exist are skipped. Raises ApiError 1025 if the body is
    a single share that already exists.
    """
    body = call.json()
    asked = read_shares(call.state, body if isinstance(body, list) else [body], most=access)
    known = [holder for holder, _ in asked if holder in item.shares or holder == item.owner_id]
    if known and not isinstance(body, list):
        raise ApiError(1025)
    new = [(holder, level) for holder, level in asked if holder not in known]
    for holder, level in new:
        set_share(item, holder, level)
        _announce(call, item, holder, "add_share", accessLevel=level.name)
    spread(call.state)
    shown = [share_json(call.state, item, holder) for holder, _ in new]
    return success(shown if isinstance(body, list) else shown[0])


def _update(call: Call, item: Item, access: Access) -> Json:
    holder = _holder(call, item)
    level = read_update(call.json(), most=access)
    _check_editable(call, item, holder, access)
    set_share(item, holder, level)
    spread(call.state)
    return share_json(call.state, item, holder)


def _delete(call: Call, item: Item, access: Access) -> Json:
    holder = _holder(call, item)
    if holder == item.owner_id:
        raise ApiError(1028)
    if holder != call.person.id:
        _check_editable(call, item, holder, access)
    end_share(item, holder)
    _announce(call, item, holder, "remove_share")
    spread(call.state)
    return success()


def _announce(call: Call, item: Item, holder: int, change: str, **details: Json) -> None:
    who = {"groupId" if holder in call.state.groups else "userId": holder}
    call.announce("workspace" if isinstance(item, Workspace) else "sheet", item.id, change, **who, **details)


def _check_editable(call: Call, item: Item, holder: int, access: Access) -> None:
    """Raise ApiError if the caller can't change the share of `holder`, the id of a person or group.

    The error is 1028 for the owner's share, and 1040 for the caller's own share. It is 1004 if the caller isn't allowed
    to share the item, or if the holder's access is higher than the caller's.
    """
    if holder == item.owner_id:
        raise ApiError(1028)
    if holder == call.person.id:
        raise ApiError(1040)
    if access < Access.EDITOR_SHARE or item.shares[holder] > access:
        raise ApiError(1004)
