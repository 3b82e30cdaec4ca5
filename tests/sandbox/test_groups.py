"""Groups, and what their members can see."""

import pytest

from tests.running_sandbox import Person
from tests.sandbox.client import Client, Grid, refusal


def new_group(client: Client, *emails: str, name: str = "Site") -> dict[str, object]:
    members = [{"email": email} for email in emails]
    answer = client.ask("POST", "/groups", {"name": name, "members": members})
    assert answer.status_code == 200, answer.text
    group: dict[str, object] = answer.json()["result"]
    return group


def test_a_group_has_its_members(as_bob: Client, bob: Person) -> None:
    group = new_group(as_bob, "charlie@example.com", "alice@example.com")
    assert (group["owner"], group["ownerId"]) == ("bob@example.com", bob.id)
    whole = as_bob.json(f"/groups/{group['id']}")
    assert whole == group
    assert [member["name"] for member in whole["members"]] == ["Charlie Carter", "Alice Archer"]


def test_groups_are_listed_without_members(as_charlie: Client) -> None:
    listed = as_charlie.json("/groups")["data"]
    assert [group["name"] for group in listed] == ["exec"]
    assert "members" not in listed[0]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 1012),
        ({"name": "EXEC"}, 1103),
        ({"name": "x", "members": [{"email": "nobody@example.com"}]}, 1105),
        ({"name": "x", "members": [{}]}, 1012),
        ({"name": "x", "members": {}}, 1008),
        ({"name": "x", "ownerId": 1}, 1032),
    ],
)
def test_invalid_groups(as_alice: Client, body: dict[str, object], code: int) -> None:
    assert refusal(as_alice.ask("POST", "/groups", body)) == (400, code)


def test_only_group_admins_make_groups(as_charlie: Client) -> None:
    assert refusal(as_charlie.ask("POST", "/groups", {"name": "Mine"})) == (403, 1104)


def test_a_group_is_its_owners_and_the_admins(as_alice: Client, as_bob: Client) -> None:
    hers = next(group["id"] for group in as_alice.json("/groups")["data"] if group["name"] == "exec")
    assert refusal(as_bob.ask("PUT", f"/groups/{hers}", {"name": "x"})) == (403, 1004)
    his = new_group(as_bob)["id"]
    assert as_alice.ask("PUT", f"/groups/{his}", {"name": "Site B", "description": "all"}).status_code == 200
    assert as_bob.json(f"/groups/{his}")["description"] == "all"


def test_a_group_goes_to_another_group_admin_only(as_bob: Client, alice: Person, charlie: Person) -> None:
    path = f"/groups/{new_group(as_bob)['id']}"
    assert refusal(as_bob.ask("PUT", path, {"ownerId": charlie.id})) == (400, 1107)
    assert as_bob.ask("PUT", path, {"ownerId": alice.id}).json()["result"]["owner"] == "alice@example.com"


def test_members_come_and_go_with_their_access(
    as_alice: Client, as_bob: Client, as_charlie: Client, charlie: Person
) -> None:
    group = new_group(as_alice)
    sheet = next(each["id"] for each in as_alice.json("/sheets")["data"] if each["name"] == "Empty sheet")
    share = {"groupId": group["id"], "accessLevel": "EDITOR"}
    assert as_alice.ask("POST", f"/sheets/{sheet}/shares", share).json()["result"]["type"] == "GROUP"
    assert refusal(as_charlie.get(f"/sheets/{sheet}")) == (404, 1006)
    added = as_alice.ask("POST", f"/groups/{group['id']}/members", {"email": "charlie@example.com"}).json()["result"]
    assert added["id"] == charlie.id
    assert as_charlie.json(f"/sheets/{sheet}")["accessLevel"] == "EDITOR"
    assert refusal(as_alice.ask("POST", f"/groups/{group['id']}/members", {"email": "charlie@example.com"})) == (
        400,
        1129,
    )
    again = as_alice.ask("POST", f"/groups/{group['id']}/members", [{"email": "charlie@example.com"}]).json()
    assert again["result"] == []
    as_alice.ask("DELETE", f"/groups/{group['id']}/members/{charlie.id}")
    assert refusal(as_charlie.get(f"/sheets/{sheet}")) == (404, 1006)


def test_a_deleted_group_takes_its_shares_along(as_alice: Client, as_charlie: Client, plan: Grid) -> None:
    group = new_group(as_alice, "charlie@example.com")
    as_alice.ask("POST", f"{plan.path}/shares", {"groupId": group["id"], "accessLevel": "ADMIN"})
    assert as_charlie.json(plan.path)["accessLevel"] == "ADMIN"
    as_alice.ask("DELETE", f"/groups/{group['id']}")
    assert as_charlie.json(plan.path)["accessLevel"] == "VIEWER"
    assert refusal(as_alice.get(f"/groups/{group['id']}")) == (404, 1106)
    assert "GROUP" not in [share["type"] for share in as_alice.json(f"{plan.path}/shares")["data"]]
