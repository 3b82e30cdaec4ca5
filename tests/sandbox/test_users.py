from typing import Any

import pytest

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, refusal

FULL_PROFILE = {
    "id", "email", "firstName", "lastName", "locale", "timeZone", "account", "admin", "licensedSheetCreator",
    "groupAdmin", "resourceViewer", "jiraAdmin", "salesforceAdmin", "salesforceUser", "alternateEmails", "title",
    "department", "company", "workPhone", "mobilePhone", "role", "profileImage", "sheetCount", "lastLogin",
    "customWelcomeScreenViewed",
}  # fmt: skip


def test_a_system_admin_sees_the_full_profile(as_alice: Client, alice: Person) -> None:
    profile = as_alice.json("/users/me")
    assert set(profile) == FULL_PROFILE
    assert profile["id"] == alice.id
    assert profile["sheetCount"] == -1
    assert set(profile["account"]) == {"id", "name"}
    assert set(profile["alternateEmails"][0]) == {"id", "email", "confirmed"}


def test_others_do_not_see_what_is_for_admins(as_bob: Client) -> None:
    profile = as_bob.json("/users/me")
    assert set(profile) == FULL_PROFILE - {"sheetCount", "lastLogin", "customWelcomeScreenViewed"}
    assert "name" not in profile


def test_times_of_people_can_be_numbers(as_alice: Client, alice: Person) -> None:
    query = "numericDates=true&include=lastLogin"
    listed = as_alice.json(f"/users?email=alice@example.com&{query}")["data"]
    for shown in (as_alice.json(f"/users/me?{query}"), as_alice.json(f"/users/{alice.id}?{query}"), *listed):
        assert (shown["lastLogin"], shown["customWelcomeScreenViewed"]) == (1767599892000, 1756124147000)
    assert as_alice.json("/users/me")["lastLogin"] == "2026-01-05T07:58:12Z"


def test_a_profile_can_lack_names(sandbox: RunningSandbox) -> None:
    frank = sandbox.people()["frank@example.com"]
    profile = sandbox.call(frank, "GET", "/users/me")
    assert set(profile) == {"id", "email", "locale", "timeZone", "account"}
    assert frank.name == frank.email


def test_ids_can_be_larger_than_javascript_can_count(sandbox: RunningSandbox) -> None:
    erika = sandbox.people()["erika"]
    assert erika.id > 2**53
    assert sandbox.call(erika, "GET", "/users/me")["firstName"] == "Erika Annegret 🏗️"


def test_an_admin_looks_up_a_person(as_alice: Client, bob: Person) -> None:
    profile = as_alice.json(f"/users/{bob.id}")
    assert profile["email"] == "bob@example.com"
    assert profile["status"] == "ACTIVE"
    assert profile["admin"] is False
    assert profile["lastLogin"]


def test_others_see_less_of_a_person(as_bob: Client, alice: Person) -> None:
    profile = as_bob.json(f"/users/{alice.id}")
    assert profile["firstName"] == "Alice"
    assert not {"admin", "status", "lastLogin", "sheetCount"} & set(profile)


def test_an_unknown_user_is_not_found(as_alice: Client) -> None:
    assert refusal(as_alice.get("/users/42")) == (404, 1020)


@pytest.mark.parametrize("name", ["alice", "bob", "charlie", "dora", "erika", "frank@example.com"])
def test_every_profile_matches_the_control_plane(sandbox: RunningSandbox, name: str) -> None:
    person = sandbox.people()[name]
    profile: dict[str, Any] = sandbox.call(person, "GET", "/users/me")
    assert (profile["id"], profile["email"]) == (person.id, person.email)
