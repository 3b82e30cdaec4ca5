"""A refused request changes nothing. Even its valid parts aren't applied."""

from collections.abc import Callable

import pytest

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, Grid, refusal
from tests.sandbox.signing import REDIRECT_URL, register, sign_in
from tests.sandbox.webhooks.hook import new_hook

AnyClient = Callable[[Person | str | None], Client]


def test_a_column_that_cannot_move_is_not_renamed(plan: Grid, as_alice: Client) -> None:
    body = {"title": "Costs", "type": "PICKLIST", "index": -1}
    assert refusal(as_alice.ask("PUT", f"{plan.path}/columns/{plan.column('Spent')}", body)) == (400, 1031)
    assert plan.again().body == plan.body


def test_a_sheet_that_cannot_be_renamed_keeps_its_settings(plan: Grid, as_bob: Client) -> None:
    before = as_bob.json(plan.path)["userSettings"]
    body = {"userSettings": {"criticalPathEnabled": True}, "name": "Bob's"}
    assert refusal(as_bob.ask("PUT", plan.path, body)) == (403, 1004)
    assert as_bob.json(plan.path)["userSettings"] == before


def test_a_group_that_cannot_be_renamed_keeps_its_owner(as_alice: Client, bob: Person) -> None:
    group = as_alice.json("/groups")["data"][0]
    second = as_alice.ask("POST", "/groups", {"name": "Site"}).json()["result"]["id"]
    body = {"ownerId": bob.id, "name": group["name"]}
    assert refusal(as_alice.ask("PUT", f"/groups/{second}", body)) == (400, 1103)
    assert as_alice.json(f"/groups/{second}")["owner"] == "alice@example.com"


def test_a_webhook_that_cannot_be_enabled_keeps_its_name(
    sandbox: RunningSandbox, plan: Grid, client_of: AnyClient, alice: Person, as_alice: Client
) -> None:
    register(sandbox, redirect_url=REDIRECT_URL)
    token = sign_in(sandbox, alice, scope="ADMIN_WEBHOOKS")["access_token"]
    hook = new_hook(client_of(token), plan.id, "https://www.example.com/hook")
    client_of(token).ask("DELETE", "/token")
    path = f"/webhooks/{hook.id}"
    before = as_alice.json(path)
    body = {"enabled": True, "name": "Other", "callbackUrl": "https://www.example.com/other"}
    assert refusal(as_alice.ask("PUT", path, body)) == (403, 1153)
    assert as_alice.json(path) == before


def test_a_refused_list_of_shares_invites_no_one(sandbox: RunningSandbox, plan: Grid, as_alice: Client) -> None:
    before = sandbox.control("GET", "people")
    shares = [{"email": "new@example.com", "accessLevel": "VIEWER"}, {"userId": 1, "accessLevel": "VIEWER"}]
    assert refusal(as_alice.ask("POST", f"{plan.path}/shares", shares)) == (404, 1020)
    assert sandbox.control("GET", "people") == before


@pytest.mark.parametrize("parameter", ["level=9", "columnIds=x", "numericDates=1", "accessApiLevel=x"])
def test_rows_are_not_written_for_an_answer_that_cannot_be_given(plan: Grid, as_alice: Client, parameter: str) -> None:
    path, cells = f"{plan.path}/rows?{parameter}", plan.cells({"title": "Notes", "value": "x"})
    assert refusal(as_alice.ask("PUT", path, [{"id": plan.row("Core walls"), "cells": cells}])) == (400, 1018)
    assert refusal(as_alice.ask("POST", path, [{"cells": cells}])) == (400, 1018)
    assert plan.again().body == plan.body


@pytest.mark.parametrize("parameter", ["level=9", "page=x", "rowIds=x", "rowsModifiedSince=x", "ifVersionAfter=x"])
def test_nor_are_they_sorted(plan: Grid, as_alice: Client, parameter: str) -> None:
    body = {"sortCriteria": [{"columnId": plan.column("Task"), "direction": "DESCENDING"}]}
    assert refusal(as_alice.ask("POST", f"{plan.path}/sort?{parameter}", body)) == (400, 1018)
    assert plan.again().body == plan.body


@pytest.mark.parametrize("parameter", ["level=9", "numericDates=1"])
def test_nor_are_columns_changed(plan: Grid, as_alice: Client, parameter: str) -> None:
    path = f"{plan.path}/columns/{plan.column('Spent')}?{parameter}"
    assert refusal(as_alice.ask("PUT", path, {"title": "Costs"})) == (400, 1018)
    column = {"title": "New", "type": "DATE", "index": 0}
    assert refusal(as_alice.ask("POST", f"{plan.path}/columns?{parameter}", column)) == (400, 1018)
    assert plan.again().body == plan.body


@pytest.mark.parametrize("parameter", ["level=9", "accessApiLevel=x"])
def test_nor_is_a_sheet_made(plan: Grid, as_alice: Client, parameter: str) -> None:
    before = as_alice.json("/sheets")
    column = {"title": "Name", "type": "TEXT_NUMBER", "primary": True}
    assert refusal(as_alice.ask("POST", f"/sheets?{parameter}", {"name": "New", "columns": [column]})) == (400, 1018)
    if "level" not in parameter:
        assert refusal(as_alice.ask("POST", f"{plan.path}/copy?{parameter}", {"newName": "New"})) == (400, 1018)
    assert as_alice.json("/sheets") == before


def test_an_invalid_removal_keeps_the_account(as_alice: Client, bob: Person) -> None:
    assert refusal(as_alice.ask("DELETE", f"/users/{bob.id}?removeFromSharing=perhaps")) == (400, 1018)
    assert as_alice.get(f"/users/{bob.id}").status_code == 200
