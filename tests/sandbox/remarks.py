"""Makes discussions and attachments on the site plan, for tests."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import requests

from tests.sandbox.client import Client, Grid

Json = Any
Headers = dict[str, str | None]

PIXEL = b"\x89PNG\r\n\x1a\n\r\n--boundary\r\n\x00\xff"


def result(response: requests.Response) -> dict[str, Json]:
    """Return `result` from the answer to a write. Check that the answer reports success."""
    assert response.status_code == 200, response.text
    body = response.json()
    assert (body["message"], body["resultCode"]) == ("SUCCESS", 0)
    found: dict[str, Json] = body["result"]
    return found


def begin(client: Client, place: str, text: str = "Is the crane booked?") -> dict[str, Json]:
    """Start a discussion on the sheet or row with this path. Returns the discussion."""
    return result(client.ask("POST", f"{place}/discussions", {"comment": {"text": text}}))


def reply(client: Client, plan: Grid, discussion_id: int, text: str = "For Monday") -> dict[str, Json]:
    return result(client.ask("POST", f"{plan.path}/discussions/{discussion_id}/comments", {"text": text}))


def row_path(plan: Grid, task: str = "Pour slab") -> str:
    return f"{plan.path}/rows/{plan.row(task)}"


def link(client: Client, place: str, **attributes: Json) -> requests.Response:
    """Attach a link. An attribute given as None is left out."""
    body: dict[str, Json] = {
        "name": "Weather",
        "url": "https://example.com/weather",
        "attachmentType": "LINK",
    } | attributes
    return client.ask(
        "POST", f"{place}/attachments", {name: value for name, value in body.items() if value is not None}
    )


def send(
    client: Client, path: str, content: bytes = PIXEL, *, name: str = "slab.png", headers: Headers | None = None
) -> requests.Response:
    """Send a simple upload. A header given as None is left out."""
    usual = {"Content-Disposition": f'attachment; filename="{quote(name)}"', "Content-Type": "image/png"}
    sent = {header: value for header, value in (usual | (headers or {})).items() if value is not None}
    return client.http.post(f"{client.api}{path}", data=content, headers=sent, timeout=30)


def attach(client: Client, place: str, content: bytes = PIXEL, *, name: str = "slab.png") -> dict[str, Json]:
    """Attach a file to the sheet, row or comment with this path."""
    return result(send(client, f"{place}/attachments", content, name=name))


def send_parts(client: Client, path: str, parts: dict[str, Json]) -> requests.Response:
    """Send a multipart upload. Each part is a tuple of file name, content and type, as for `files` in requests."""
    return client.http.post(f"{client.api}{path}", files=parts, timeout=30)


def download(attachment: dict[str, Json]) -> requests.Response:
    """Download the file of an attachment, without sending a token. `attachment` is the JSON of the attachment."""
    return requests.get(attachment["url"], timeout=10)


def version(client: Client, plan: Grid) -> int:
    number = client.json(f"{plan.path}/version")["version"]
    assert isinstance(number, int)
    return number


def ids(listed: dict[str, Json]) -> list[int]:
    """Return the ids of the items in an answer. Check that totalCount is the number of the items."""
    assert listed["totalCount"] == len(listed["data"])
    return [item["id"] for item in listed["data"]]
