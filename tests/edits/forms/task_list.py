"""A sheet of tasks that belong to people. Alice owns it, and Bob can edit it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from tests.running_sandbox import Person, RunningSandbox

COLUMNS = [
    {"title": "Task", "type": "TEXT_NUMBER", "primary": True},
    {"title": "Owner", "type": "CONTACT_LIST"},
    {"title": "Team", "type": "MULTI_CONTACT_LIST"},
    {"title": "Due", "type": "DATE"},
    {"title": "Cost", "type": "TEXT_NUMBER"},
    {"title": "Notes", "type": "TEXT_NUMBER"},
]


@dataclass
class TaskList:
    """The sheet, which Alice reads and changes without the app. Tests refer to columns by title and to rows by task."""

    sandbox: RunningSandbox
    alice: Person

    def __post_init__(self) -> None:
        sheet = self.call("POST", "/sheets", {"name": "Tasks", "columns": COLUMNS})["result"]
        self.id: int = sheet["id"]
        self.columns: dict[str, int] = {column["title"]: column["id"] for column in sheet["columns"]}
        self.rows: dict[str, int] = {}

    def share(self, person: Person) -> None:
        """Let the person edit the sheet."""
        self.call("POST", f"/sheets/{self.id}/shares", [{"email": person.email, "accessLevel": "EDITOR"}])

    def add(self, task: str, *, team: list[dict[str, str]] | None = None, **values: Any) -> None:
        """Add a row at the bottom. The keys of `values` are titles of columns in lower case."""
        cells = [{"columnId": self.columns["Task"], "value": task, "strict": False}]
        for title, value in values.items():
            cells.append({"columnId": self.columns[title.title()], "value": value, "strict": False})
        if team:
            people = [{"objectType": "CONTACT", **one} for one in team]
            objects = {"objectType": "MULTI_CONTACT", "values": people}
            cells.append({"columnId": self.columns["Team"], "objectValue": objects})
        added = self.call("POST", f"/sheets/{self.id}/rows", [{"toBottom": True, "cells": cells}])["result"]
        self.rows[task] = added[0]["id"]

    def write(self, task: str, title: str, value: Any) -> None:
        """Change a cell."""
        cell = {"columnId": self.columns[title], "value": value, "strict": False}
        self.call("PUT", f"/sheets/{self.id}/rows", [{"id": self.rows[task], "cells": [cell]}])

    def reads(self) -> list[set[str]]:
        """Return a set for each request that read the sheet's rows. The set has the titles of the columns that were
        read.
        """
        titles = {str(column_id): title for title, column_id in self.columns.items()}
        requests = self.sandbox.requests(method="GET")
        of_sheet = [one["query"] for one in requests if one["path"].endswith(f"/sheets/{self.id}")]
        return [{titles[one] for one in parse_qs(query)["columnIds"][0].split(",")} for query in of_sheet]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return self.sandbox.call(self.alice, method, path, body)
