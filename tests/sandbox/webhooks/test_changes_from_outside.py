"""If a change doesn't come through the API, its event, its callback and the cell history name the same author. For
forms, automations and cell links, the author is a system user. Smartsheet's documentation lists the ids of these users.

https://developers.smartsheet.com/api/smartsheet/openapi/events
"""

from typing import Any

import pytest

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, Grid
from tests.sandbox.test_event_reporting import reported
from tests.sandbox.webhooks.hook import Hook
from tests.sandbox.webhooks.receiver import Receiver

SYSTEM_USERS = {"form": 7881304550205316, "automation": 3940654876256132, "cellLink": 3377704922834820}
ADDED = {"form": "add", "automation": "update", "cellLink": "update", "person": "update"}


@pytest.mark.parametrize("by", ADDED)
def test_who_made_it(
    sandbox: RunningSandbox, hook: Hook, plan: Grid, as_alice: Client, bob: Person, receiver: Receiver, by: str
) -> None:
    user_id = SYSTEM_USERS.get(by, bob.id)
    task, title, value = ("Leaking tap", "Task", "Leaking tap") if by == "form" else ("Structure", "Approved", 12)
    cells = plan.cells({"title": title, "value": value})
    row = {"cells": cells} if by == "form" else {"id": plan.row(task), "cells": cells}
    description: dict[str, Any] = {"by": by, "sheetId": plan.id, ADDED[by]: [row]}
    if by == "person":
        description["person"] = bob.id
    before = None if by == "form" else plan.history(task, title)

    made = sandbox.control("POST", "changes", description)

    assert (made["userId"], made["version"]) == (user_id, plan.body["version"] + 1)
    events = receiver.events()
    assert {event["userId"] for event in events} == {user_id}
    assert "changeAgent" not in str(events)
    assert {event["objectType"] for event in events} == {"sheet", "row", "cell"}
    (event,) = reported(as_alice)
    assert (event["userId"], event["requestUserId"], event["source"]) == (user_id, user_id, "WEB_APP")
    assert "accessTokenName" not in event
    now = plan.again()
    latest, *rest = now.history(task, title)
    assert latest["value"] == value
    assert rest == (before or [])
    assert set(latest["modifiedBy"]) == {"name", "email"}, "no id in a history"
    writer = as_alice.json(f"{plan.path}/rows/{now.row(task)}?include=writerInfo")["modifiedBy"]
    assert latest["modifiedBy"] == writer
    assert (writer["email"] == bob.email) is (by == "person")
