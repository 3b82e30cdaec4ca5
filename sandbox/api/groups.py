"""Groups and their members. https://developers.smartsheet.com/api/smartsheet/openapi/groups"""

from __future__ import annotations

from typing import Any

from sandbox.clock import now
from sandbox.errors import ApiError
from sandbox.http.results import index_result, success
from sandbox.http.routing import Call, operation
from sandbox.model.accounts import is_colleague
from sandbox.model.cell_parsing import check_attributes, check_type
from sandbox.model.sharing import end_share, shared_items, spread
from sandbox.model.state import Group, Person, State, by_id

Json = Any

READ_ONLY = {"createdAt", "id", "modifiedAt", "owner"}


@operation("list-groups", "GET", "/groups", scope="READ_USERS")
def list_all(call: Call) -> Json:
    """List the groups of the organisation, without their members."""
    groups = sorted(call.state.groups.values(), key=lambda group: group.name.casefold())
    return index_result(call, [_json(call.state, group) for group in groups if _is_ours(call, group)])


@operation("get-group", "GET", "/groups/{groupId}", scope="READ_USERS")
def get(call: Call) -> Json:
    """Get a group with its members."""
    return _whole(call.state, _group_in_path(call))


@operation("add-group", "POST", "/groups", scope="ADMIN_USERS")
def create(call: Call) -> Json:
    """Make a group. Only group admins and system admins can do this."""
    _check_may_manage(call)
    body = call.json()
    check_attributes("group", body, allowed={"name", "description", "members"}, read_only=READ_ONLY | {"ownerId"})
    group = Group(call.state.new_id(), _name(call, body), call.person.id, now(), now())
    group.description = body.get("description") or ""
    group.member_ids = _members(call, [] if body.get("members") is None else body["members"])
    call.state.groups[group.id] = group
    call.announce("group", group.id, "created", groupName=group.name)
    return success(_whole(call.state, group))


@operation("update-group", "PUT", "/groups/{groupId}", scope="ADMIN_USERS")
def update(call: Call) -> Json:
    """Change the name, the description or the owner of a group. The new owner must be a group admin."""
    group, body = _own_group(call), call.json()
    check_attributes("group", body, allowed={"name", "description", "ownerId"}, read_only=READ_ONLY | {"members"})
    check_type(body, "description", str)
    owner = group.owner_id if body.get("ownerId") is None else _new_owner(call, body["ownerId"]).id
    group.name = group.name if body.get("name") in (None, group.name) else _name(call, body)
    group.owner_id = owner
    if body.get("description") is not None:
        group.description = body["description"]
    group.modified_at = now()
    call.announce("group", group.id, "updated")
    return success(_json(call.state, group))


@operation("delete-group", "DELETE", "/groups/{groupId}", scope="ADMIN_USERS")
def delete(call: Call) -> Json:
    """Delete a group and its shares."""
    group = _own_group(call)
    del call.state.groups[group.id]
    call.announce("group", group.id, "deleted")
    for item in shared_items(call.state):
        if group.id in item.shares:
            end_share(item, group.id)
    spread(call.state)
    return success()


@operation("add-group-members", "POST", "/groups/{groupId}/members", scope="ADMIN_USERS")
def add_members(call: Call) -> Json:
    """Add people to a group. If the body is one person who is already a member, the answer is error 1129.

    If the body is a list, people who are already members are skipped.
    """
    group, body = _own_group(call), call.json()
    members = _members(call, body if isinstance(body, list) else [body])
    new = [member for member in members if member not in group.member_ids]
    if not new and not isinstance(body, list):
        raise ApiError(1129)
    group.member_ids += new
    for member in new:
        call.announce("group", group.id, "add_member", memberUserId=member)
    group.modified_at = now()
    spread(call.state)
    shown = [_member(call.state.people[member]) for member in new]
    return success(shown if isinstance(body, list) else shown[0])


@operation("delete-group-members", "DELETE", "/groups/{groupId}/members/{userId}", scope="ADMIN_USERS")
def remove_member(call: Call) -> Json:
    """Remove a person from a group."""
    group, user_id = _own_group(call), call.path_id("userId")
    if user_id not in group.member_ids:
        raise ApiError(1006)
    group.member_ids.remove(user_id)
    call.announce("group", group.id, "remove_member", memberUserId=user_id)
    group.modified_at = now()
    spread(call.state)
    return success()


def _is_ours(call: Call, group: Group) -> bool:
    return is_colleague(call.state.people[group.owner_id], call.person)


def _group_in_path(call: Call) -> Group:
    group = call.state.groups.get(call.path_id("groupId"))
    if group is None or not _is_ours(call, group):
        raise ApiError(1106)
    return group


def _own_group(call: Call) -> Group:
    """Return the group that the path names. Group admins can change the groups that they own, and system admins can
    change all groups. Raises ApiError 1004 or 1104 for any other caller, and 1106 if there is no such group.
    """
    group = _group_in_path(call)
    _check_may_manage(call)
    if group.owner_id != call.person.id and not call.person.is_admin:
        raise ApiError(1004)
    return group


def _check_may_manage(call: Call) -> None:
    if not (call.person.is_admin or call.person.profile.get("groupAdmin")):
        raise ApiError(1104)


def _new_owner(call: Call, owner_id: Json) -> Person:
    owner = by_id(call.state.people, owner_id)
    if owner is None or not owner.profile.get("groupAdmin"):
        raise ApiError(1107)
    return owner


def _name(call: Call, body: dict[str, Json]) -> str:
    check_type(body, "name", str)
    check_type(body, "description", str)
    name = body.get("name")
    if not name:
        raise ApiError(1012, "group.name")
    if any(group.name.casefold() == name.casefold() and _is_ours(call, group) for group in call.state.groups.values()):
        raise ApiError(1103)
    return str(name)


def _members(call: Call, items: Json) -> list[int]:
    """Return the ids of the people whose addresses are in `items`.

    Raises ApiError 1105 if someone isn't in the organisation.
    """
    if not isinstance(items, list):
        raise ApiError(1008, 'Field "members" was of unexpected type.')
    found: dict[str, Person | None] = {}
    for item in items:
        check_attributes("groupMember", item, allowed={"email"}, read_only={"id", "firstName", "lastName", "name"})
        check_type(item, "email", str)
        if not item.get("email"):
            raise ApiError(1012, "groupMember.email")
        found[item["email"]] = call.state.person_by_email(item["email"])
    members = {email: person for email, person in found.items() if person and is_colleague(person, call.person)}
    if strangers := [email for email in found if email not in members]:
        raise ApiError(1105, ", ".join(strangers))
    return list(dict.fromkeys(person.id for person in members.values()))


def _json(state: State, group: Group) -> dict[str, Json]:
    return {
        "id": group.id,
        "name": group.name,
        "description": group.description,
        "owner": state.people[group.owner_id].email,
        "ownerId": group.owner_id,
        "createdAt": group.created_at,
        "modifiedAt": group.modified_at,
    }


def _whole(state: State, group: Group) -> dict[str, Json]:
    return _json(state, group) | {"members": [_member(state.people[each]) for each in group.member_ids]}


def _member(person: Person) -> dict[str, Json]:
    names = {name: person.profile[name] for name in ("firstName", "lastName") if person.profile.get(name)}
    return {"id": person.id, "email": person.email, **names, "name": person.name}
