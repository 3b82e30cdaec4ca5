"""Folders and Home. https://developers.smartsheet.com/api/smartsheet/openapi/folders"""

from __future__ import annotations

from typing import Any

from sandbox.api.containers import (
    children,
    contents,
    destination_of,
    folder_head,
    folder_in_path,
    read_name,
    sheet_listing,
    workspace_head,
)
from sandbox.api.reports import report_listing
from sandbox.api.sights import sight_listings
from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.http.results import index_result, success
from sandbox.http.routing import Call, operation
from sandbox.model.access import Access
from sandbox.model.folder_tree import below, folders_in, home_sheets, remove, workspace_access
from sandbox.model.new_sheet import check_name, copy_folder
from sandbox.model.sharing import spread
from sandbox.model.state import Folder

Json = Any


@operation("home-get", "GET", "/home", scope="READ_SHEETS")
def home(call: Call) -> Json:
    """List everything that the caller can see, nested as in Smartsheet's Home."""
    state, person_id = call.state, call.person.id
    visible = [each for each in state.workspaces.values() if workspace_access(state, each, person_id)]
    workspaces = [workspace_head(state, each, person_id) | contents(call, each.id) for each in visible]
    return _personal(call) | {
        "reports": report_listing(call),
        "sights": sight_listings(call),
        "workspaces": workspaces,
    }


@operation("list-home-contents", "GET", "/folders/personal", scope="READ_SHEETS")
def personal(call: Call) -> Json:
    """Get the caller's personal folder, called Sheets, with its contents."""
    return _personal(call)


@operation("home-list-folders", "GET", "/home/folders", scope="READ_SHEETS")
def list_in_home(call: Call) -> Json:
    """List the folders at the top of the caller's Home."""
    folders = folders_in(call.state, None, owner_id=call.person.id)
    return index_result(call, [folder_head(call, folder) for folder in folders])


@operation("create-home-folder", "POST", "/home/folders", scope="ADMIN_WORKSPACES")
def create_in_home(call: Call) -> Json:
    """Make a folder at the top of the caller's Home."""
    return create_folder(call, None)


@operation("get-folder", "GET", "/folders/{folderId}", scope="READ_SHEETS")
def get(call: Call) -> Json:
    """Get a folder with everything in it, at all levels."""
    folder = folder_in_path(call)
    return folder_head(call, folder) | contents(call, folder.id)


@operation("get-folder-metadata", "GET", "/folders/{folderId}/metadata", scope="READ_SHEETS")
def metadata(call: Call) -> Json:
    """Get a folder without its contents."""
    folder = folder_in_path(call)
    return folder_head(call, folder) | {"createdAt": folder.created_at}


@operation("get-folder-children", "GET", "/folders/{folderId}/children", scope="READ_SHEETS")
def list_children(call: Call) -> Json:
    """List the items directly in a folder."""
    return children(call, folder_in_path(call).id)


@operation("list-folders", "GET", "/folders/{folderId}/folders", scope="READ_SHEETS")
def list_in_folder(call: Call) -> Json:
    """List the folders directly in a folder."""
    return index_result(call, [folder_head(call, each) for each in folders_in(call.state, folder_in_path(call).id)])


@operation("create-folder-folder", "POST", "/folders/{folderId}/folders", scope="ADMIN_WORKSPACES")
def create_in_folder(call: Call) -> Json:
    """Make a folder in a folder."""
    return create_folder(call, folder_in_path(call, least=Access.ADMIN).id)


@operation("update-folder", "PUT", "/folders/{folderId}", scope="ADMIN_WORKSPACES")
def update(call: Call) -> Json:
    """Rename a folder."""
    folder = folder_in_path(call, least=Access.ADMIN)
    old, folder.name = folder.name, read_name(call, "folder")
    call.announce("folder", folder.id, "rename", oldName=old, newName=folder.name)
    return success(folder_head(call, folder))


@operation("move-folder", "POST", "/folders/{folderId}/move", scope="ADMIN_WORKSPACES")
def move(call: Call) -> Json:
    """Move a folder with everything in it."""
    folder = folder_in_path(call, least=Access.ADMIN)
    destination = destination_of(call, call.json())
    if destination in list(below(call.state, folder.id)):
        raise ApiError(1258)
    folder.container_id = destination
    spread(call.state)
    return success(folder_head(call, folder))


@operation("copy-folder", "POST", "/folders/{folderId}/copy", scope="ADMIN_WORKSPACES")
def copy(call: Call) -> Json:
    """Copy a folder with everything in it. Rows are copied only if `include` asks for them."""
    folder, body = folder_in_path(call), call.json()
    destination = destination_of(call, body)
    name = check_name("folder", body.get("newName") or folder.name)
    if not call.person.profile.get("licensedSheetCreator"):
        raise ApiError(1140)
    new = copy_folder(
        call.state, call.person, folder, name=name, container_id=destination, include=call.words("include")
    )
    spread(call.state)
    call.announce("folder", new.id, "created", folderName=name, sourceType="folder", sourceObjectId=folder.id)
    return success(folder_head(call, new))


@operation("delete-folder", "DELETE", "/folders/{folderId}", scope="ADMIN_WORKSPACES")
def delete(call: Call) -> Json:
    """Delete a folder with everything in it."""
    folder = folder_in_path(call, least=Access.ADMIN)
    remove(call.state, folder.id)
    call.announce("folder", folder.id, "deleted")
    return success()


def create_folder(call: Call, container_id: int | None) -> Json:
    """Make the folder that the body describes. `container_id` says where; None means the caller's Home."""
    folder = Folder(call.state.new_id(), read_name(call, "folder"), call.person.id, now(), container_id)
    call.state.folders[folder.id] = folder
    call.announce("folder", folder.id, "created", folderName=folder.name)
    return success(folder_head(call, folder))


def _personal(call: Call) -> dict[str, Json]:
    folders = folders_in(call.state, None, owner_id=call.person.id)
    return {
        "sheets": [sheet_listing(call, sheet) for sheet in home_sheets(call.state, call.person.id)],
        "folders": [folder_head(call, folder) | contents(call, folder.id) for folder in folders],
    }
