"""Membership in the organisation: rights, invitations and removal.

https://developers.smartsheet.com/api/smartsheet/openapi/users
"""

from __future__ import annotations

from typing import Any

from sandbox.errors import ApiError
from sandbox.model.accounts import (
    RIGHTS,
    check_email,
    is_colleague,
    new_person,
    own_account,
    owner_of_alternate,
    renamed,
)
from sandbox.model.cell_parsing import check_attributes, check_type
from sandbox.model.sharing import end_share, shared_items, spread
from sandbox.model.state import Person, State

Json = Any

NAMES = ("firstName", "lastName")
READ_ONLY = {"customWelcomeScreenViewed", "id", "lastLogin", "name", "profileImage", "sheetCount", "status"}


def read_rights(body: Json, *, of_all: bool) -> dict[str, Json]:
    """Return the rights and names that a request sets for a person.

    If `of_all` is true, the request must have values for `admin` and `licensedSheetCreator`.
    """
    check_attributes("user", body, allowed={"email", *NAMES, *RIGHTS}, read_only=READ_ONLY)
    for name in RIGHTS:
        check_type(body, name, bool)
    for name in NAMES:
        check_type(body, name, str)
    required = ("admin", "licensedSheetCreator") if of_all else ()
    if missing := [f"user.{name}" for name in required if body.get(name) is None]:
        raise ApiError(1012, ", ".join(missing))
    rights = {name: body[name] for name in (*NAMES, *RIGHTS) if body.get(name) is not None}
    if not rights.get("licensedSheetCreator"):
        if rights.get("groupAdmin"):
            raise ApiError(1102)
        if rights.get("resourceViewer"):
            raise ApiError(1097)
    return rights


def add(state: State, admin: Person, body: Json) -> Person:
    """Invite a person, and return the new person.

    Raises ApiError (1015, 1016, 1156, 1159) if the person can't be invited.
    """
    rights = read_rights(body, of_all=False)
    email = check_email(body.get("email"))
    if other := owner_of_alternate(state, email):
        detail = [{"alternateEmailAddress": email, "primaryEmailAddress": other.email}]
        raise ApiError(1159, email, other.email, detail=detail)
    person = state.person_by_email(email)
    if person is None:
        return new_person(state, email=email, account=admin.profile["account"], **rights)
    if is_colleague(person, admin):
        raise ApiError(1016)
    if person.profile.get("admin"):
        raise ApiError(1015)
    person.profile |= rights | {"account": admin.profile["account"]}
    person.status = "PENDING"
    renamed(state)
    return person


def remove(state: State, person: Person, *, heir: Person | None, with_sheets: bool) -> None:
    """Remove a person from the organisation. The groups that the person owns go to `heir`. If `with_sheets` is true,
    the person's other items go to `heir` too.

    If the person owns groups, raises ApiError 1108 if there is no heir, and 1107 if the heir isn't a group admin.
    """
    groups = [group for group in state.groups.values() if group.owner_id == person.id]
    if groups and heir is None:
        raise ApiError(1108)
    if groups and heir and not heir.profile.get("groupAdmin"):
        raise ApiError(1107)
    for group in groups:
        group.owner_id = heir.id if heir else group.owner_id
    for group in state.groups.values():
        group.member_ids = [each for each in group.member_ids if each != person.id]
    if heir and with_sheets:
        _hand_over(state, person, heir)
    person.profile |= dict.fromkeys(RIGHTS, False) | {"account": own_account(state, person.email)}
    spread(state)


def _hand_over(state: State, person: Person, heir: Person) -> None:
    for folder in state.folders.values():
        if folder.owner_id == person.id:
            folder.owner_id = heir.id
    for item in shared_items(state):
        if item.owner_id == person.id:
            item.owner_id = heir.id
            if heir.id in item.shares:
                end_share(item, heir.id)


def leave(state: State, person: Person) -> None:
    """Delete all shares that a person has."""
    for item in shared_items(state):
        if person.id in item.shares:
            end_share(item, person.id)
    spread(state)
