"""A program that calls the API with the session of a browser, as the grid does."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.test import Client

BASE = "/api/v1"


class Caller:
    """A client that sends CSRF tokens, because the app checks them. `answer` is the last response."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.token = self.get("/me").get("csrf_token", "")

    def get(self, path: str, *, status: int = 200, **query: Any) -> Any:
        """Send a GET request, check the answer's status, and return the answer's JSON."""
        return self._read(self.client.get(BASE + path, query), status)

    def post(
        self,
        path: str,
        body: Any,
        *,
        status: int = 200,
        key: str | None = "",
        content_type: str = "application/json",
        **headers: str,
    ) -> Any:
        """Send JSON with POST, check the answer's status, and return the answer's JSON. If `key` is "", a new
        Idempotency-Key is sent. If `key` is None, no Idempotency-Key is sent.
        """
        headers = {"X-CSRFToken": self.token, **headers}
        if key is not None:
            headers["Idempotency-Key"] = key or str(uuid4())
        content = body if isinstance(body, str | bytes) else None
        answer = self.client.post(
            BASE + path, content if content is not None else body, content_type=content_type, headers=headers
        )
        return self._read(answer, status)

    def save(
        self, sheet_id: int, *changes: dict[str, Any], status: int = 200, key: str | None = "", **more: Any
    ) -> Any:
        """Save changes of a sheet."""
        return self.post(f"/sheets/{sheet_id}/edits", {"changes": changes, **more}, status=status, key=key)

    def _read(self, answer: Any, status: int) -> Any:
        self.answer = answer
        assert answer.status_code == status, (answer.status_code, answer.content[:2000])
        kind = "application/problem+json" if status >= 400 else "application/json"
        assert answer["Content-Type"] == kind
        return answer.json()
