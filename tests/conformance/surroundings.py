"""Creates the sheets, rows and people that a recorded request needs. The ids in the recordings are invented, so they
are replaced by the ids of these objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from tests.running_sandbox import Person, RunningSandbox

Json = Any
ID_KEYS = ("id", "ids", "Id", "Ids")


class Surroundings:
    """Creates objects in the sandbox. In recorded requests, replaces each recorded id or e-mail address by the id or
    address of such an object.
    """

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        self.people = sandbox.people()
        self.asker: Person = self.people["alice"]
        self.known: dict[Any, Any] = {}

    def ask(self, method: str, path: str, body: Json = None, **options: Any) -> requests.Response:
        """Send a request with the token of `asker`. Recorded requests are sent with this token too."""
        headers = {"Authorization": f"Bearer {self.asker.token}"} | options.pop("headers", {})
        url = f"{self.sandbox.api}{path}"
        return self.sandbox.http.request(method, url, json=body, headers=headers, timeout=10, **options)

    def made(self, method: str, path: str, body: Json) -> Json:
        """Send a request that must succeed, and return its result."""
        answer = self.ask(method, path, body)
        assert answer.ok, f"{method} {path}: {answer.text}"
        return answer.json()["result"]

    def sheet(
        self, number: int, columns: Mapping[int, Json], rows: Mapping[int, Mapping[int, Json]] | None = None
    ) -> None:
        """Create the sheet that has the id `number` in the recording. `columns` maps recorded column ids to a type or
        to attributes. `rows` maps recorded row ids to cells.
        """
        described = [
            {"title": f"Column{place}", "primary": place == 1} | (given if isinstance(given, dict) else {"type": given})
            for place, given in enumerate(columns.values(), start=1)
        ]
        sheet = self.made("POST", "/sheets", {"name": f"Sheet {number}", "columns": described})
        self.known[number] = sheet["id"]
        self.known |= dict(zip(columns, (column["id"] for column in sheet["columns"]), strict=True))
        for row, cells in (rows or {}).items():
            written = [{"columnId": self.known[column]} | cell for column, cell in cells.items()]
            (added,) = self.made("POST", f"/sheets/{sheet['id']}/rows", [{"toBottom": True, "cells": written}])
            self.known[row] = added["id"]

    def person(self, number: int | str, name: str) -> None:
        """In recorded requests, replace the id or e-mail address `number` with the id or address of the person with
        this name.
        """
        person = self.people[name]
        self.known[number] = person.id if isinstance(number, int) else person.email

    def path(self, recorded: str) -> str:
        """Return a recorded path, with the recorded ids replaced by ids in the sandbox."""
        parts = (int(part) if part.isdigit() else part for part in recorded.split("/"))
        return "/".join(str(self.known.get(part, part)) for part in parts)

    def body(self, recorded: Json, key: str = "") -> Json:
        """Return a recorded body, with the recorded ids and addresses replaced by ids and addresses in the sandbox."""
        if isinstance(recorded, dict):
            return {name: self.body(value, name) for name, value in recorded.items()}
        if isinstance(recorded, list):
            return [self.body(item, key) for item in recorded]
        if isinstance(recorded, str):
            return self.known.get(recorded, recorded)
        is_id = key.endswith(ID_KEYS) and isinstance(recorded, int)
        return self.known.get(recorded, recorded) if is_id else recorded
