"""Sharing sheets and workspaces."""

import pytest

from tests.running_sandbox import Person
from tests.sandbox.client import Client, Grid, refusal


def shares_of(client: Client, plan: Grid) -> dict[str, dict[str, object]]:
    """Return the shares of a sheet. The keys are the e-mail addresses of the shares."""
    return {share["email"]: share for share in client.json(f"{plan.path}/shares")["data"]}


def share(client: Client, plan: Grid, email: str, level: str) -> tuple[int, int] | dict[str, object]:
    """Share a sheet. Returns the new share, or the status and error code of a refusal."""
    answer = client.ask("POST", f"{plan.path}/shares", {"email": email, "accessLevel": level})
    if answer.status_code != 200:
        return refusal(answer)
    result: dict[str, object] = answer.json()["result"]
    return result


def test_all_shares_are_listed_the_owners_too(as_charlie: Client, plan: Grid, alice: Person, bob: Person) -> None:
    shares = shares_of(as_charlie, plan)
    assert shares["alice@example.com"]["accessLevel"] == "OWNER"
    his = shares["bob@example.com"]
    assert (his["type"], his["userId"], his["name"]) == ("USER", bob.id, "Bob Baker")
    assert (his["accessLevel"], his["scope"]) == ("EDITOR", "ITEM")
    assert isinstance(his["id"], str)
    assert his["id"].isalnum()
    assert as_charlie.json(f"{plan.path}/shares/{his['id']}") == his


def test_a_share_gives_access_and_its_end_takes_it(as_dora: Client, budget: Grid) -> None:
    new = share(budget.client, budget, "dora@example.com", "EDITOR")
    assert isinstance(new, dict)
    assert as_dora.json(budget.path)["accessLevel"] == "EDITOR"
    budget.client.ask("PUT", f"{budget.path}/shares/{new['id']}", {"accessLevel": "VIEWER"})
    assert as_dora.json(budget.path)["accessLevel"] == "VIEWER"
    assert budget.client.ask("DELETE", f"{budget.path}/shares/{new['id']}").status_code == 200
    assert refusal(as_dora.get(budget.path)) == (404, 1006)
    assert refusal(budget.client.get(f"{budget.path}/shares/{new['id']}")) == (404, 1027)


def test_a_changed_share_keeps_its_birthday(plan: Grid) -> None:
    before = shares_of(plan.client, plan)["bob@example.com"]
    path = f"{plan.path}/shares/{before['id']}"
    after = plan.client.ask("PUT", path, {"accessLevel": "ADMIN"}).json()["result"]
    assert after["createdAt"] == before["createdAt"]
    assert after["modifiedAt"] > before["modifiedAt"]


def test_in_a_list_who_has_a_share_already_is_left_out(plan: Grid) -> None:
    everybody = [{"email": f"{name}@example.com", "accessLevel": "VIEWER"} for name in ("alice", "bob", "gina")]
    result = plan.client.ask("POST", f"{plan.path}/shares", everybody).json()["result"]
    assert [each["email"] for each in result] == ["gina@example.com"]
    assert share(plan.client, plan, "bob@example.com", "VIEWER") == (400, 1025)


def test_strangers_can_be_invited(plan: Grid, as_alice: Client) -> None:
    new = share(plan.client, plan, "stranger@elsewhere.example", "COMMENTER")
    assert isinstance(new, dict)
    assert refusal(as_alice.get(f"/users/{new['userId']}")) == (404, 1020)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"email": "gina@example.com"}, 400, 1012),
        ({"accessLevel": "VIEWER"}, 400, 1012),
        ({"email": "gina", "accessLevel": "VIEWER"}, 400, 1156),
        ({"email": "gina@example.com", "accessLevel": "KING"}, 400, 1031),
        ({"email": "gina@example.com", "accessLevel": "OWNER"}, 403, 1026),
        ({"email": "gina@example.com", "groupId": 1, "accessLevel": "VIEWER"}, 400, 1219),
        ({"groupId": 1, "accessLevel": "VIEWER"}, 404, 1106),
        ({"userId": 1, "accessLevel": "VIEWER"}, 404, 1020),
        ({"email": "gina@example.com", "accessLevel": "VIEWER", "scope": "ITEM"}, 400, 1032),
    ],
)
def test_invalid_shares(plan: Grid, body: dict[str, object], status: int, code: int) -> None:
    assert refusal(plan.client.ask("POST", f"{plan.path}/shares", body)) == (status, code)


def test_editors_share_only_if_they_may_and_never_beyond_their_own(as_bob: Client, bobs_plan: Grid, plan: Grid) -> None:
    assert share(as_bob, bobs_plan, "gina@example.com", "VIEWER") == (403, 1004)
    shares = shares_of(plan.client, plan)
    path = f"{plan.path}/shares/{shares['bob@example.com']['id']}"
    plan.client.ask("PUT", path, {"accessLevel": "EDITOR_SHARE"})
    assert isinstance(share(as_bob, bobs_plan, "gina@example.com", "EDITOR"), dict)
    assert share(as_bob, bobs_plan, "hans@example.com", "ADMIN") == (403, 1004)
    admins = shares["erika.mueller-luedenscheidt-schnarrenberger@bauleitung.example.com"]["id"]
    answer = as_bob.ask("PUT", f"{plan.path}/shares/{admins}", {"accessLevel": "VIEWER"})
    assert refusal(answer) == (403, 1004)


def test_the_owners_share_and_ones_own_stay_as_they_are(plan: Grid, as_erika: Client) -> None:
    shares = shares_of(plan.client, plan)
    owner, own = (
        shares["alice@example.com"],
        shares["erika.mueller-luedenscheidt-schnarrenberger@bauleitung.example.com"],
    )
    change = {"accessLevel": "VIEWER"}
    assert refusal(as_erika.ask("PUT", f"{plan.path}/shares/{owner['id']}", change)) == (400, 1028)
    assert refusal(as_erika.ask("DELETE", f"{plan.path}/shares/{owner['id']}")) == (400, 1028)
    assert refusal(as_erika.ask("PUT", f"{plan.path}/shares/{own['id']}", change)) == (400, 1040)


def test_anyone_can_delete_their_own_share(as_charlie: Client, as_bob: Client, plan: Grid) -> None:
    shares = shares_of(plan.client, plan)
    assert refusal(as_charlie.ask("DELETE", f"{plan.path}/shares/{shares['bob@example.com']['id']}")) == (403, 1004)
    assert as_charlie.ask("DELETE", f"{plan.path}/shares/{shares['charlie@example.com']['id']}").status_code == 200
    assert refusal(as_charlie.get(plan.path)) == (404, 1006)


def test_the_newer_operations_do_the_same(plan: Grid, as_dora: Client, budget: Grid) -> None:
    where = f"assetType=sheet&assetId={budget.id}"
    client = budget.client
    new = client.ask("POST", f"/shares?{where}", {"email": "dora@example.com", "accessLevel": "VIEWER"}).json()[
        "result"
    ]
    assert client.json(f"/shares/{new['id']}?{where}") == new
    changed = client.ask("PATCH", f"/shares/{new['id']}?{where}", {"accessLevel": "EDITOR"}).json()
    assert changed["accessLevel"] == "EDITOR"
    assert as_dora.json(budget.path)["accessLevel"] == "EDITOR"
    listed = client.json(f"/shares?{where}")
    assert set(listed) == {"items"}
    assert new["id"] in [each["id"] for each in listed["items"]]
    assert client.ask("DELETE", f"/shares/{new['id']}?{where}").status_code == 200


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, 1009),
        ("assetType=sheet", 400, 1009),
        ("assetType=sheet&assetId=1", 404, 1006),
        ("assetType=file&assetId=1", 400, 1018),
    ],
)
def test_the_newer_operations_need_to_know_the_asset(as_alice: Client, query: str, status: int, code: int) -> None:
    assert refusal(as_alice.get(f"/shares?{query}")) == (status, code)


def test_a_workspace_shares_all_that_is_in_it(as_alice: Client, as_dora: Client) -> None:
    workspace = as_alice.ask("POST", "/workspaces", {"name": "North"}).json()["result"]["id"]
    column = {"title": "Name", "type": "TEXT_NUMBER", "primary": True}
    body = {"name": "Inside", "columns": [column]}
    sheet = as_alice.ask("POST", f"/workspaces/{workspace}/sheets", body).json()["result"]["id"]
    shares = f"/workspaces/{workspace}/shares"
    new = as_alice.ask("POST", shares, {"email": "dora@example.com", "accessLevel": "EDITOR"}).json()["result"]
    assert new["scope"] == "WORKSPACE"
    assert as_dora.json(f"/sheets/{sheet}")["accessLevel"] == "EDITOR"
    assert as_dora.json(f"/sheets/{sheet}")["workspace"] == {"id": workspace, "name": "North"}
    assert new["id"] not in [each["id"] for each in as_alice.json(f"/sheets/{sheet}/shares")["data"]]
    with_workspace = as_alice.json(f"/sheets/{sheet}/shares?include=workspaceShares")["data"]
    assert new["id"] in [each["id"] for each in with_workspace if each["scope"] == "WORKSPACE"]
    assert refusal(as_alice.ask("DELETE", f"/sheets/{sheet}/shares/{new['id']}")) == (400, 1023)
    as_alice.ask("PUT", f"{shares}/{new['id']}", {"accessLevel": "VIEWER"})
    assert as_dora.json(f"/sheets/{sheet}")["accessLevel"] == "VIEWER"
    as_alice.ask("DELETE", f"{shares}/{new['id']}")
    assert refusal(as_dora.get(f"/sheets/{sheet}")) == (404, 1006)
