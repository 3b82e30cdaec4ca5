"""Programs of two people edit one sheet through the API. Each program runs in a process that is killed repeatedly.
After a kill, a new process of the program sends the same call with the same key. No edit is lost, made twice, missing
in the log, or logged under another person's name.

`make test-kills` sets PROCESSES=8 API_ROUNDS=25 API_ROWS=50 in the environment, which makes 10,000 edits.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from pytest_django import Settings

from audit.changes import with_outcomes
from audit.models import Entry
from audit.unsettled import Unsettled
from edits.settling import settle
from identity.apptokens.models import AppToken
from identity.models import SmartsheetUser
from tests.running_sandbox import Person, RunningSandbox

PROCESSES = int(os.environ.get("PROCESSES", "3"))
ROUNDS = int(os.environ.get("API_ROUNDS", "3"))
ROWS = int(os.environ.get("API_ROWS", "10"))
KILLS = 3  # how often each process is killed
DEADLINE = 3.0  # seconds for Smartsheet's answers; a killed process keeps its key for 1.25 times this time
LEASE = 30.0  # seconds until another process settles the edits that a killed process was settling
LONGEST = 600.0  # the most seconds for the whole test

State = dict[str, Any]


class Sheet:
    """A sheet with a column for each process."""

    def __init__(self, sandbox: RunningSandbox, people: list[Person]) -> None:
        self.sandbox, self.owner = sandbox, people[0]
        titles = ["Name", *(f"Process {number}" for number in range(PROCESSES))]
        columns = [{"title": title, "type": "TEXT_NUMBER", "primary": title == "Name"} for title in titles]
        made = self.call("POST", "/sheets", {"name": "Shared", "columns": columns})["result"]
        self.id: int = made["id"]
        name, *self.columns = (column["id"] for column in made["columns"])
        rows = [{"toBottom": True, "cells": [{"columnId": name, "value": f"Row {row}"}]} for row in range(ROWS)]
        self.rows = [row["id"] for row in self.call("POST", f"/sheets/{self.id}/rows", rows)["result"]]
        for person in people[1:]:
            self.call("POST", f"/sheets/{self.id}/shares", [{"email": person.email, "accessLevel": "EDITOR"}])

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return self.sandbox.call(self.owner, method, path, body)

    def history(self, row: int, column: int) -> list[tuple[str, str]]:
        """Return the values that a cell has had, oldest first, each with the address of the person who wrote it."""
        path = f"/sheets/{self.id}/rows/{row}/columns/{column}/history?pageSize=1000"
        states = self.call("GET", path)["data"]
        return [(state["value"], state["modifiedBy"]["email"]) for state in reversed(states) if state.get("value")]


@pytest.mark.django_db(transaction=True)
def test_every_edit_is_made_and_logged_once(
    sandbox: RunningSandbox,
    bob_and_alice: list[Person],
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settle, "LEASE", LEASE)
    settings.SMARTSHEET_DEADLINE, settings.SETTLE_AFTER = DEADLINE, DEADLINE
    settings.SMARTSHEET_HISTORY_CALLS = settings.APP_TOKEN_RATE_LIMIT = 1_000_000
    sheet = Sheet(sandbox, bob_and_alice)
    tokens = [_token(person) for person in bob_and_alice]
    connections.close_all()

    def start(number: int) -> int:
        return _fork(Program(sheet, number, tokens[number % 2], tmp_path / f"{number}.json"))

    chance = Random(PROCESSES)
    running = {start(number): number for number in range(PROCESSES)}
    left = Counter(dict.fromkeys(range(PROCESSES), KILLS))
    killed, ends = 0, time.monotonic() + LONGEST
    while running:
        assert time.monotonic() < ends, "the programs don't come to an end"
        time.sleep(chance.uniform(0.05, 0.3))
        if victims := [process for process, number in running.items() if left[number]]:
            victim = chance.choice(victims)
            left[running[victim]] -= 1
            os.kill(victim, signal.SIGKILL)
        while running and (ended := os.waitpid(-1, os.WNOHANG))[0]:
            number = running.pop(ended[0])
            if os.WIFSIGNALED(ended[1]):
                killed += 1
                running[start(number)] = number
            else:
                assert os.waitstatus_to_exitcode(ended[1]) == 0, f"program {number} failed"
    time.sleep(DEADLINE + 0.1)
    settle.settle_due()
    assert not Unsettled.objects.exists()

    wanted = {
        (row, column): [(_text(number, turn, row), bob_and_alice[number % 2].email) for turn in range(ROUNDS)]
        for number, column in enumerate(sheet.columns)
        for row in sheet.rows
    }
    assert {cell: sheet.history(*cell) for cell in wanted} == wanted  # none is lost, made twice, or in another cell
    changes = with_outcomes(Entry.objects.intents().on_sheet(sheet.id))
    logged = Counter(
        (change.intent.row_id, change.intent.column_id, change.new, change.intent.actor_id)
        for change in changes
        if change.is_applied
    )
    ids = {person.email: person.id for person in bob_and_alice}
    assert logged == Counter(
        (*cell, json.dumps(text), ids[email]) for cell, states in wanted.items() for text, email in states
    )
    print(f"{len(logged)} edits, {killed} kills")  # noqa: T201 # the figures of make test-kills
    assert killed


def _token(person: Person) -> str:
    found = SmartsheetUser.objects.get(smartsheet_id=person.id)
    return AppToken.objects.make(person=found, name="program", scopes=["edit"], days=7)[1]


def _text(number: int, turn: int, row: int) -> str:
    return f"{number}.{turn}.{row}"


class Program:
    """A program that repeatedly changes one column in every row. It writes each call to a file before it sends the
    call.
    """

    def __init__(self, sheet: Sheet, number: int, token: str, file: Path) -> None:
        self.sheet, self.number, self.file = sheet, number, file
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def run(self) -> None:
        """Run all rounds. If earlier processes of this program have completed some rounds, run only the remaining
        ones.
        """
        state = json.loads(self.file.read_text()) if self.file.exists() else self._keep(0)
        while state["turn"] < ROUNDS:
            answer = self.client.post(
                f"/api/v1/sheets/{self.sheet.id}/edits",
                {"changes": self._changes(state["turn"])},
                content_type="application/json",
                headers={"Idempotency-Key": state["key"]},
            )
            results = answer.json().get("results", [])
            if answer.status_code == 200:
                state = self._keep(state["turn"] + 1)
            elif results and all(result["status"] == "not sent" for result in results):
                state = self._keep(state["turn"])  # the save certainly did nothing, so another key can be used
            elif answer.status_code in {409, 429, 502, 503}:
                settle.settle_due()
                time.sleep(0.2)
            else:
                raise AssertionError(answer.content[:1000])

    def _keep(self, turn: int) -> State:
        state = {"turn": turn, "key": str(uuid4())}
        draft = self.file.with_suffix(".new")
        draft.write_text(json.dumps(state))
        draft.replace(self.file)
        return state

    def _changes(self, turn: int) -> list[dict[str, Any]]:
        column = str(self.sheet.columns[self.number])
        return [
            {
                "do": "update",
                "row_id": str(row),
                "cells": [
                    {
                        "column_id": column,
                        "shown": _text(self.number, turn - 1, row) if turn else None,
                        "value": _text(self.number, turn, row),
                    }
                ],
            }
            for row in self.sheet.rows
        ]


def _fork(program: Program) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        program.run()
        code = 0
    finally:
        os._exit(code)
