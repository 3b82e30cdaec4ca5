import struct
from typing import Any

import pytest
import requests

from tests.running_sandbox import RunningSandbox
from tests.sandbox.client import Client, Grid, refusal

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + b"the rest"
GIF = b"GIF89a" + struct.pack("<HH", 32, 16) + b"the rest"
JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + struct.pack(">HH", 300, 332) + b"the rest"


def put_picture(grid: Grid, content: bytes = PNG, *, title: str = "Notes", query: str = "") -> requests.Response:
    path = f"{grid.path}/rows/{grid.row('Drainage runs')}/columns/{grid.column(title)}/cellimages"
    headers = {"Content-Type": "image/png", "Content-Disposition": 'attachment; filename="trench.png"'}
    return grid.client.http.post(f"{grid.client.api}{path}{query}", data=content, headers=headers, timeout=10)


def picture_in(grid: Grid) -> dict[str, Any]:
    cell = grid.again().cell("Drainage runs", "Notes")
    image: dict[str, Any] = cell["image"]
    assert cell["value"] == cell["displayValue"] == image["altText"]
    assert cell["formula"].startswith(f'=SYS_CELLIMAGE("{image["altText"]}","{image["id"]}"')
    return image


@pytest.mark.parametrize(("content", "size"), [(PNG, (640, 480)), (GIF, (32, 16)), (JPEG, (332, 300))])
def test_a_picture_has_its_size(plan: Grid, content: bytes, size: tuple[int, int]) -> None:
    answer = put_picture(plan, content).json()
    assert answer["message"] == "SUCCESS"
    assert answer["result"]["id"] == plan.row("Drainage runs")
    image = picture_in(plan)
    assert (image["width"], image["height"], image["altText"]) == (*size, "trench.png")


def test_a_picture_can_be_had_without_a_token(plan: Grid, as_alice: Client, sandbox: RunningSandbox) -> None:
    put_picture(plan)
    image_id = picture_in(plan)["id"]
    answer = as_alice.ask("POST", "/imageurls", [{"imageId": image_id}, {"imageId": "nothing"}]).json()
    found, missing = answer["imageUrls"]
    assert answer["urlExpiresInMillis"] > 0
    assert sandbox.http.get(found["url"], timeout=10).content == PNG
    assert missing["error"]["errorCode"] == 1006


def test_a_picture_gets_another_text(plan: Grid) -> None:
    put_picture(plan, query="?altText=The%20trench")
    before = picture_in(plan)
    assert before["altText"] == "The trench"
    assert plan.put("Drainage runs", {"title": "Notes", "image": {"altText": "Dry"}}).status_code == 200
    assert picture_in(plan) == before | {"altText": "Dry"}


def test_a_value_takes_the_place_of_a_picture(plan: Grid) -> None:
    put_picture(plan)
    plan.put("Drainage runs", {"title": "Notes", "value": "Filled in"})
    assert plan.again().cell("Drainage runs", "Notes")["value"] == "Filled in"
    assert "image" not in plan.again().cell("Drainage runs", "Notes")


def test_the_history_says_who_added_a_picture(plan: Grid) -> None:
    put_picture(plan)
    newest = plan.history("Drainage runs", "Notes")[0]
    assert newest["image"]["altText"] == "trench.png"
    assert newest["modifiedBy"]["name"] == "Alice Archer"


def test_only_a_picture_has_an_alternative_text(plan: Grid) -> None:
    assert refusal(plan.put("Drainage runs", {"title": "Task", "image": {"altText": "Dry"}})) == (400, 1161)
    put_picture(plan)
    both = {"title": "Notes", "image": {"altText": "Dry"}, "value": "Dry"}
    assert refusal(plan.put("Drainage runs", both)) == (400, 1163)


@pytest.mark.parametrize(
    ("content", "query", "code"), [(b"no picture", "", 1091), (PNG, f"?altText={'x' * 101}", 1165)]
)
def test_an_unshowable_text_is_refused(plan: Grid, content: bytes, query: str, code: int) -> None:
    assert refusal(put_picture(plan, content, query=query)) == (400, code)


@pytest.mark.parametrize(("title", "status", "code"), [("Created", 400, 1046), ("Permit no.", 403, 1039)])
def test_a_picture_is_held_to_the_rules_of_values(bobs_plan: Grid, title: str, status: int, code: int) -> None:
    assert refusal(put_picture(bobs_plan, title=title)) == (status, code)


def test_viewers_cannot_add_pictures(plan: Grid, as_charlie: Client) -> None:
    assert refusal(put_picture(plan.again(as_charlie))) == (403, 1004)
