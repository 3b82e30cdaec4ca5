"""Dashboards. The sandbox has one, which shows cells of the site plan and the budget."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.client import Client, Grid, refusal

NAME = "Site at a glance"


def sight_id(client: Client) -> int:
    (listed,) = client.json("/sights?includeAll=true")["data"]
    assert listed["name"] == NAME
    return int(listed["id"])


def contents(client: Client, kind: str) -> dict[str, Any]:
    """Return the contents of the widget of this type."""
    widgets = client.json(f"/sights/{sight_id(client)}")["widgets"]
    found: dict[str, Any] = next(widget["contents"] for widget in widgets if widget["type"] == kind)
    return found


def test_people_see_the_dashboards_that_are_shared_with_them(as_alice: Client, as_bob: Client, as_dora: Client) -> None:
    assert as_bob.json(f"/sights/{sight_id(as_bob)}")["accessLevel"] == "VIEWER"
    assert as_dora.json("/sights")["data"] == []
    assert refusal(as_dora.get(f"/sights/{sight_id(as_alice)}")) == (404, 1006)
    assert [sight["name"] for sight in as_bob.json("/home")["sights"]] == [NAME]
    shares = as_alice.json(f"/sights/{sight_id(as_alice)}/shares")["data"]
    assert [share["accessLevel"] for share in shares] == ["OWNER", "VIEWER", "ADMIN"]


def test_widgets_show_the_cells_of_now(budget: Grid, as_alice: Client) -> None:
    budget.put("Groundworks", {"title": "Amount", "value": 85_000})
    name, amount = contents(as_alice, "SHEETSUMMARY")["cellData"]
    assert (name["cell"]["value"], amount["cell"]["value"], amount["objectValue"]) == ("Groundworks", 85_000, 85_000)
    (series,) = contents(as_alice, "CHART")["series"]
    assert series["seriesData"][0] == {"x": "Groundworks", "y": 85_000}
    as_alice.ask("DELETE", f"{budget.path}/rows?ids={budget.row('Groundworks')}")
    assert contents(as_alice, "SHEETSUMMARY")["cellData"] == []
    assert contents(as_alice, "CHART")["series"][0]["seriesData"][0]["x"] == "Structure"


def test_a_dashboard_is_renamed_copied_moved_and_deleted(as_alice: Client, as_bob: Client) -> None:
    path = f"/sights/{sight_id(as_alice)}"
    assert refusal(as_bob.ask("PUT", path, {"name": "x"})) == refusal(as_bob.ask("DELETE", path)) == (403, 1004)
    folder = as_alice.ask("POST", "/home/folders", {"name": "Works"}).json()["result"]["id"]
    place = {"destinationType": "folder", "destinationId": folder}
    copied = as_alice.ask("POST", f"{path}/copy", place | {"newName": "Copy"}).json()["result"]
    assert as_alice.ask("PUT", path, {"name": "Overview"}).json()["result"]["name"] == "Overview"
    assert {sight["name"] for sight in as_alice.json("/sights")["data"]} == {"Copy", "Overview"}
    assert [sight["name"] for sight in as_bob.json("/sights")["data"]] == ["Overview"], "shares aren't copied"
    assert as_alice.ask("POST", f"/sights/{copied['id']}/move", {"destinationType": "home"}).status_code == 200
    source = as_alice.json(f"/sights/{copied['id']}?include=source")["source"]
    assert f"/sights/{source['id']}" == path
    assert source["type"] == "sight"
    ids = [{widget["id"] for widget in as_alice.json(each)["widgets"]} for each in (path, f"/sights/{copied['id']}")]
    assert not ids[0] & ids[1]
    assert as_alice.ask("DELETE", path).json() == {"message": "SUCCESS", "resultCode": 0}
    assert refusal(as_alice.get(path)) == (404, 1006)


def test_a_dashboard_is_published(as_alice: Client) -> None:
    path = f"/sights/{sight_id(as_alice)}/publish"
    assert as_alice.json(path) == {"readOnlyFullEnabled": False}
    result = as_alice.ask("PUT", path, {"readOnlyFullEnabled": True, "readOnlyFullAccessibleBy": "ORG"}).json()[
        "result"
    ]
    assert result == as_alice.json(path)
    assert (result["readOnlyFullAccessibleBy"], "readOnlyFullUrl" in result) == ("ORG", True)
    as_alice.ask("PUT", path, {"readOnlyFullEnabled": False})
    assert as_alice.json(path) == {"readOnlyFullEnabled": False}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 1012),
        ({"readOnlyFullEnabled": "yes"}, 1008),
        ({"readOnlyFullEnabled": True, "readOnlyFullAccessibleBy": "NOBODY"}, 1031),
        ({"readOnlyFullEnabled": True, "readOnlyFullUrl": "x"}, 1032),
    ],
)
def test_invalid_publish_settings(as_alice: Client, body: dict[str, Any], code: int) -> None:
    path = f"/sights/{sight_id(as_alice)}/publish"
    assert refusal(as_alice.ask("PUT", path, body)) == (400, code)
    assert as_alice.json(path) == {"readOnlyFullEnabled": False}


def test_a_dashboard_is_a_favorite_and_the_end_of_a_hyperlink(plan: Grid, as_alice: Client) -> None:
    sight = sight_id(as_alice)
    as_alice.ask("POST", "/favorites", {"type": "sight", "objectId": sight})
    assert as_alice.json(f"/sights/{sight}")["favorite"] is True
    plan.put("Roof", {"title": "Drawing", "value": None, "hyperlink": {"sightId": sight}})
    cell = plan.again().cell("Roof", "Drawing")
    assert (cell["value"], cell["hyperlink"]["sightId"]) == (NAME, sight)
