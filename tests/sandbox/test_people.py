"""People of the organisation: listing, inviting, changing and removing them, and their alternate addresses."""

from collections.abc import Callable

import pytest

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, Grid, refusal

AnyClient = Callable[[Person | str | None], Client]

RIGHTS = {"admin": False, "licensedSheetCreator": True}


def add(client: Client, **user: object) -> dict[str, object]:
    answer = client.ask("POST", "/users", {"email": "gina@example.com", **user})
    assert answer.status_code == 200, answer.text
    result: dict[str, object] = answer.json()["result"]
    return result


def test_admins_see_everyones_rights_and_status(as_alice: Client, bob: Person) -> None:
    listed = {user["id"]: user for user in as_alice.json("/users")["data"]}
    assert listed[bob.id]["name"] == "Bob Baker"
    assert listed[bob.id]["status"] == "ACTIVE"
    assert (listed[bob.id]["groupAdmin"], listed[bob.id]["admin"]) == (True, False)
    assert "lastLogin" not in listed[bob.id]
    assert as_alice.json("/users?include=lastLogin&email=bob@example.com")["data"][0]["lastLogin"]


def test_others_see_names_and_addresses(as_bob: Client) -> None:
    users = as_bob.json("/users")["data"]
    assert len(users) > 3
    assert {name for user in users for name in user} <= {"id", "email", "name", "firstName", "lastName", "profileImage"}


def test_people_are_found_by_address(as_alice: Client, bob: Person, charlie: Person) -> None:
    found = as_alice.json("/users?email=BOB@example.com,charlie@example.com,nobody@example.com")
    assert {user["id"] for user in found["data"]} == {bob.id, charlie.id}
    assert found["totalCount"] == 2


def test_an_invited_person_is_pending(as_alice: Client) -> None:
    gina = add(as_alice, firstName="Gina", lastName="Gray", **RIGHTS)
    assert (gina["name"], gina["status"], gina["licensedSheetCreator"]) == ("Gina Gray", "PENDING", True)
    assert as_alice.json(f"/users/{gina['id']}")["email"] == "gina@example.com"


def test_an_invited_person_can_work_at_once(
    sandbox: RunningSandbox, as_alice: Client, client_of: AnyClient, plan: Grid
) -> None:
    add(as_alice, firstName="Gina", lastName="Gray", **RIGHTS)
    as_alice.ask("POST", f"{plan.path}/shares", {"email": "gina@example.com", "accessLevel": "EDITOR"})
    as_gina = client_of(sandbox.people()["gina"])
    plan.again(as_gina).put("Core walls", {"title": "Spent", "value": 5})
    assert plan.history("Core walls", "Spent")[0]["modifiedBy"] == {"name": "Gina Gray", "email": "gina@example.com"}


@pytest.mark.parametrize(
    ("user", "status", "code"),
    [
        ({"email": "bob@example.com"}, 403, 1016),
        ({"email": "alice.archer@example.com"}, 400, 1159),
        ({"email": "no address"}, 400, 1156),
        ({}, 400, 1156),
        ({"email": "x@example.com", "groupAdmin": True}, 403, 1102),
        ({"email": "x@example.com", "resourceViewer": True}, 403, 1097),
        ({"email": "x@example.com", "admin": "yes"}, 400, 1008),
        ({"email": "x@example.com", "status": "ACTIVE"}, 400, 1032),
    ],
)
def test_invalid_invitations(as_alice: Client, user: dict[str, object], status: int, code: int) -> None:
    assert refusal(as_alice.ask("POST", "/users", user)) == (status, code)


def test_rights_can_be_given_and_taken(as_alice: Client, charlie: Person) -> None:
    result = as_alice.ask("PUT", f"/users/{charlie.id}", RIGHTS | {"groupAdmin": True, "lastName": "Cox"}).json()
    assert result["result"]["name"] == "Charlie Cox"
    assert as_alice.json(f"/users/{charlie.id}")["groupAdmin"] is True


def test_an_update_names_the_main_rights(as_alice: Client, bob: Person) -> None:
    answer = as_alice.ask("PUT", f"/users/{bob.id}", {"firstName": "Robert"})
    assert refusal(answer) == (400, 1012)
    assert "user.admin, user.licensedSheetCreator" in answer.json()["message"]


def test_admins_cannot_remove_themselves_or_their_rights(as_alice: Client, alice: Person) -> None:
    assert refusal(as_alice.ask("PUT", f"/users/{alice.id}", RIGHTS)) == (403, 1049)
    assert refusal(as_alice.ask("DELETE", f"/users/{alice.id}")) == (403, 1047)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/users"),
        ("PUT", "/users/{charlie}"),
        ("DELETE", "/users/{charlie}"),
        ("GET", "/users/sheets"),
        ("POST", "/users/{charlie}/alternateemails"),
        ("POST", "/users/{charlie}/profileimage"),
    ],
)
def test_all_that_is_for_system_admins(as_bob: Client, charlie: Person, method: str, path: str) -> None:
    body = None if method in ("GET", "DELETE") else {"email": "x@example.com"} | RIGHTS
    assert refusal(as_bob.ask(method, path.format(charlie=charlie.id), body)) == (403, 1004)


def test_a_removed_person_is_no_longer_a_colleague(as_alice: Client, charlie: Person, plan: Grid) -> None:
    assert as_alice.ask("DELETE", f"/users/{charlie.id}").status_code == 200
    assert refusal(as_alice.get(f"/users/{charlie.id}")) == (404, 1020)
    assert charlie.id not in {user["id"] for user in as_alice.json("/users")["data"]}
    assert "charlie@example.com" in [share.get("email") for share in as_alice.json(f"{plan.path}/shares")["data"]]
    assert add(as_alice, email="charlie@example.com")["id"] == charlie.id


def test_shares_can_go_with_the_person(as_alice: Client, as_charlie: Client, charlie: Person, plan: Grid) -> None:
    as_alice.ask("DELETE", f"/users/{charlie.id}?removeFromSharing=true")
    assert refusal(as_charlie.get(plan.path)) == (404, 1006)


def test_sheets_go_to_the_heir(as_alice: Client, as_charlie: Client, bob: Person, charlie: Person) -> None:
    as_alice.ask("DELETE", f"/users/{bob.id}?transferTo={charlie.id}&transferSheets=true")
    owned = [sheet["name"] for sheet in as_charlie.json("/sheets")["data"] if sheet["accessLevel"] == "OWNER"]
    assert owned == ["Snagging list"]


@pytest.mark.parametrize(("heir", "code"), [("", 1108), ("?transferTo=1", 1019), ("?transferTo={frank}", 1107)])
def test_an_owner_of_groups_needs_a_valid_heir(
    sandbox: RunningSandbox, as_alice: Client, as_bob: Client, bob: Person, heir: str, code: int
) -> None:
    as_bob.ask("POST", "/groups", {"name": "Site"})
    frank = sandbox.people()["frank@example.com"].id
    answer = as_alice.ask("DELETE", f"/users/{bob.id}{heir.format(frank=frank)}")
    assert refusal(answer)[1] == code


def test_the_sheets_of_the_organisation_are_listed_without_owners(as_alice: Client) -> None:
    sheets = as_alice.json("/users/sheets?includeAll=true")["data"]
    assert "Snagging list" in {sheet["name"] for sheet in sheets}
    assert all((sheet["owner"], sheet["ownerId"]) == ("", 0) for sheet in sheets)


def test_a_deactivated_person_gets_no_access(as_alice: Client, as_bob: Client, bob: Person, alice: Person) -> None:
    assert as_alice.ask("POST", f"/users/{bob.id}/deactivate").json() == {"message": "SUCCESS", "resultCode": 0}
    assert as_alice.json(f"/users/{bob.id}")["status"] == "DEACTIVATED"
    assert refusal(as_bob.get("/users/me")) == (401, 1002)
    assert refusal(as_alice.get("/users/me", headers={"Assume-User": "bob%40example.com"})) == (401, 1030)
    as_alice.ask("POST", f"/users/{bob.id}/reactivate")
    assert as_bob.get("/users/me").status_code == 200
    assert refusal(as_alice.ask("POST", f"/users/{alice.id}/deactivate")) == (403, 1336)
    assert refusal(as_alice.ask("POST", f"/users/{alice.id}/reactivate")) == (403, 1355)


def test_a_further_address_waits_to_be_confirmed(as_alice: Client, bob: Person) -> None:
    path = f"/users/{bob.id}/alternateemails"
    result = as_alice.ask("POST", path, [{"email": "bob@site.example"}, {"email": "b@site.example"}]).json()["result"]
    assert [(each["email"], each["confirmed"]) for each in result] == [
        ("bob@site.example", False),
        ("b@site.example", False),
    ]
    listed = as_alice.json(path)
    assert (listed["data"], listed["totalCount"]) == (result, 2)
    assert as_alice.json(f"{path}/{result[0]['id']}") == result[0]
    assert refusal(as_alice.ask("POST", f"{path}/{result[0]['id']}/makeprimary")) == (400, 1158)
    as_alice.ask("DELETE", f"{path}/{result[0]['id']}")
    assert as_alice.json(path)["data"] == result[1:]
    assert refusal(as_alice.get(f"{path}/{result[0]['id']}")) == (404, 1006)


@pytest.mark.parametrize(("email", "code"), [("alice@example.com", 1157), ("archer@example.com", 1157), ("x", 1156)])
def test_an_address_belongs_to_one_person(as_alice: Client, bob: Person, email: str, code: int) -> None:
    assert refusal(as_alice.ask("POST", f"/users/{bob.id}/alternateemails", {"email": email})) == (400, code)


def test_a_confirmed_address_can_become_the_primary_one(as_alice: Client, alice: Person) -> None:
    confirmed = next(each for each in as_alice.json("/users/me")["alternateEmails"] if each["confirmed"])
    path = f"/users/{alice.id}/alternateemails/{confirmed['id']}/makeprimary"
    assert as_alice.ask("POST", path).json()["result"]["email"] == "alice.archer@example.com"
    me = as_alice.json("/users/me")
    assert (me["id"], me["email"]) == (alice.id, "alice.archer@example.com")
    assert "alice@example.com" in [each["email"] for each in me["alternateEmails"]]


def test_a_picture_can_be_set(as_bob: Client, bob: Person) -> None:
    picture = {"data": b"\x89PNG", "headers": {"Content-Type": "image/png"}}
    result = as_bob.ask("POST", f"/users/{bob.id}/profileimage", **picture).json()["result"]
    assert result["profileImage"] == as_bob.json("/users/me")["profileImage"]
    assert (result["profileImage"]["width"], result["profileImage"]["height"]) == (1050, 1050)
    refused = as_bob.ask("POST", f"/users/{bob.id}/profileimage", data=b"x", headers={"Content-Type": "text/plain"})
    assert refusal(refused) == (415, 1124)


def test_contacts_are_the_others(as_bob: Client) -> None:
    contacts = as_bob.json("/contacts")["data"]
    assert {"alice@example.com", "charlie@example.com"} < {contact["email"] for contact in contacts}
    assert "bob@example.com" not in {contact["email"] for contact in contacts}
    assert as_bob.json(f"/contacts/{contacts[0]['id']}") == contacts[0]
    assert refusal(as_bob.get("/contacts/ABC")) == (404, 1006)


def test_rows_have_the_current_names_of_their_writers(as_alice: Client, plan: Grid, alice: Person) -> None:
    assert plan.cell("Core walls", "Created by")["displayValue"] == "Alice Archer"
    rights = {"admin": True, "licensedSheetCreator": True, "lastName": "Baumann"}
    assert as_alice.ask("PUT", f"/users/{alice.id}", rights).status_code == 200
    assert plan.again().cell("Core walls", "Created by")["displayValue"] == "Alice Baumann"
    confirmed = next(each for each in as_alice.json("/users/me")["alternateEmails"] if each["confirmed"])
    as_alice.ask("POST", f"/users/{alice.id}/alternateemails/{confirmed['id']}/makeprimary")
    assert plan.again().cell("Core walls", "Created by")["value"] == confirmed["email"]


def test_a_cells_history_names_the_primary_address_of_now(as_alice: Client, plan: Grid, alice: Person) -> None:
    plan.put("Core walls", {"title": "Notes", "value": "before"})
    confirmed = next(each for each in as_alice.json("/users/me")["alternateEmails"] if each["confirmed"])
    as_alice.ask("POST", f"/users/{alice.id}/alternateemails/{confirmed['id']}/makeprimary")
    plan.put("Core walls", {"title": "Notes", "value": "after"})
    history = plan.history("Core walls", "Notes")
    assert {revision["modifiedBy"]["email"] for revision in history} == {confirmed["email"]}
    assert [revision["value"] for revision in history] == ["after", "before"]
