"""Alternate e-mail addresses. https://developers.smartsheet.com/api/smartsheet/openapi/alternateemailaddress"""

from __future__ import annotations

from typing import Any

from sandbox.api.users import check_system_admin, colleague_in_path
from sandbox.errors import ApiError
from sandbox.http.results import index_result, success
from sandbox.http.routing import Call, operation
from sandbox.model.accounts import check_email, owner_of_alternate, renamed
from sandbox.model.cell_parsing import check_attributes
from sandbox.model.state import Person

Json = Any


@operation("list-alternate-emails", "GET", "/users/{userId}/alternateemails", scope="READ_USERS")
def list_all(call: Call) -> Json:
    """List a person's alternate addresses."""
    return index_result(call, _addresses(colleague_in_path(call)))


@operation("get-alternate-email", "GET", "/users/{userId}/alternateemails/{alternateEmailId}", scope="READ_USERS")
def get(call: Call) -> Json:
    """Get one alternate address."""
    return _in_path(call, colleague_in_path(call))


@operation("add-alternate-email", "POST", "/users/{userId}/alternateemails", scope="ADMIN_USERS")
def add(call: Call) -> Json:
    """Add one alternate address or several. The person must confirm each address."""
    check_system_admin(call)
    person, body = colleague_in_path(call), call.json()
    emails = [_read(call, item) for item in (body if isinstance(body, list) else [body])]
    added = [{"id": call.state.new_id(), "email": email, "confirmed": False} for email in dict.fromkeys(emails)]
    person.profile["alternateEmails"] = [*_addresses(person), *added]
    return success(added)


@operation(
    "promote-alternate-email",
    "POST",
    "/users/{userId}/alternateemails/{alternateEmailId}/makeprimary",
    scope="ADMIN_USERS",
)
def promote(call: Call) -> Json:
    """Make a confirmed address the primary one. The old primary address becomes an alternate one."""
    check_system_admin(call)
    person = colleague_in_path(call)
    address = _in_path(call, person)
    if not address["confirmed"]:
        raise ApiError(1158)
    old = {"id": call.state.new_id(), "email": person.email, "confirmed": True}
    person.profile["alternateEmails"] = [old, *(each for each in _addresses(person) if each is not address)]
    person.profile["email"] = address["email"]
    renamed(call.state)
    return success(address)


@operation(
    "delete-alternate-email", "DELETE", "/users/{userId}/alternateemails/{alternateEmailId}", scope="ADMIN_USERS"
)
def delete(call: Call) -> Json:
    """Delete an alternate address."""
    check_system_admin(call)
    person = colleague_in_path(call)
    address = _in_path(call, person)
    person.profile["alternateEmails"] = [each for each in _addresses(person) if each is not address]
    return success()


def _addresses(person: Person) -> list[dict[str, Json]]:
    addresses: list[dict[str, Json]] = person.profile.get("alternateEmails", [])
    return addresses


def _in_path(call: Call, person: Person) -> dict[str, Json]:
    wanted = call.path_id("alternateEmailId")
    for address in _addresses(person):
        if address["id"] == wanted:
            return address
    raise ApiError(1006)


def _read(call: Call, item: Json) -> str:
    """Return the address in `item`. Raises ApiError 1156 if it isn't valid, and 1157 if a person already has this
    address.
    """
    check_attributes("alternateEmail", item, allowed={"email"}, read_only={"id", "confirmed"})
    email = check_email(item.get("email"))
    if call.state.person_by_email(email) or owner_of_alternate(call.state, email):
        raise ApiError(1157)
    return email
