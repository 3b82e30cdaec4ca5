"""The site plan has two automation rules. Admins and the rules' authors can change them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.client import Client, Grid, refusal

TYPE = "NOTIFICATION_ACTION"


def rules(client: Client, plan: Grid) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = client.json(f"{plan.path}/automationrules")["data"]
    return listed


def test_the_rules_of_a_sheet(plan: Grid, as_alice: Client, as_bob: Client, as_charlie: Client) -> None:
    first, second = rules(as_alice, plan)
    assert (first["name"], first["createdBy"]["name"]) == ("Finish date changed", "Alice Archer")
    assert (second["name"], second["createdBy"]["name"]) == ("Blocked work", "Bob Baker")
    assert as_alice.json(f"{plan.path}/automationrules/{first['id']}") == first
    assert [rule["userCanModify"] for rule in rules(as_alice, plan)] == [True, True]
    assert [rule["userCanModify"] for rule in rules(as_bob, plan)] == [False, True]
    assert [rule["userCanModify"] for rule in rules(as_charlie, plan)] == [False, False]


def test_a_rule_is_changed_and_deleted(plan: Grid, as_alice: Client, as_bob: Client) -> None:
    first, second = rules(as_bob, plan)
    path = f"{plan.path}/automationrules/{second['id']}"
    action = {"type": TYPE, "frequency": "WEEKLY", "recipientColumnIds": [plan.column("Responsible")]}
    changed = as_bob.ask("PUT", path, {"name": "Stuck", "enabled": False, "action": action}).json()
    assert (changed["name"], changed["enabled"], changed["modifiedBy"]["name"]) == ("Stuck", False, "Bob Baker")
    assert changed["action"].items() >= action.items()
    assert "recipients" not in changed["action"], "one kind of recipients alone"
    assert as_bob.json(path) == changed
    other = f"{plan.path}/automationrules/{first['id']}"
    assert refusal(as_bob.ask("PUT", other, {"action": {"type": TYPE}})) == (403, 1004)
    assert refusal(as_bob.ask("DELETE", other)) == (403, 1004)
    assert as_alice.ask("DELETE", path).status_code == 200
    assert [rule["id"] for rule in rules(as_alice, plan)] == [first["id"]]


REFUSED: list[tuple[Any, int]] = [
    ({"name": "x"}, 1012),
    ({"action": {}}, 1012),
    ({"action": {"type": "APPROVAL_REQUEST_ACTION"}}, 1220),
    ({"action": {"type": TYPE, "frequency": "NEVER"}}, 1031),
    ({"action": {"type": TYPE, "notifyAllSharedUsers": True, "recipients": [{"email": "bob@example.com"}]}}, 1218),
    ({"action": {"type": TYPE, "includeAllColumns": True, "includedColumnIds": [1]}}, 1219),
    ({"action": {"type": TYPE, "includedColumnIds": [1]}}, 1036),
    ({"action": {"type": TYPE, "message": 1}}, 1008),
    ({"action": {"type": TYPE}, "id": 1}, 1032),
]


@pytest.mark.parametrize(("body", "code"), REFUSED)
def test_invalid_changes_of_a_rule(plan: Grid, as_alice: Client, body: Any, code: int) -> None:
    before = rules(as_alice, plan)
    path = f"{plan.path}/automationrules/{before[0]['id']}"
    assert refusal(as_alice.ask("PUT", path, body)) == (400, code)
    assert rules(as_alice, plan) == before


def test_only_contact_columns_name_recipients(plan: Grid, as_alice: Client) -> None:
    path = f"{plan.path}/automationrules/{rules(as_alice, plan)[0]['id']}"
    action = {"type": TYPE, "recipientColumnIds": [plan.column("Task")]}
    assert refusal(as_alice.ask("PUT", path, {"action": action})) == (400, 1221)
    assert refusal(as_alice.get(f"{plan.path}/automationrules/1")) == (404, 1006)
