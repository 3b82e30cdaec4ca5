"""Contacts. https://developers.smartsheet.com/api/smartsheet/openapi/contacts"""

from __future__ import annotations

import base64
from typing import Any

from sandbox.errors import ApiError
from sandbox.http.results import index_result
from sandbox.http.routing import Call, operation
from sandbox.model.accounts import is_colleague
from sandbox.model.state import Person

Json = Any


@operation("list-contacts", "GET", "/contacts", scope="READ_CONTACTS")
def list_all(call: Call) -> Json:
    """List the caller's contacts. In the sandbox, these are all other people in the organisation."""
    return index_result(call, [_json(person) for person in _contacts(call)])


@operation("get-contact", "GET", "/contacts/{contactId}", scope="READ_CONTACTS")
def get(call: Call) -> Json:
    """Get one contact."""
    for person in _contacts(call):
        if _id(person) == call.path["contactId"]:
            return _json(person)
    raise ApiError(1006)


def _contacts(call: Call) -> list[Person]:
    others = [person for person in call.state.people.values() if person is not call.person]
    return sorted((each for each in others if is_colleague(each, call.person)), key=lambda each: each.name.casefold())


def _id(person: Person) -> str:
    return base64.b32encode(person.id.to_bytes(8, "big")).decode().rstrip("=")


def _json(person: Person) -> dict[str, Json]:
    return {"id": _id(person), "name": person.name, "email": person.email}
