"""Workspaces. https://developers.smartsheet.com/api/smartsheet/openapi/workspaces"""

from __future__ import annotations

from typing import Any

from sandbox.api.containers import children, contents, folder_head, read_name, workspace_head, workspace_in_path
from sandbox.api.folders import create_folder
from sandbox.clock import now
from sandbox.http.results import index_result, success, token_page
from sandbox.http.routing import Call, operation
from sandbox.model.access import Access
from sandbox.model.folder_tree import folders_in, remove, workspace_access
from sandbox.model.state import Workspace

Json = Any


@operation("list-workspaces", "GET", "/workspaces", scope="READ_SHEETS")
def list_all(call: Call) -> Json:
    """List the workspaces that the caller can see. With `paginationType=token`, answers have the next page's key."""
    state, person_id = call.state, call.person.id
    seen = [workspace for workspace in state.workspaces.values() if workspace_access(state, workspace, person_id)]
    shown = [workspace_head(state, each, person_id) for each in sorted(seen, key=lambda each: each.name.casefold())]
    return token_page(call, shown) if call.query.get("paginationType") == "token" else index_result(call, shown)


@operation("create-workspace", "POST", "/workspaces", scope="ADMIN_WORKSPACES")
def create(call: Call) -> Json:
    """Make a workspace."""
    workspace = Workspace(call.state.new_id(), read_name(call, "workspace"), call.person.id, now(), now())
    call.state.workspaces[workspace.id] = workspace
    call.announce("workspace", workspace.id, "created", workspaceName=workspace.name)
    return success(_head(call, workspace))


@operation("get-workspace", "GET", "/workspaces/{workspaceId}", scope="READ_SHEETS")
def get(call: Call) -> Json:
    """Get a workspace with its contents. With `loadAll=true`, the answer also has the contents of its folders."""
    workspace = workspace_in_path(call)
    found = contents(call, workspace.id)
    if "folders" in found and not call.flag("loadAll"):
        found["folders"] = [folder_head(call, folder) for folder in folders_in(call.state, workspace.id)]
    return _head(call, workspace) | found


@operation("get-workspace-metadata", "GET", "/workspaces/{workspaceId}/metadata", scope="READ_SHEETS")
def metadata(call: Call) -> Json:
    """Get a workspace without its contents."""
    workspace = workspace_in_path(call)
    return _head(call, workspace) | {"createdAt": workspace.created_at, "modifiedAt": workspace.modified_at}


@operation("get-workspace-children", "GET", "/workspaces/{workspaceId}/children", scope="READ_SHEETS")
def list_children(call: Call) -> Json:
    """List the items directly in a workspace."""
    return children(call, workspace_in_path(call).id)


@operation("update-workspace", "PUT", "/workspaces/{workspaceId}", scope="ADMIN_WORKSPACES")
def update(call: Call) -> Json:
    """Rename a workspace."""
    workspace = workspace_in_path(call, least=Access.ADMIN)
    old, workspace.name = workspace.name, read_name(call, "workspace")
    workspace.modified_at = now()
    call.announce("workspace", workspace.id, "rename", oldName=old, newName=workspace.name)
    return success(_head(call, workspace))


@operation("delete-workspace", "DELETE", "/workspaces/{workspaceId}", scope="ADMIN_WORKSPACES")
def delete(call: Call) -> Json:
    """Delete a workspace with its contents."""
    workspace = workspace_in_path(call, least=Access.OWNER)
    remove(call.state, workspace.id)
    call.announce("workspace", workspace.id, "deleted")
    return success()


@operation("get-workspace-folders", "GET", "/workspaces/{workspaceId}/folders", scope="READ_SHEETS")
def list_folders(call: Call) -> Json:
    """List the folders at the top of a workspace."""
    folders = folders_in(call.state, workspace_in_path(call).id)
    return index_result(call, [folder_head(call, folder) for folder in folders])


@operation("create-workspace-folder", "POST", "/workspaces/{workspaceId}/folders", scope="ADMIN_WORKSPACES")
def add_folder(call: Call) -> Json:
    """Make a folder in a workspace."""
    return create_folder(call, workspace_in_path(call, least=Access.ADMIN).id)


def _head(call: Call, workspace: Workspace) -> dict[str, Json]:
    return workspace_head(call.state, workspace, call.person.id)
