"""People. https://developers.smartsheet.com/api/smartsheet/openapi/users"""

from __future__ import annotations

from typing import Any

from sandbox.errors import ApiError
from sandbox.routing import Call, operation
from sandbox.state import Person

Json = Any

FOR_ADMINS = ("sheetCount", "lastLogin", "customWelcomeScreenViewed")
OF_OTHERS_FOR_ADMINS = (*FOR_ADMINS, "admin", "groupAdmin", "licensedSheetCreator", "resourceViewer")


@operation("get-current-user", "GET", "/users/me")
def me(call: Call) -> Json:
    """The profile of whoever asks; needs no scope."""
    return _profile(call.person, without=() if call.person.is_admin else FOR_ADMINS)


@operation("get-user", "GET", "/users/{userId}", scope="READ_USERS")
def get(call: Call) -> Json:
    """The profile of somebody of the same organisation; rights and log-in times for system admins only."""
    person = call.state.people.get(call.path_id("userId"))
    if person is None or person.profile["account"]["id"] != call.person.profile["account"]["id"]:
        raise ApiError(1020)
    if not call.person.is_admin:
        return _profile(person, without=OF_OTHERS_FOR_ADMINS)
    return _profile(person, without=()) | {"status": "ACTIVE"}


def _profile(person: Person, *, without: tuple[str, ...]) -> Json:
    return {"id": person.id} | {name: value for name, value in person.profile.items() if name not in without}
