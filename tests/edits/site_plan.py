"""Reads and changes the sandbox's site plan for tests, without the app.

Tests name columns by title, and rows by the text in the primary column. They need no ids.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.running_sandbox import Person, RunningSandbox


@dataclass
class SitePlan:
    """The site plan, or the sheet with another `name`. `person` reads and changes this sheet without the app."""

    sandbox: RunningSandbox
    person: Person
    name: str = "Site plan"

    def __post_init__(self) -> None:
        raw = self.sandbox.sheet(self.person, self.name)
        self.id: int = raw["id"]
        self.columns: dict[str, int] = {column["title"]: column["id"] for column in raw["columns"]}
        self.rows: dict[str, int] = {self._label(row): row["id"] for row in raw["rows"]}
        self.sandbox.forget_requests()

    @property
    def path(self) -> str:
        return f"/sheets/{self.id}/"

    def edit_path(self, row: str) -> str:
        return f"{self.path}rows/{self.rows[row]}/edit/"

    def delete_path(self, row: str) -> str:
        return f"{self.path}rows/{self.rows[row]}/delete/"

    @property
    def add_path(self) -> str:
        return f"{self.path}rows/add/"

    def cell(self, row: str, column: str) -> dict[str, Any]:
        """The cell's current value in Smartsheet."""
        path = f"/sheets/{self.id}/rows/{self.rows[row]}?level=2&include=objectValue"
        cells = self._call("GET", path)["cells"]
        return next(cell for cell in cells if cell["columnId"] == self.columns[column])

    def value(self, row: str, column: str) -> Any:
        """The value of a cell; a list for a multi-value cell."""
        cell = self.cell(row, column)
        objects = cell.get("objectValue")
        if isinstance(objects, dict) and "values" in objects:
            return [item["email"] if isinstance(item, dict) else item for item in objects["values"]]
        return cell.get("value")

    def history(self, row: str, column: str) -> list[dict[str, Any]]:
        """The cell's history, newest first."""
        path = f"/sheets/{self.id}/rows/{self.rows[row]}/columns/{self.columns[column]}/history"
        data: list[dict[str, Any]] = self._call("GET", path)["data"]
        return data

    def last_writer(self, row: str, column: str) -> str:
        """The e-mail address of the last person in the cell's history."""
        email: str = self.history(row, column)[0]["modifiedBy"]["email"]
        return email

    def write(self, row: str, **values: Any) -> None:
        """Change cells as `person`, without the app. The keys are titles of columns. Each value is a cell's value, or
        the JSON of a whole cell.
        """
        cells = [
            {"columnId": self.columns[title], **(value if isinstance(value, dict) else {"value": value})}
            for title, value in values.items()
        ]
        self._call("PUT", f"/sheets/{self.id}/rows", [{"id": self.rows[row], "cells": cells}])

    def delete(self, row: str) -> None:
        self._call("DELETE", f"/sheets/{self.id}/rows?ids={self.rows[row]}")

    def unshare(self, person: Person) -> None:
        """End this person's share of the sheet."""
        shares = self._call("GET", f"/sheets/{self.id}/shares?includeAll=true")["data"]
        share = next(share["id"] for share in shares if share.get("email") == person.email)
        self._call("DELETE", f"/sheets/{self.id}/shares/{share}")

    def share(self, emails: Iterable[str]) -> None:
        """Share the sheet with the people who have these addresses."""
        new = [{"email": email, "accessLevel": "VIEWER"} for email in emails]
        self._call("POST", f"/sheets/{self.id}/shares", new)

    def labels(self) -> list[str]:
        """The text of the primary column, row by row."""
        return [self._label(row) for row in self.sandbox.sheet(self.person, self.name)["rows"]]

    def writes(self, person: Person) -> list[dict[str, Any]]:
        """The requests with which this person has changed sheets since the sandbox's list of requests was last
        emptied.
        """
        requests = self.sandbox.requests(path="/sheets/")
        return [one for one in requests if one["method"] != "GET" and one["personId"] == person.id]

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        return self.sandbox.call(self.person, method, path, body)

    def _label(self, row: dict[str, Any]) -> str:
        primary = next(iter(self.columns.values()))
        return next(
            (str(cell["value"]) for cell in row["cells"] if cell["columnId"] == primary and "value" in cell), ""
        )
