"""People. https://developers.smartsheet.com/api/smartsheet/openapi/users"""

from __future__ import annotations

from typing import Any

from sandbox.clock import parse
from sandbox.errors import ApiError
from sandbox.http.results import index_result, success
from sandbox.http.routing import Call, operation
from sandbox.model.accounts import RIGHTS, is_colleague, renamed
from sandbox.model.membership import add, leave, read_rights, remove
from sandbox.model.state import Person

Json = Any

FOR_ADMINS = ("sheetCount", "lastLogin", "customWelcomeScreenViewed")
TIMES = ("lastLogin", "customWelcomeScreenViewed")
OF_OTHERS_FOR_ADMINS = (*FOR_ADMINS, *RIGHTS)
IMAGE_TYPES = ("image/gif", "image/jpeg", "image/jpg", "image/png")
IMAGE_SIZE = 1050


@operation("get-current-user", "GET", "/users/me")
def me(call: Call) -> Json:
    """Get the caller's own profile. This needs no scope."""
    return _profile(call.person, without=() if call.person.is_admin else FOR_ADMINS)


@operation("list-users", "GET", "/users", scope="READ_USERS")
def list_all(call: Call) -> Json:
    """List the people of the organisation. Only system admins see rights, status and login times."""
    wanted = {email.casefold() for email in call.words("email")}
    colleagues = [person for person in call.state.people.values() if is_colleague(person, call.person)]
    found = [person for person in colleagues if not wanted or person.email.casefold() in wanted]
    return index_result(call, [user_json(person, call.person, include=call.words("include")) for person in found])


@operation("list-org-sheets", "GET", "/users/sheets", scope="ADMIN_USERS")
def list_org_sheets(call: Call) -> Json:
    """List all sheets in the organisation. The answer doesn't say who owns them. The operation is deprecated."""
    check_system_admin(call)
    owners = {person.id for person in call.state.people.values() if is_colleague(person, call.person)}
    sheets = [sheet for sheet in call.state.sheets.values() if sheet.owner_id in owners]
    return index_result(call, [{"id": each.id, "name": each.name, "owner": "", "ownerId": 0} for each in sheets])


@operation("get-user", "GET", "/users/{userId}", scope="READ_USERS")
def get(call: Call) -> Json:
    """Get the profile of a person in the organisation. Only system admins see rights and login times."""
    person = colleague_in_path(call)
    if not call.person.is_admin:
        return _profile(person, without=OF_OTHERS_FOR_ADMINS)
    return _profile(person, without=()) | {"status": person.status}


@operation("add-user", "POST", "/users", scope="ADMIN_USERS")
def create(call: Call) -> Json:
    """Invite a person to the organisation."""
    check_system_admin(call)
    person = add(call.state, call.person, call.json())
    call.announce("user", person.id, "add_to_account")
    return success(user_json(person, call.person))


@operation("update-user", "PUT", "/users/{userId}", scope="ADMIN_USERS")
def update(call: Call) -> Json:
    """Change a person's rights and name."""
    check_system_admin(call)
    person = colleague_in_path(call)
    rights = read_rights(call.json(), of_all=True)
    if person.id == call.person.id and not rights["admin"]:
        raise ApiError(1049)
    person.profile |= rights
    renamed(call.state)
    call.announce("user", person.id, "update_user")
    return success(user_json(person, call.person))


@operation("remove-user", "DELETE", "/users/{userId}", scope="ADMIN_USERS")
def delete(call: Call) -> Json:
    """Remove a person from the organisation. After that, the person has an account outside every organisation."""
    check_system_admin(call)
    person = colleague_in_path(call)
    if person.id == call.person.id:
        raise ApiError(1047)
    heir, and_from_sharing = _heir(call), call.flag("removeFromSharing")
    remove(call.state, person, heir=heir, with_sheets=call.flag("transferSheets"))
    call.announce("user", person.id, "remove_from_account")
    if and_from_sharing:
        leave(call.state, person)
        call.announce("user", person.id, "remove_shares")
    return success()


@operation("deactivate-user", "POST", "/users/{userId}/deactivate", scope="ADMIN_USERS")
def deactivate(call: Call) -> Json:
    """Deactivate a person. After that, the person can't sign in."""
    return _set_status(call, "DEACTIVATED", oneself=1336)


@operation("reactivate-user", "POST", "/users/{userId}/reactivate", scope="ADMIN_USERS")
def reactivate(call: Call) -> Json:
    """Reactivate a person."""
    return _set_status(call, "ACTIVE", oneself=1355)


@operation("update-user-profile-image", "POST", "/users/{userId}/profileimage", scope="WRITE_SHEETS")
def set_image(call: Call) -> Json:
    """Set your profile image. System admins can set anyone's profile image. The image itself isn't stored."""
    person = colleague_in_path(call)
    if person.id != call.person.id:
        check_system_admin(call)
    if call.headers.get("Content-Type", "").lower() not in IMAGE_TYPES or not call.body:
        raise ApiError(1124 if call.body else 1024)
    image_id = f"u!1!{call.state.new_id():x}"
    person.profile["profileImage"] = {"imageId": image_id, "height": IMAGE_SIZE, "width": IMAGE_SIZE}
    shown = ("id", "email", "name", "firstName", "lastName", "profileImage")
    return success({name: value for name, value in user_json(person, call.person).items() if name in shown})


def check_system_admin(call: Call) -> None:
    """Raise ApiError 1004 if the caller isn't a system admin."""
    if not call.person.is_admin:
        raise ApiError(1004)


def colleague_in_path(call: Call) -> Person:
    """Return the person that the path names. Raises ApiError 1020 if they aren't in the caller's organisation."""
    person = call.state.people.get(call.path_id("userId"))
    if person is None or not is_colleague(person, call.person):
        raise ApiError(1020)
    return person


def user_json(person: Person, asker: Person, *, include: frozenset[str] = frozenset()) -> dict[str, Json]:
    """Return the JSON of a User, with the attributes that `asker` is allowed to see. `include` can have `lastLogin`."""
    body: dict[str, Json] = {"id": person.id, "email": person.email, "name": person.name}
    optional = ["firstName", "lastName", "profileImage"]
    if asker.is_admin:
        optional += ["sheetCount", "customWelcomeScreenViewed", *(["lastLogin"] if "lastLogin" in include else [])]
        body |= {name: bool(person.profile.get(name)) for name in RIGHTS} | {"status": person.status}
    return body | {name: _shown(person, name) for name in optional if person.profile.get(name)}


def _profile(person: Person, *, without: tuple[str, ...]) -> Json:
    return {"id": person.id} | {name: _shown(person, name) for name in person.profile if name not in without}


def _shown(person: Person, name: str) -> Json:
    """Return an attribute of a profile. If it is a time, return a `datetime`. Later, `dumps` writes it in the format
    that the parameter `numericDates` asks for.
    """
    value = person.profile[name]
    return parse(value) if name in TIMES and value else value


def _set_status(call: Call, status: str, *, oneself: int) -> Json:
    check_system_admin(call)
    person = colleague_in_path(call)
    if person.id == call.person.id:
        raise ApiError(oneself)
    person.status = status
    call.announce("user", person.id, "update_user")
    return success()


def _heir(call: Call) -> Person | None:
    """Return the heir: the person who gets the items of the removed person. Return None if the request has no
    `transferTo`. Raises ApiError 1019 if the heir doesn't exist, and 1021 if the heir isn't in the organisation.
    """
    if "transferTo" not in call.query:
        return None
    heir = call.state.people.get(call.number("transferTo", 0))
    if heir is None:
        raise ApiError(1019)
    if not is_colleague(heir, call.person):
        raise ApiError(1021)
    return heir
