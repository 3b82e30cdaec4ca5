"""Calls the API to create and change a webhook, as a client does."""

from __future__ import annotations

from typing import Any

import requests

from tests.sandbox.client import Client
from tests.sandbox.webhooks.receiver import Receiver

Json = Any


class Hook:
    """A webhook. `secret` is the shared secret in the answer to the request that created the webhook."""

    def __init__(self, client: Client, created: dict[str, Json]) -> None:
        self.client, self.created = client, created
        self.id: int = created["id"]
        self.secret: str = created["sharedSecret"]
        self.path = f"/webhooks/{self.id}"

    def put(self, **body: Json) -> requests.Response:
        return self.client.ask("PUT", self.path, body)

    def now(self) -> dict[str, Json]:
        webhook: dict[str, Json] = self.client.json(self.path)
        return webhook

    @property
    def status(self) -> str:
        return str(self.now()["status"])


def request_for(sheet_id: int, url: str, **changes: Json) -> dict[str, Json]:
    """Return the body that creates a webhook. An attribute given as None is left out."""
    body = {
        "name": "Changes",
        "callbackUrl": url,
        "scope": "sheet",
        "scopeObjectId": sheet_id,
        "events": ["*.*"],
        "version": 1,
    } | changes
    return {name: value for name, value in body.items() if value is not None}


def new_hook(client: Client, sheet_id: int, url: str, **changes: Json) -> Hook:
    answer = client.ask("POST", "/webhooks", request_for(sheet_id, url, **changes))
    assert answer.status_code == 200, answer.text
    return Hook(client, answer.json()["result"])


def enabled_hook(client: Client, sheet_id: int, receiver: Receiver, **changes: Json) -> Hook:
    hook = new_hook(client, sheet_id, changes.pop("callbackUrl", receiver.url), **changes)
    assert hook.put(enabled=True).json()["result"]["status"] == "ENABLED"
    return hook
