"""Each person has their own favorites, and answers show which items are favorites."""

from __future__ import annotations

from typing import Any

import pytest

from tests.running_sandbox import RunningSandbox
from tests.sandbox.client import Client, Grid, refusal


def mark(client: Client, kind: str, object_id: int) -> dict[str, Any]:
    answer = client.ask("POST", "/favorites", {"type": kind, "objectId": object_id})
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()["result"]
    return result


def ids(client: Client) -> list[tuple[str, int]]:
    return [(each["type"], each["objectId"]) for each in client.json("/favorites?includeAll=true")["data"]]


def test_a_favorite_is_the_persons_own(plan: Grid, budget: Grid, as_alice: Client, as_bob: Client) -> None:
    assert mark(as_alice, "sheet", plan.id) == {"type": "sheet", "objectId": plan.id}
    assert mark(as_bob, "sheet", budget.id)
    assert (ids(as_alice), ids(as_bob)) == ([("sheet", plan.id)], [("sheet", budget.id)])


def test_marked_items_are_favorites(plan: Grid, as_alice: Client, as_bob: Client) -> None:
    folder = as_alice.ask("POST", "/home/folders", {"name": "Works"}).json()["result"]["id"]
    workspace = as_alice.ask("POST", "/workspaces", {"name": "North"}).json()["result"]["id"]
    report = as_alice.json("/reports")["data"][0]["id"]
    marked = {"sheet": plan.id, "folder": folder, "workspace": workspace, "report": report}
    for kind, object_id in marked.items():
        mark(as_alice, kind, object_id)
    for kind, object_id in marked.items():
        assert as_alice.json(f"/{kind}s/{object_id}")["favorite"] is True
    home = as_alice.json("/home")
    found = [each["id"] for kind in ("sheets", "folders", "workspaces", "reports") for each in home[kind]
             if each.get("favorite")]  # fmt: skip
    assert found == list(marked.values())
    listed = {sheet["id"]: sheet.get("favorite") for sheet in as_alice.json("/sheets")["data"]}
    assert (listed.pop(plan.id), set(listed.values())) == (True, {None})
    assert "favorite" not in as_bob.json(plan.path)


def test_several_are_marked_at_once(plan: Grid, budget: Grid, as_alice: Client) -> None:
    mark(as_alice, "sheet", plan.id)
    both = [{"type": "sheet", "objectId": each.id} for each in (plan, budget, budget)]
    assert as_alice.ask("POST", "/favorites", both).json()["result"] == [{"type": "sheet", "objectId": budget.id}]
    assert len(ids(as_alice)) == 2
    assert refusal(as_alice.ask("POST", "/favorites", both[0])) == (400, 1129)


def test_a_favorite_is_read_and_unmarked(plan: Grid, budget: Grid, as_alice: Client) -> None:
    path = f"/favorites/sheet/{plan.id}"
    mark(as_alice, "sheet", plan.id)
    shown = as_alice.json(f"{path}?include=name,directId")
    assert shown == {
        "type": "sheet", "objectId": plan.id, "name": "Site plan", "directId": plan.body["permalink"].split("/")[-1],
    }  # fmt: skip
    assert as_alice.ask("DELETE", path).json() == {"message": "SUCCESS", "resultCode": 0}
    assert refusal(as_alice.get(path)) == refusal(as_alice.ask("DELETE", path)) == (404, 1006)
    mark(as_alice, "sheet", plan.id)
    mark(as_alice, "sheet", budget.id)
    assert refusal(as_alice.ask("DELETE", f"/favorites/sheet?objectIds={plan.id},1")) == (404, 1006)
    assert refusal(as_alice.ask("DELETE", "/favorites/sheet")) == (400, 1009)
    assert as_alice.ask("DELETE", f"/favorites/sheet?objectIds={plan.id},{budget.id}").status_code == 200
    assert ids(as_alice) == []


def test_what_is_no_favorite_cannot_be_unmarked(plan: Grid, as_alice: Client) -> None:
    """Alice has never had a favorite, so each request to remove a favorite is refused."""
    assert refusal(as_alice.ask("DELETE", f"/favorites/sheet/{plan.id}")) == (404, 1006)
    assert refusal(as_alice.ask("DELETE", f"/favorites/sheet?objectIds={plan.id}")) == (404, 1006)
    assert refusal(as_alice.ask("DELETE", "/favorites/bogus/1")) == (400, 1031)


def test_a_deleted_item_is_no_longer_a_favorite(budget: Grid, as_alice: Client) -> None:
    mark(as_alice, "sheet", budget.id)
    as_alice.ask("DELETE", budget.path)
    assert ids(as_alice) == []


REFUSED: list[tuple[Any, int, int]] = [
    ({"type": "sheet"}, 400, 1012),
    ({"objectId": 1}, 400, 1012),
    ({"type": "row", "objectId": 1}, 400, 1031),
    ({"type": "sheet", "objectId": 1}, 404, 1006),
    ({"type": "sheet", "objectId": "x"}, 404, 1006),
    ({"type": "sheet", "objectId": 1, "name": "x"}, 400, 1008),
    ("sheet", 400, 1008),
]


@pytest.mark.parametrize(("body", "status", "code"), REFUSED)
def test_invalid_favorites(as_alice: Client, body: Any, status: int, code: int) -> None:
    assert refusal(as_alice.ask("POST", "/favorites", body)) == (status, code)
    assert ids(as_alice) == []


def test_a_sheet_is_not_a_report_and_other_peoples_sheets_are_not_found(
    plan: Grid, as_alice: Client, as_dora: Client, budget: Grid, sandbox: RunningSandbox
) -> None:
    for client, kind, object_id in ((as_alice, "report", plan.id), (as_dora, "sheet", budget.id)):
        answer = client.ask("POST", "/favorites", {"type": kind, "objectId": object_id})
        assert refusal(answer) == (404, 1006)
    assert refusal(as_alice.get("/favorites/row/1")) == (400, 1031)
