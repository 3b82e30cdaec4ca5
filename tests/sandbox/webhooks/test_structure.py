"""Callbacks report that columns were changed, and that rows were copied or moved to another sheet."""

from typing import Any

from tests.sandbox.client import Client, Grid
from tests.sandbox.conftest import sheet_id
from tests.sandbox.webhooks.hook import Hook, enabled_hook
from tests.sandbox.webhooks.receiver import Receiver


def told(receiver: Receiver) -> list[tuple[str, str, Any]]:
    """Return the events of the next callback."""
    events = [(event["objectType"], event["eventType"], event.get("id")) for event in receiver.events()]
    receiver.callbacks.clear()
    return events


def test_changed_columns_are_reported(hook: Hook, plan: Grid, as_alice: Client, receiver: Receiver) -> None:
    path, sheet = f"{plan.path}/columns", ("sheet", "updated", plan.id)
    definition = {"title": "New", "type": "DATE", "index": 3}
    column = as_alice.ask("POST", path, definition).json()["result"]["id"]
    assert told(receiver) == [sheet, ("column", "created", column)]
    as_alice.ask("PUT", f"{path}/{column}", {"title": "Newer"})
    assert told(receiver) == [sheet, ("column", "updated", column)]
    as_alice.ask("DELETE", f"{path}/{column}")
    assert told(receiver) == [sheet, ("column", "deleted", column)]


def test_a_moved_row_is_deleted_here(hook: Hook, plan: Grid, as_alice: Client, receiver: Receiver) -> None:
    body = {"rowIds": [plan.row("Pour slab")], "to": {"sheetId": sheet_id(as_alice, "Empty sheet")}}
    as_alice.ask("POST", f"{plan.path}/rows/copy", body)
    as_alice.ask("POST", f"{plan.path}/rows/move", body)
    assert told(receiver) == [("sheet", "updated", plan.id), ("row", "deleted", plan.row("Pour slab"))]


def test_a_copied_row_is_created_there(plan: Grid, as_alice: Client, receiver: Receiver) -> None:
    target = Grid(as_alice, sheet_id(as_alice, "Empty sheet"))
    enabled_hook(as_alice, target.id, receiver)
    body = {"rowIds": [plan.row("Roof")], "to": {"sheetId": target.id}}
    (pair,) = as_alice.ask("POST", f"{plan.path}/rows/copy", body).json()["rowMappings"]
    events = told(receiver)
    assert ("row", "created", pair["to"]) in events
    assert {("column", "created", column["id"]) for column in target.again().body["columns"][2:]} <= set(events)
    assert {kind for kind, _change, _id in events} == {"sheet", "column", "row", "cell"}
