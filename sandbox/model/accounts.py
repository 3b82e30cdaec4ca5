"""Finds and creates accounts inside and outside the organisation.

https://developers.smartsheet.com/api/smartsheet/openapi/users
"""

from __future__ import annotations

from typing import Any

from sandbox.errors import ApiError
from sandbox.model.cell_values import EMAIL
from sandbox.model.state import Person, State, Token

Json = Any

RIGHTS = ("admin", "groupAdmin", "licensedSheetCreator", "resourceViewer")


def check_email(email: Json) -> str:
    """Return the address. Raises ApiError 1156 if it isn't valid."""
    if not isinstance(email, str) or not EMAIL.fullmatch(email):
        raise ApiError(1156)
    return email


def owner_of_alternate(state: State, email: str) -> Person | None:
    """Return the person who has this alternate address; None if no one has it."""
    wanted = email.casefold()
    for person in state.people.values():
        if any(each["email"].casefold() == wanted for each in person.profile.get("alternateEmails", [])):
            return person
    return None


def person_for(state: State, email: str) -> Person:
    """Return the person with this address. If no one has the address, return a new person outside the organisation.
    Raises ApiError 1156 if the address isn't valid.
    """
    known = state.person_by_email(check_email(email)) or owner_of_alternate(state, email)
    return known or new_person(state, email=email, account=own_account(state, email))


def new_person(state: State, *, email: str, account: dict[str, Json], **profile: Json) -> Person:
    """Add a person with a personal access token, and return the person."""
    rest = {"locale": "en_US", "timeZone": "US/Pacific", "account": account, "alternateEmails": []}
    rights = dict.fromkeys(RIGHTS, False)
    person = Person(state.new_id(), {"email": email} | rest | rights | profile, "Invited", "PENDING", state.region)
    state.people[person.id] = person
    state.tokens[person.personal_token] = Token(person.personal_token, person.id)
    return person


def renamed(state: State) -> None:
    """Clear the cached JSON of all rows, so that answers show a person's new name or address."""
    for sheet in state.sheets.values():
        sheet.forget_looks()


def own_account(state: State, email: str) -> dict[str, Json]:
    """Return a new account for a person outside every organisation."""
    return {"name": email, "id": state.new_id()}


def is_colleague(person: Person, other: Person) -> bool:
    """Whether two people belong to the same organisation."""
    return bool(person.profile["account"]["id"] == other.profile["account"]["id"])
