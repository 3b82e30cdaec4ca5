"""What callbacks contain, who gets them, and which events cause them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, Grid
from tests.sandbox.webhooks.hook import Hook, enabled_hook
from tests.sandbox.webhooks.receiver import Receiver

AnyClient = Callable[[Person | str | None], Client]

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CELL_LINK_USER = 3377704922834820


def kinds(events: list[dict[str, object]]) -> list[str]:
    return [f"{event['objectType']}.{event['eventType']}" for event in events]


def test_a_changed_cell_is_called_back(hook: Hook, bobs_plan: Grid, bob: Person, receiver: Receiver) -> None:
    bobs_plan.put("Core walls", {"title": "Spent", "value": 7})
    (delivery,) = receiver.wait(1)
    body = delivery.body
    assert delivery.headers["content-type"] == "application/json;charset=UTF-8"
    assert delivery.headers["smartsheet-hook-id"] == str(hook.id)
    assert delivery.is_signed_with(hook.secret)
    assert list(body) == ["nonce", "timestamp", "webhookId", "scope", "scopeObjectId", "events"]
    assert UUID.fullmatch(body["nonce"])
    assert (body["webhookId"], body["scope"], body["scopeObjectId"]) == (hook.id, "sheet", bobs_plan.id)
    row, column = bobs_plan.row("Core walls"), bobs_plan.column("Spent")
    times = [event.pop("timestamp") for event in body["events"]]
    assert body["events"] == [
        {"objectType": "sheet", "eventType": "updated", "id": bobs_plan.id, "userId": bob.id},
        {"objectType": "row", "eventType": "updated", "id": row, "userId": bob.id},
        {"objectType": "cell", "eventType": "updated", "rowId": row, "columnId": column, "userId": bob.id},
    ]
    for time in (*times, body["timestamp"]):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", time)
        assert abs(datetime.fromisoformat(time) - datetime.now(UTC)) < timedelta(seconds=10)


def test_the_secret_of_now_signs(hook: Hook, plan: Grid, receiver: Receiver) -> None:
    secret = hook.client.ask("POST", f"{hook.path}/resetSharedSecret").json()["result"]["sharedSecret"]
    plan.put("Core walls", {"title": "Spent", "value": 7})
    (delivery,) = receiver.wait(1)
    assert delivery.is_signed_with(secret)
    assert not delivery.is_signed_with(hook.secret)


def test_a_cell_that_was_empty_is_created(hook: Hook, plan: Grid, receiver: Receiver) -> None:
    plan.put("Core walls", {"title": "Notes", "value": "new"})
    assert kinds(receiver.events()) == ["sheet.updated", "row.updated", "cell.created"]


def test_unchanged_objects_cause_no_event(hook: Hook, plan: Grid, receiver: Receiver) -> None:
    plan.put("Core walls", {"title": "Spent", "value": 0})
    plan.put("Core walls", {"title": "Spent", "value": 1})
    assert kinds(receiver.events()) == ["sheet.updated", "row.updated", "cell.updated"]


def test_a_refused_change_is_no_event(hook: Hook, plan: Grid, receiver: Receiver) -> None:
    assert plan.put("Core walls", {"title": "Start", "value": "soon"}).status_code == 400
    plan.put("Core walls", {"title": "Spent", "value": 1})
    assert plan.column("Start") not in [event.get("columnId") for event in receiver.events()]


def test_an_added_row_comes_with_its_cells(hook: Hook, plan: Grid, receiver: Receiver) -> None:
    answer = plan.post({"title": "Task", "value": "New"}, {"title": "Spent", "value": 3}).json()["result"][0]
    events = receiver.events()
    assert kinds(events) == ["sheet.updated", "row.created", "cell.created", "cell.created", "cell.created"]
    assert events[1]["id"] == answer["id"]
    written = {plan.column("Task"), plan.column("Spent"), plan.column("Remaining")}
    assert {event["columnId"] for event in events[2:]} == written


def test_deleted_rows_are_each_named(hook: Hook, plan: Grid, receiver: Receiver) -> None:
    gone = plan.client.ask("DELETE", f"{plan.path}/rows?ids={plan.row('Concrete')}").json()["result"]
    events = receiver.events()
    assert kinds(events) == ["sheet.updated"] + ["row.deleted"] * 4
    assert {event["id"] for event in events[1:]} == set(gone)


def test_a_moved_row_is_updated(hook: Hook, plan: Grid, receiver: Receiver) -> None:
    plan.put("Core walls", toTop=True)
    assert kinds(receiver.events()) == ["sheet.updated", "row.updated"]


def test_discussions_and_attachments_are_called_back(hook: Hook, plan: Grid, receiver: Receiver) -> None:
    discussions, attachments = f"{plan.path}/discussions", f"{plan.path}/attachments"
    plan.client.ask("POST", discussions, {"comment": {"text": "Why?"}})
    link = {"name": "Plan", "url": "https://example.com/plan", "attachmentType": "LINK"}
    attached = plan.client.ask("POST", attachments, link).json()["result"]["id"]
    plan.client.ask("DELETE", f"{attachments}/{attached}")
    said = [kind for kind in kinds(receiver.events()) if kind != "sheet.updated"]
    assert said == ["discussion.created", "comment.created", "attachment.created", "attachment.deleted"]


def test_a_renamed_sheet_is_called_back(hook: Hook, plan: Grid, receiver: Receiver) -> None:
    plan.client.ask("PUT", plan.path, {"name": "Other"})
    assert kinds(receiver.events()) == ["sheet.updated"]


def test_a_linked_cell_changes_through_the_cell_link_user(
    hook: Hook, plan: Grid, budget: Grid, receiver: Receiver
) -> None:
    line = next(row["id"] for name, row in budget.rows.items() if name == "Structure")
    cells = [{"columnId": budget.column("Amount"), "value": 1}]
    budget.client.ask("PUT", f"{budget.path}/rows", [{"id": line, "cells": cells}])
    events = receiver.events()
    assert kinds(events) == ["sheet.updated", "row.updated", "cell.updated"]
    assert {event["userId"] for event in events} == {CELL_LINK_USER}
    assert events[2]["columnId"] == plan.column("Approved")


def test_an_assumed_user_is_the_one_who_did_it(
    hook: Hook, as_alice: Client, plan: Grid, bob: Person, receiver: Receiver
) -> None:
    cells = plan.cells({"title": "Spent", "value": 1})
    row = [{"id": plan.row("Core walls"), "cells": cells}]
    as_alice.ask("PUT", f"{plan.path}/rows", row, headers={"Assume-User": "bob%40example.com"})
    assert {event["userId"] for event in receiver.events()} == {bob.id}


def test_the_change_agent_comes_back(hook: Hook, as_alice: Client, plan: Grid, receiver: Receiver) -> None:
    row = [{"id": plan.row("Core walls"), "cells": plan.cells({"title": "Spent", "value": 1})}]
    agents = "x" * 600 + ",byline"
    as_alice.ask("PUT", f"{plan.path}/rows", row, headers={"Smartsheet-Change-Agent": agents})
    assert {event["changeAgent"] for event in receiver.events()} == {agents[-512:]}


def test_only_the_columns_subscribed_to_are_called_back(as_alice: Client, plan: Grid, receiver: Receiver) -> None:
    enabled_hook(as_alice, plan.id, receiver, subscope={"columnIds": [plan.column("Status")]})
    plan.put("Core walls", {"title": "Spent", "value": 1})
    plan.put("Core walls", {"title": "Status", "value": "Blocked"}, {"title": "Notes", "value": "x"})
    (event,) = receiver.events()
    assert (event["objectType"], event["columnId"]) == ("cell", plan.column("Status"))


def test_deleted_rows_come_through_every_subscription(as_alice: Client, plan: Grid, receiver: Receiver) -> None:
    enabled_hook(as_alice, plan.id, receiver, subscope={"columnIds": [plan.column("Status")]})
    row = plan.row("Core walls")
    as_alice.ask("DELETE", f"{plan.path}/rows?ids={row}")
    (event,) = receiver.events()
    assert (event["objectType"], event["eventType"], event["id"]) == ("row", "deleted", row)


def test_other_sheets_are_not_called_back(hook: Hook, budget: Grid, plan: Grid, receiver: Receiver) -> None:
    budget.client.ask("POST", f"{budget.path}/rows", [{"cells": [{"columnId": budget.column("Line"), "value": "x"}]}])
    plan.put("Core walls", {"title": "Spent", "value": 1})
    assert receiver.events()[0]["id"] == plan.id


def test_only_the_oldest_of_duplicates_is_called(hook: Hook, as_alice: Client, plan: Grid, receiver: Receiver) -> None:
    twin = enabled_hook(as_alice, plan.id, receiver)
    other = enabled_hook(as_alice, plan.id, receiver, subscope={"columnIds": [plan.column("Spent")]})
    plan.put("Core walls", {"title": "Spent", "value": 1})
    assert {delivery.body["webhookId"] for delivery in receiver.wait(2)} == {hook.id, other.id}
    hook.put(enabled=False)
    plan.put("Core walls", {"title": "Spent", "value": 2})
    assert {delivery.body["webhookId"] for delivery in receiver.wait(4)[2:]} == {twin.id, other.id}


def test_two_people_may_subscribe_alike(
    hook: Hook, as_bob: Client, plan: Grid, receiver: Receiver, sandbox: RunningSandbox
) -> None:
    his = enabled_hook(as_bob, plan.id, receiver)
    plan.put("Core walls", {"title": "Spent", "value": 1})
    assert {delivery.body["webhookId"] for delivery in receiver.wait(2)} == {hook.id, his.id}


def test_a_row_added_by_a_form_is_called_back(
    hook: Hook, plan: Grid, receiver: Receiver, running_sandbox: RunningSandbox
) -> None:
    cells = plan.cells({"title": "Task", "value": "Sent by a form"})
    running_sandbox.control("POST", "changes", {"by": "form", "sheetId": plan.id, "add": [{"cells": cells}]})
    assert {event["userId"] for event in receiver.events()} == {7881304550205316}
    assert "row.created" in kinds(receiver.events())
