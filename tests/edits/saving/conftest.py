"""A sheet with many rows that Bob edits through `edits.saving`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from edits.saving import Baseline, CellChange, UpdateRow, read
from tests.running_sandbox import Person, RunningSandbox

COLUMNS = [
    {"title": "Task", "type": "TEXT_NUMBER", "primary": True},
    {"title": "Notes", "type": "TEXT_NUMBER"},
    {"title": "Done", "type": "CHECKBOX"},
]


@dataclass
class ManyRows:
    """Bob's own sheet. Rows are named "row 0", "row 1", …, and their notes are "was"."""

    sandbox: RunningSandbox
    person: Person
    user: User
    count: int

    def __post_init__(self) -> None:
        sheet = self.call("POST", "/sheets", {"name": f"{self.count} rows", "columns": COLUMNS})["result"]
        self.id: int = sheet["id"]
        self.task, self.notes, self.done = (column["id"] for column in sheet["columns"])
        self.row_ids: list[int] = []
        for start in range(0, self.count, 500):
            rows = [
                {
                    "toBottom": True,
                    "cells": [{"columnId": self.task, "value": f"row {n}"}, {"columnId": self.notes, "value": "was"}],
                }
                for n in range(start, min(start + 500, self.count))
            ]
            self.row_ids += [row["id"] for row in self.call("POST", f"/sheets/{self.id}/rows", rows)["result"]]
        self.sandbox.forget_requests()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return self.sandbox.call(self.person, method, path, body)

    def read(self, row_ids: Sequence[int] | None = None, **how: Any) -> Baseline:
        return read(self.user, self.id, row_ids=self.row_ids if row_ids is None else row_ids, **how)

    def updates(self, text: str = "new", *, shown: str | None = "was") -> list[UpdateRow]:
        """Return changes that give each row a new note."""
        return [
            UpdateRow(row_id, (CellChange(self.notes, shown, f"{text} {place}"),))
            for place, row_id in enumerate(self.row_ids)
        ]

    def notes_now(self) -> list[Any]:
        """The notes in Smartsheet, row by row."""
        rows = self.call("GET", f"/sheets/{self.id}")["rows"]
        return [
            next((cell.get("value") for cell in row["cells"] if cell["columnId"] == self.notes), None) for row in rows
        ]

    def writes(self) -> list[dict[str, Any]]:
        return [one for one in self.sandbox.requests(path="/rows") if one["method"] != "GET"]


@pytest.fixture
def user(browser: Client, bob: Person) -> User:
    return User.objects.get(smartsheet__smartsheet_id=bob.id)


@pytest.fixture
def rows(sandbox: RunningSandbox, bob: Person, user: User) -> Callable[[int], ManyRows]:
    """Return rows(), which creates a sheet: rows(501) has 501 rows."""
    return lambda count: ManyRows(sandbox, bob, user, count)
