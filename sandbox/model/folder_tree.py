"""The tree of folders and workspaces: what they contain, who has access, and how they are deleted."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.model import cell_link
from sandbox.model.access import Access
from sandbox.model.sheet import Sheet
from sandbox.model.state import Folder, State, Workspace


def workspace_around(state: State, container_id: int | None) -> Workspace | None:
    """Return the workspace around a container, which can be the container itself.

    Return None if the container is in a person's Home.
    """
    while container_id in state.folders:
        container_id = state.folders[container_id].container_id
    return state.workspaces.get(container_id) if container_id is not None else None


def access_to(state: State, container: Folder | Workspace, person_id: int) -> Access | None:
    """Return a person's access to a container; None for no access. Only the owner has access to a folder in Home."""
    workspace = workspace_around(state, container.id)
    if workspace is None:
        return Access.OWNER if container.owner_id == person_id else None
    return workspace_access(state, workspace, person_id)


def workspace_access(state: State, workspace: Workspace, person_id: int) -> Access | None:
    """Return the access that a person has to a workspace, directly or through a group; None for no access."""
    if workspace.owner_id == person_id:
        return Access.OWNER
    found = [access for holder, access in workspace.shares.items() if person_id in state.members(holder)]
    return max(found, default=None)


def folders_in(state: State, container_id: int | None, *, owner_id: int | None = None) -> list[Folder]:
    """Return the folders directly in a container (None for Home), sorted by name.

    With `owner_id`, return only the folders of this person.
    """
    found = [folder for folder in state.folders.values() if folder.container_id == container_id]
    mine = [folder for folder in found if owner_id in (None, folder.owner_id)]
    return sorted(mine, key=lambda folder: (folder.name.casefold(), folder.id))


def sheets_in(state: State, container_id: int, person_id: int) -> list[Sheet]:
    """Return the sheets directly in a container, sorted by name. Sheets that the person can't see are left out."""
    return [sheet for sheet in state.sheets_of(person_id) if sheet.container_id == container_id]


def home_sheets(state: State, person_id: int) -> list[Sheet]:
    """Return the sheets at the top of a person's Home. These include the shared sheets whose folder or workspace the
    person can't see.
    """
    return [sheet for sheet in state.sheets_of(person_id) if not _is_in_reach(state, sheet.container_id, person_id)]


def _is_in_reach(state: State, container_id: int | None, person_id: int) -> bool:
    container = state.container(container_id)
    return container is not None and access_to(state, container, person_id) is not None


def below(state: State, container_id: int) -> Iterator[int]:
    """Yield the id of a container, and the ids of all folders below it."""
    yield container_id
    for folder in folders_in(state, container_id):
        yield from below(state, folder.id)


def remove_sheet(state: State, sheet: Sheet) -> None:
    """Delete a sheet."""
    del state.sheets[sheet.id]
    cell_link.cut(state, sheet)


def remove(state: State, container_id: int) -> None:
    """Delete a container with its contents."""
    gone = set(below(state, container_id))
    for sheet in [sheet for sheet in state.sheets.values() if sheet.container_id in gone]:
        remove_sheet(state, sheet)
    for each in gone:
        state.folders.pop(each, None)
        state.workspaces.pop(each, None)
