"""Calls the sandbox as one person, with plain requests, so that tests see the actual HTTP answers."""

from __future__ import annotations

from typing import Any

import requests

from tests.running_sandbox import Sandbox
from tests.waiting import PATIENCE

Json = Any


class Client:
    """Calls the API with one access token, or without a token."""

    def __init__(self, sandbox: Sandbox, token: str | None) -> None:
        self.api = sandbox.api
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.verify = sandbox.http.verify
        if token is not None:
            self.http.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, body: Json = None, **options: Any) -> requests.Response:
        return self.http.request(method, f"{self.api}{path}", json=body, timeout=PATIENCE, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.ask("GET", path, **options)

    def json(self, path: str, **options: Any) -> Json:
        response = self.get(path, **options)
        assert response.status_code == 200, response.text
        return response.json()

    def close(self) -> None:
        self.http.close()


class Grid:
    """A sheet as one person sees it. Its cells can be found by the task in their row and the title of their column."""

    def __init__(self, client: Client, sheet_id: int) -> None:
        self.client, self.id = client, sheet_id
        self.body = client.json(f"/sheets/{sheet_id}?level=2&include=objectValue")
        self.columns = {column["title"]: column for column in self.body["columns"]}
        primary = next(column["id"] for column in self.body["columns"] if column.get("primary"))
        self.rows = {cell_in(row, primary).get("value"): row for row in self.body["rows"]}

    @property
    def path(self) -> str:
        return f"/sheets/{self.id}"

    def column(self, title: str) -> int:
        column_id = self.columns[title]["id"]
        assert isinstance(column_id, int)
        return column_id

    def row(self, task: str) -> int:
        row_id = self.rows[task]["id"]
        assert isinstance(row_id, int)
        return row_id

    def cell(self, task: str, title: str) -> dict[str, Json]:
        return cell_in(self.rows[task], self.column(title))

    def again(self, client: Client | None = None) -> Grid:
        """Read the sheet once more, and return it. If `client` is given, this client reads the sheet."""
        return Grid(client or self.client, self.id)

    def tasks(self) -> list[Json]:
        """Return the values of the primary column from top to bottom."""
        return list(self.rows)

    def put(self, task: str, *cells: dict[str, Json], **attributes: Json) -> requests.Response:
        """Update one row. Each cell is the JSON of a Cell, but with `title` instead of `columnId`."""
        row = {"id": self.row(task), **attributes} | ({"cells": self.cells(*cells)} if cells else {})
        return self.client.ask("PUT", f"{self.path}/rows", [row])

    def post(self, *cells: dict[str, Json], **attributes: Json) -> requests.Response:
        """Add one row."""
        return self.client.ask("POST", f"{self.path}/rows", [{"cells": self.cells(*cells), **attributes}])

    def cells(self, *cells: dict[str, Json]) -> list[dict[str, Json]]:
        return [{"columnId": self.column(cell.pop("title"))} | cell for cell in (dict(cell) for cell in cells)]

    def history(self, task: str, title: str) -> list[dict[str, Json]]:
        """Return a cell's history, newest first."""
        path = f"{self.path}/rows/{self.row(task)}/columns/{self.column(title)}/history"
        data: list[dict[str, Json]] = self.client.json(path)["data"]
        return data


def cell_in(row: dict[str, Json], column_id: int) -> dict[str, Json]:
    """Return the cell of this column in the JSON of a row."""
    cell: dict[str, Json] = next(cell for cell in row["cells"] if cell["columnId"] == column_id)
    return cell


def refusal(response: requests.Response) -> tuple[int, int]:
    """Check that the answer is an error with a message and a refId. Return its status and its error code."""
    body = response.json()
    assert response.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert body["message"]
    assert body["refId"]
    return response.status_code, body["errorCode"]
