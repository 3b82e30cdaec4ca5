"""Shares sheets and workspaces with people and groups.

https://developers.smartsheet.com/api/smartsheet/openapi/sharing
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.model.access import Access
from sandbox.model.accounts import check_email, person_for
from sandbox.model.cell_parsing import check_attributes, check_type
from sandbox.model.folder_tree import workspace_around
from sandbox.model.sheet import Sheet
from sandbox.model.state import Report, Sight, State, Workspace, by_id

Json = Any
Item = Sheet | Workspace | Report | Sight


def shared_items(state: State) -> list[Item]:
    """Return everything that can be shared."""
    return [*state.sheets.values(), *state.workspaces.values()]


def spread(state: State) -> None:
    """Update the access that people have through groups and workspaces. Call this after each change of shares, groups
    or workspaces.
    """
    for sheet in state.sheets.values():
        inherited: dict[int, Access] = {}
        for holder, access in _grants(state, sheet):
            for person_id in state.members(holder):
                inherited[person_id] = max(access, inherited.get(person_id, access))
        sheet.inherited = inherited


def _grants(state: State, sheet: Sheet) -> Iterator[tuple[int, Access]]:
    yield from sheet.shares.items()
    workspace = workspace_around(state, sheet.container_id)
    if workspace:
        yield workspace.owner_id, Access.ADMIN
        yield from workspace.shares.items()


def share_id(item: Item, holder: int) -> str:
    """Return the id of a share: letters and digits that are always the same for the same item and holder."""
    digest = hashlib.blake2b(f"{item.id}/{holder}".encode(), digest_size=10).digest()
    return base64.b32encode(digest).decode()


def set_share(item: Item, holder: int, access: Access) -> None:
    """Share an item with a person or group, or change their access."""
    since = share_times(item, holder)[0] if holder in item.shares else now()
    item.shares[holder] = access
    item.share_times[holder] = (since, now())


def share_times(item: Item, holder: int) -> tuple[datetime, datetime]:
    """Return when a share was made, and when it was last changed."""
    return item.share_times.get(holder, (item.created_at, item.created_at))


def end_share(item: Item, holder: int) -> None:
    """Delete a share of an item."""
    del item.shares[holder]
    item.share_times.pop(holder, None)


def holder_of(state: State, item: Item, wanted: str) -> int:
    """Return the id of the person or group that has the share with this id. Raises ApiError 1023 if the share belongs
    to the sheet's workspace, and 1027 if there is no such share.
    """
    for holder in (item.owner_id, *item.shares):
        if share_id(item, holder) == wanted:
            return holder
    if any(share["id"] == wanted for share in workspace_shares(state, item)):
        raise ApiError(1023)
    raise ApiError(1027)


def own_shares(state: State, item: Item) -> list[dict[str, Json]]:
    """Return the JSON of an item's own shares. The owner's share comes first."""
    return [share_json(state, item, holder) for holder in (item.owner_id, *item.shares)]


def workspace_shares(state: State, item: Item) -> list[dict[str, Json]]:
    """Return the JSON of the shares that a sheet has through its workspace."""
    workspace = workspace_around(state, item.container_id) if isinstance(item, Sheet) else None
    return own_shares(state, workspace) if workspace else []


def share_json(state: State, item: Item, holder: int) -> dict[str, Json]:
    """Return the JSON of a Share."""
    created_at, modified_at = share_times(item, holder)
    body: dict[str, Json] = {"id": share_id(item, holder)}
    group = state.groups.get(holder)
    if group:
        body |= {"type": "GROUP", "groupId": group.id, "name": group.name}
    else:
        body |= {"type": "USER", "userId": holder, **state.mini_user(holder)}
    return body | {
        "accessLevel": Access.OWNER.name if holder == item.owner_id else item.shares[holder].name,
        "scope": "WORKSPACE" if isinstance(item, Workspace) else "ITEM",
        "createdAt": created_at,
        "modifiedAt": modified_at,
    }


WRITABLE = {"accessLevel", "ccMe", "email", "groupId", "message", "subject", "userId"}
READ_ONLY = {"createdAt", "id", "modifiedAt", "name", "scope", "type"}
MOST_SHARES = 1000


def read_shares(state: State, items: list[Json], *, most: Access) -> list[tuple[int, Access]]:
    """Return the id of each person or group in a request, with the new access. Raises ApiError (1004, 1008, 1012, 1020,
    1026, 1066, 1106, 1156, 1219) if a share isn't valid.
    """
    if len(items) > MOST_SHARES:
        raise ApiError(1066, MOST_SHARES)
    for item in items:
        check_attributes("share", item, allowed=WRITABLE, read_only=READ_ONLY)
    levels = [_level(item, most) for item in items]
    named = [_named(state, item) for item in items]
    holders = [_holder(state, name, value) for name, value in named]
    return list(dict(zip(holders, levels, strict=True)).items())


def read_update(item: Json, *, most: Access) -> Access:
    """Return the new access level of a share. Raises ApiError if it isn't valid."""
    check_attributes("share", item, allowed={"accessLevel"}, read_only=(WRITABLE | READ_ONLY) - {"accessLevel"})
    return _level(item, most)


def _level(item: dict[str, Json], most: Access) -> Access:
    if item.get("accessLevel") is None:
        raise ApiError(1012, "share.accessLevel")
    level = Access.__members__.get(str(item["accessLevel"]))
    if level is None:
        raise ApiError(1031, item["accessLevel"], "share.accessLevel")
    if level is Access.OWNER:
        raise ApiError(1026)
    if level > most:
        raise ApiError(1004)
    return level


def _named(state: State, item: dict[str, Json]) -> tuple[str, Json]:
    """Return the attribute that names the person or group, and its value. Raises ApiError if the value isn't valid."""
    named = [name for name in ("email", "groupId", "userId") if item.get(name) is not None]
    if not named:
        raise ApiError(1012, "share.email")
    if len(named) > 1:
        raise ApiError(1219, f"share.{named[0]}", f"share.{named[1]}")
    check_type(item, "email", str)
    value = item[named[0]]
    if named[0] == "email":
        check_email(value)
    if named[0] == "groupId" and by_id(state.groups, value) is None:
        raise ApiError(1106)
    if named[0] == "userId" and by_id(state.people, value) is None:
        raise ApiError(1020)
    return named[0], value


def _holder(state: State, name: str, value: Json) -> int:
    """Return the id of the person or group whose attribute `name` has this value.

    If `value` is an e-mail address that no one has, add a person with this address.
    """
    return person_for(state, value).id if name == "email" else int(value)
