"""Makes random sequences of steps on a sheet. The steps are edits that fail or are killed, and changes without the app.

Steps are made one at a time, and each waits until no request is in progress. So after a step, the sheet's version shows
whether an edit was made. Tests compare this with the outcome that settling finds.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connections
from hypothesis import strategies as st

from audit.models import Entry
from audit.vocabulary import Action
from edits.gateway.client import Gateway, gateway_for
from edits.gateway.errors import GatewayError
from edits.saving import AddRow, CellChange, DeleteRow, NotRecorded, RowChange, UpdateRow, read, save, sending
from edits.saving.sheet_lease import SheetLease
from edits.sheets.held_values import Value, held
from tests.running_sandbox import Person, RunningSandbox

DEADLINE = 0.4  # seconds, for requests that hang; a write stops after three quarters of it
HUNG = 600  # seconds for which a request hangs, unless the test removes the faults
COLUMNS = [
    {"title": "Task", "type": "TEXT_NUMBER", "primary": True},
    {"title": "Notes", "type": "TEXT_NUMBER"},
    {"title": "Done", "type": "CHECKBOX"},
    {"title": "Tags", "type": "MULTI_PICKLIST", "options": ["wet", "dry"]},
]
VALUES: dict[str, st.SearchStrategy[Value]] = {
    "Task": st.sampled_from(["was", "Rock"]),
    "Notes": st.sampled_from(["", "Rock", "5", "007"]),
    "Done": st.booleans(),
    "Tags": st.sampled_from([[], ["wet"], ["wet", "dry"]]),
}
FAULTS: dict[str, dict[str, Any]] = {
    "none": {},
    "maintenance": {"errorCode": 4001},
    "error before": {"status": 500},
    "error after": {"status": 500, "apply": True},
    "gateway error after": {"status": 502, "body": "html", "apply": True},
    "cut before": {"drop": "before"},
    "cut during": {"drop": "during"},
    "cut after": {"drop": "after"},
    "truncated": {"body": "truncated"},
    "too many": {"status": 429},
    "token expired": {"status": 401, "errorCode": 1003},
    "forbidden": {"status": 403},
    "refused": {"status": 400},
    "late": {"delay": HUNG},
    "late and lost": {"delay": HUNG, "drop": "before"},
    "answered late": {"hold": HUNG},
}
HANGS = {"late", "late and lost", "answered late"}
WRITES = {Action.CHANGE: "update_rows", Action.ADD: "add_rows", Action.DELETE: "delete_rows"}
MOMENTS = ("never", "never", "before the intent", "before the call", "before the outcome")


@dataclass(frozen=True)
class InApp:
    """An edit with the app, by the first or the second person. The edit's process dies at `moment`."""

    person: int
    action: Action
    row: int
    values: dict[str, Value]
    fault: str
    moment: str
    is_real: bool  # true is SIGKILL in a separate process, false an exception that isn't caught


@dataclass(frozen=True)
class ByHand:
    """A change without the app, by a third person."""

    action: Action
    row: int
    value: str


@dataclass(frozen=True)
class Settled:
    """A step that settles the edits of earlier steps."""


Step = InApp | ByHand | Settled
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(
        InApp,
        person=st.integers(0, 1),
        action=st.sampled_from([Action.CHANGE, Action.CHANGE, Action.ADD, Action.DELETE]),
        row=st.integers(0, 1),
        values=st.fixed_dictionaries({}, optional=VALUES).filter(bool),
        fault=st.just("none") | st.sampled_from(list(FAULTS)),
        moment=st.sampled_from(MOMENTS),
        is_real=st.booleans(),
    ),
    st.builds(
        ByHand,
        action=st.sampled_from([Action.CHANGE, Action.ADD, Action.DELETE]),
        row=st.integers(0, 1),
        value=st.sampled_from(["was", "Rock"]),
    ),
    st.builds(Settled),
)


class Killed(BaseException):
    """Raised when the process dies."""


@dataclass
class Made:
    """An edit that is in the log. `is_done` says whether the sandbox carried out the edit."""

    step: InApp
    edit_id: UUID
    row_id: int | None
    is_done: bool


@dataclass
class Story:
    """A sheet, the three people who change it, and everything that was done to it. The third person owns the sheet and
    has shared it with the other two.
    """

    sandbox: RunningSandbox
    people: Sequence[Person]  # two who use the app, and one who does not
    users: Sequence[User]
    settings: Any
    made: list[Made] = field(default_factory=list)
    touched: list[int | None] = field(default_factory=list)  # the row of each change that was tried
    deleted_by_hand: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        sheet = self._call("POST", "/sheets", {"name": "Story", "columns": COLUMNS})["result"]
        self.sheet_id: int = sheet["id"]
        self.columns: dict[str, int] = {column["title"]: column["id"] for column in sheet["columns"]}
        cells = [{"columnId": self.columns["Task"], "value": "was"}]
        self._call("POST", f"/sheets/{self.sheet_id}/rows", [{"toBottom": True, "cells": cells} for _ in range(3)])
        shares = [{"email": person.email, "accessLevel": "EDITOR"} for person in self.people[:2]]
        self._call("POST", f"/sheets/{self.sheet_id}/shares", shares)

    def in_app(self, step: InApp) -> None:
        """Make the edit, wait until no request is in progress, and store whether the sandbox carried out the edit."""
        row_id = None if step.action is Action.ADD else self._row(step.row)
        if row_id is None and step.action is not Action.ADD:
            return
        version = self._version()
        if fault := FAULTS[step.fault]:
            self.sandbox.fault(path=f"/sheets/{self.sheet_id}/rows$", **fault)
        if step.is_real and step.moment != "never":
            self._live_and_die(step, row_id)
        else:
            self._live(step, row_id)
        self.sandbox.end_faults()  # a request that hangs is carried out now
        known = {made.edit_id for made in self.made}
        intended = Entry.objects.intents().on_sheet(self.sheet_id).exclude(edit_id__in=known).first()
        is_done = self._version() != version
        if intended:
            self.made.append(Made(step, intended.edit_id, row_id, is_done))
            self.touched.append(row_id)
        else:
            assert not is_done, f"{step} is in Smartsheet and not in the log"

    def by_hand(self, step: ByHand) -> None:
        """Change the sheet as the third person."""
        row_id = self._row(step.row)
        cells = [{"columnId": self.columns[title], "value": step.value} for title in ("Task", "Notes")]
        path = f"/sheets/{self.sheet_id}/rows"
        if step.action is Action.ADD:
            self._call("POST", path, [{"toBottom": True, "cells": cells[:1]}])
        elif row_id is not None and step.action is Action.DELETE:
            self._call("DELETE", f"{path}?ids={row_id}")
            self.deleted_by_hand.add(row_id)
        elif row_id is not None:
            self._call("PUT", path, [{"id": row_id, "cells": cells}])
        self.touched.append(row_id)

    def is_untouched_but_for(self, made: Made) -> bool:
        """Whether this edit is the only attempt to change its row."""
        return self.touched.count(made.row_id) == 1

    def writers(self, row_id: int, column_id: int) -> set[str]:
        """Return the e-mail addresses in a cell's history."""
        states = self._call("GET", f"/sheets/{self.sheet_id}/rows/{row_id}/columns/{column_id}/history")["data"]
        return {state["modifiedBy"]["email"] for state in states}

    def row_ids(self) -> list[int]:
        """The ids of existing rows."""
        return [row["id"] for row in self._call("GET", f"/sheets/{self.sheet_id}")["rows"]]

    def _live(self, step: InApp, row_id: int | None) -> None:
        with pytest.MonkeyPatch.context() as patch:
            _let_die(patch, step, _raise_killed)
            try:
                self._make(step, row_id)
            except (GatewayError, NotRecorded, Killed):
                return

    def _live_and_die(self, step: InApp, row_id: int | None) -> None:
        connections.close_all()
        child = os.fork()
        if child == 0:
            try:
                _let_die(pytest.MonkeyPatch(), step, _kill)
                self._make(step, row_id)
            finally:
                _kill()
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status)
        SheetLease.objects.all().delete()  # as if it had expired

    def _make(self, step: InApp, row_id: int | None) -> None:
        user = self.users[step.person]
        is_deletion = step.action is Action.DELETE
        row_ids = [row_id] if row_id else []
        baseline = read(user, self.sheet_id, row_ids=row_ids, with_descendants=is_deletion)
        columns = {column.title: column for column in baseline.sheet.columns}
        rows = baseline.sheet.rows
        cells = tuple(
            CellChange(columns[title].id, held(rows[0].cell(columns[title])) if rows else None, typed)
            for title, typed in step.values.items()
        )
        changes: dict[Action, RowChange] = {
            Action.ADD: AddRow(cells),
            Action.DELETE: DeleteRow(row_id or 0),
            Action.CHANGE: UpdateRow(row_id or 0, cells),
        }
        save(replace(baseline, gateway=self._gateway(step, user)), [changes[step.action]]).raise_error()

    def _gateway(self, step: InApp, user: User) -> Gateway:
        """Return the gateway with which the step's edit is sent. If the step's fault makes the request hang, the
        gateway has a short time limit.
        """
        usual = self.settings.SMARTSHEET_DEADLINE
        if step.fault in HANGS:
            self.settings.SMARTSHEET_DEADLINE = DEADLINE
        try:
            return gateway_for(user)
        finally:
            self.settings.SMARTSHEET_DEADLINE = usual

    def _row(self, place: int) -> int | None:
        ids = self.row_ids()
        return ids[place % len(ids)] if ids else None

    def _version(self) -> int:
        version: int = self._call("GET", f"/sheets/{self.sheet_id}/version")["version"]
        return version

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        return self.sandbox.call(self.people[2], method, path, body)


def _let_die(patch: pytest.MonkeyPatch, step: InApp, end: Any) -> None:
    if step.moment == "before the intent":
        patch.setattr(sending, "intend", end)
    elif step.moment == "before the call":
        patch.setattr(Gateway, WRITES[step.action], end)
    elif step.moment == "before the outcome":
        patch.setattr(sending, "settle", end)


def _raise_killed(*_args: object, **_more: object) -> None:
    raise Killed


def _kill(*_args: object, **_more: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
