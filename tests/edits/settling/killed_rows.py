"""Makes edits of many rows in child processes that are killed with SIGKILL. Each edit is on its own sheet."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from random import Random
from typing import Any

from django.contrib.auth.models import User
from django.db import connections

from audit.vocabulary import Action
from edits.gateway.client import Gateway
from edits.saving import AddRow, CellChange, DeleteRow, MoveRow, Place, RowChange, read, save, sending
from tests.edits.saving.conftest import ManyRows
from tests.running_sandbox import Person, RunningSandbox
from tests.waiting import until

ACTIONS = (Action.CHANGE, Action.ADD, Action.DELETE, Action.MOVE)
MOMENTS = (
    "before the intent",
    "before the call",
    "during the call",
    "before the outcome",
    "between the calls",
    "before the last outcome",
    "at any time",
)
WRITES = {
    Action.CHANGE: "update_rows",
    Action.ADD: "add_rows",
    Action.DELETE: "delete_rows",
    Action.MOVE: "update_rows",
}
SLOW: Sequence[dict[str, Any]] = (
    {"delay": 600},
    {"delay": 600, "drop": "before"},
    {"hold": 600},
    {"body": "drip"},
)


class KilledEdit:
    """An edit of `count` rows whose process is killed. Tests can find out which rows Smartsheet has changed."""

    def __init__(self, sandbox: RunningSandbox, person: Person, user: User, count: int, action: Action) -> None:
        sandbox.control("POST", "clock", {"ahead": -60})
        self.sheet = ManyRows(sandbox, person, user, count)
        self.sheet.call("POST", f"/sheets/{self.sheet.id}/rows", [{"toBottom": True, "cells": []}])
        sandbox.control("POST", "clock", {"ahead": 0})
        self.action = action

    def make(self) -> None:
        """Make the edit in the ordinary way."""
        row_ids = [] if self.action is Action.ADD else self.sheet.row_ids
        is_deletion = self.action is Action.DELETE
        save(read(self.sheet.user, self.sheet.id, row_ids=row_ids, with_descendants=is_deletion), self._changes())

    def kill(self, moment: str, chance: Random) -> None:
        """Make the edit in a child process, and kill this process with SIGKILL at `moment`."""
        sandbox = self.sheet.sandbox
        if moment == "during the call":
            sandbox.fault(path=f"/sheets/{self.sheet.id}/rows$", **chance.choice(SLOW))
        connections.close_all()
        child = os.fork()
        if child == 0:
            self._live_and_die(moment)
        if moment == "during the call":
            until(lambda: sandbox.has_used_faults() or _is_over(child), "its request")
            os.kill(child, signal.SIGKILL)
            sandbox.end_faults()
        elif moment == "at any time":
            time.sleep(chance.uniform(0, 0.1 + self.sheet.count / 300))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status)
        assert os.WTERMSIG(status) == signal.SIGKILL

    def done(self) -> list[bool]:
        """Whether Smartsheet has made the change of each row."""
        now = self.sheet.call("GET", f"/sheets/{self.sheet.id}")["rows"]
        cells = {row["id"]: [cell.get("value") for cell in row["cells"]] for row in now}
        ids = list(cells)
        match self.action:
            case Action.ADD:
                texts = {value for values in cells.values() for value in values}
                return [f"added {n}" in texts for n in range(self.sheet.count)]
            case Action.DELETE:
                return [row_id not in cells for row_id in self.sheet.row_ids]
            case Action.MOVE:
                end = next(place for place, row_id in enumerate(ids) if not any(cells[row_id]))
                return [ids.index(row_id) > end for row_id in self.sheet.row_ids]
            case _:
                return [cells[row_id][1] != "was" for row_id in self.sheet.row_ids]

    def _changes(self) -> Sequence[RowChange]:
        match self.action:
            case Action.ADD:
                task = self.sheet.task
                return [AddRow((CellChange(task, None, f"added {n}"),)) for n in range(self.sheet.count)]
            case Action.DELETE:
                return [DeleteRow(row_id) for row_id in self.sheet.row_ids]
            case Action.MOVE:
                return [MoveRow(row_id, Place()) for row_id in self.sheet.row_ids]
            case _:
                return self.sheet.updates()

    def _live_and_die(self, moment: str) -> None:
        try:
            write = WRITES[self.action]
            {
                "before the intent": lambda: die_at(sending, "intend", 0),
                "before the call": lambda: die_at(Gateway, write, 0),
                "before the outcome": lambda: die_at(sending, "settle", 0),
                "between the calls": lambda: die_at(Gateway, write, 1),
                "before the last outcome": lambda: die_at(sending, "settle", 1),
            }.get(moment, lambda: None)()
            self.make()
        finally:
            _die()


def die_at(owner: Any, name: str, place: int) -> None:
    """Make the process die when it calls the function `name` of `owner`.

    `place` is the number of the call at which the process dies, counted from 0.
    """
    real, left = getattr(owner, name), iter(range(1000))

    def dies(*arguments: Any, **more: Any) -> Any:
        if next(left) == place:
            _die()
        return real(*arguments, **more)

    setattr(owner, name, dies)


def _is_over(child: int) -> bool:
    """Whether the child process has ended before it was killed. A very busy machine can cause this."""
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
