"""Makes edits in child processes that are killed with SIGKILL. Each edit is on its own sheet."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from random import Random
from typing import Any

from django.contrib.auth.models import User
from django.db import connections

from audit.vocabulary import Action
from edits.gateway.client import Gateway
from edits.saving import AddRow, CellChange, DeleteRow, UpdateRow, read, save, sending
from tests.running_sandbox import Person, RunningSandbox
from tests.waiting import until

ACTIONS = (Action.CHANGE, Action.ADD, Action.DELETE)
MOMENTS = ("before the intent", "before the call", "during the call", "before the outcome", "at the end", "at any time")
WRITES = {Action.CHANGE: "update_rows", Action.ADD: "add_rows", Action.DELETE: "delete_rows"}
OWN_SHEET = {
    "columns": [
        {"title": "Task", "type": "TEXT_NUMBER", "primary": True},
        {"title": "Notes", "type": "TEXT_NUMBER"},
    ]
}


@dataclass
class Edit:
    """An edit whose process is killed. Tests can find out whether Smartsheet made the edit."""

    sandbox: RunningSandbox
    person: Person
    action: Action
    moment: str
    name: str

    def __post_init__(self) -> None:
        sheet = self._call("POST", "/sheets", {"name": self.name, **OWN_SHEET})["result"]
        self.sheet_id: int = sheet["id"]
        self.columns: list[int] = [column["id"] for column in sheet["columns"]]
        cells = [{"columnId": column_id, "value": "was"} for column_id in self.columns]
        rows = self._call("POST", f"/sheets/{self.sheet_id}/rows", [{"cells": cells}])["result"]
        self.row_id: int = rows[0]["id"]

    def make(self, user: User) -> None:
        """Make the edit in the ordinary way."""
        if self.action is Action.DELETE:
            baseline = read(user, self.sheet_id, row_ids=[self.row_id], with_descendants=True)
            save(baseline, [DeleteRow(self.row_id)])
        elif self.action is Action.ADD:
            save(read(user, self.sheet_id), [AddRow((CellChange(self.columns[0], None, self.name),))])
        else:
            cells = tuple(CellChange(column_id, "was", self.name) for column_id in self.columns)
            save(read(user, self.sheet_id, row_ids=[self.row_id]), [UpdateRow(self.row_id, cells)])

    def is_in_smartsheet(self) -> bool:
        """Find out from the cell's history or the rows of the sheet whether the edit was made."""
        rows = self._call("GET", f"/sheets/{self.sheet_id}")["rows"]
        if self.action is Action.DELETE:
            return self.row_id not in {row["id"] for row in rows}
        if self.action is Action.ADD:
            return any(cell.get("value") == self.name for row in rows for cell in row["cells"])
        path = f"/sheets/{self.sheet_id}/rows/{self.row_id}/columns/{self.columns[1]}/history"
        return any(state.get("value") == self.name for state in self._call("GET", path)["data"])

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        return self.sandbox.call(self.person, method, path, body)


def kill(edit: Edit, user: User, chance: Random) -> None:
    """Make the edit in a child process, and kill this process with SIGKILL at the edit's `moment`."""
    if edit.moment == "during the call":
        edit.sandbox.fault(path=f"/sheets/{edit.sheet_id}/rows$", operation=_operation(edit), **_slowness(chance))
    connections.close_all()
    child = os.fork()
    if child == 0:
        _live_and_die(edit, user)
    if edit.moment == "during the call":
        until(edit.sandbox.has_used_faults, "its request")
        os.kill(child, signal.SIGKILL)
        edit.sandbox.end_faults()
    elif edit.moment == "at any time":
        time.sleep(chance.uniform(0, 0.12))
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


def _live_and_die(edit: Edit, user: User) -> None:
    try:
        owner: object = Gateway if edit.moment == "before the call" else sending
        name = {"before the intent": "intend", "before the call": WRITES[edit.action], "before the outcome": "settle"}
        if edit.moment in name:
            setattr(owner, name[edit.moment], _dies)
        edit.make(user)
    finally:
        _dies()


def _dies(*_args: object, **_more: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _operation(edit: Edit) -> str:
    return {"update_rows": "update-rows", "add_rows": "rows-addToSheet", "delete_rows": "delete-rows"}[
        WRITES[edit.action]
    ]


def _slowness(chance: Random) -> dict[str, Any]:
    """Return a random fault. With this fault, the sandbox loses the request, carries the request out late, or doesn't
    send a whole answer.
    """
    faults: list[dict[str, Any]] = [{"delay": 600}, {"delay": 600, "drop": "before"}, {"hold": 600}, {"body": "drip"}]
    return chance.choice(faults)
