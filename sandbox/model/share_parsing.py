"""Reading the shares that a request asks for. https://developers.smartsheet.com/api/smartsheet/openapi/sharing"""

from __future__ import annotations

from typing import Any

from sandbox.errors import ApiError
from sandbox.model.access import Access
from sandbox.model.accounts import check_email, person_for
from sandbox.model.cell_parsing import check_attributes, check_type
from sandbox.model.state import State, by_id

Json = Any

WRITABLE = {"accessLevel", "ccMe", "email", "groupId", "message", "subject", "userId"}
READ_ONLY = {"createdAt", "id", "modifiedAt", "name", "scope", "type"}
MOST_SHARES = 1000


def read_shares(state: State, items: list[Json], *, most: Access) -> list[tuple[int, Access]]:
    """Person or group id → access for each. Raises ApiError (1004, 1008, 1012, 1020, 1026, 1066, 1106, 1156, 1219)."""
    if len(items) > MOST_SHARES:
        raise ApiError(1066, MOST_SHARES)
    for item in items:
        check_attributes("share", item, allowed=WRITABLE, read_only=READ_ONLY)
    levels = [_level(item, most) for item in items]
    named = [_named(state, item) for item in items]
    holders = [_holder(state, name, value) for name, value in named]
    return list(dict(zip(holders, levels, strict=True)).items())


def read_update(item: Json, *, most: Access) -> Access:
    """The access level that a share shall have."""
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
    """By what somebody is named, and found good before anybody is given anything."""
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
    """Who is meant; an address that nobody has gets an account of its own, waiting for its owner."""
    return person_for(state, value).id if name == "email" else int(value)
