"""With GET /events, system admins see the actions of all people."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, Grid, refusal
from tests.sandbox.signing import refresh, register, sign_in

AnyClient = Callable[[Person | str | None], Client]


def ago(**time: int) -> str:
    return (datetime.now(UTC) - timedelta(**time)).strftime("%Y-%m-%dT%H:%M:%SZ")


def reported(client: Client) -> list[dict[str, Any]]:
    """Return all events that were reported since the last reset."""
    events: list[dict[str, Any]] = client.json(f"/events?since={ago(hours=1)}")["data"]
    return events


def actions(client: Client) -> list[str]:
    return [f"{event['objectType']}.{event['action']}" for event in reported(client)]


def test_a_change_of_rows_is_an_update_of_the_sheet(as_alice: Client, bobs_plan: Grid, bob: Person) -> None:
    bobs_plan.put("Core walls", {"title": "Spent", "value": 1}, {"title": "Notes", "value": "x"})
    (event,) = reported(as_alice)
    assert event["eventId"]
    assert (event["objectType"], event["action"], event["objectId"]) == ("SHEET", "UPDATE", str(bobs_plan.id))
    assert (event["userId"], event["requestUserId"]) == (bob.id, bob.id)
    assert (event["source"], event["additionalDetails"]) == ("API_UNDEFINED_APP", {"emailAddress": "bob@example.com"})
    assert "accessTokenName" not in event
    assert as_alice.json(f"/events/{event['eventId']}") == event


def test_an_event_has_the_assumed_user_and_the_caller(as_alice: Client, plan: Grid, alice: Person, bob: Person) -> None:
    row = [{"id": plan.row("Core walls"), "cells": plan.cells({"title": "Spent", "value": 1})}]
    as_alice.ask("PUT", f"{plan.path}/rows", row, headers={"Assume-User": "bob%40example.com"})
    (event,) = reported(as_alice)
    assert (event["userId"], event["requestUserId"]) == (bob.id, alice.id)


def test_an_app_is_an_integrated_one(
    sandbox: RunningSandbox, as_alice: Client, client_of: AnyClient, bobs_plan: Grid, bob: Person
) -> None:
    register(sandbox)
    token = sign_in(sandbox, bob, scope="READ_SHEETS WRITE_SHEETS")
    bobs_plan.again(client_of(token["access_token"])).put("Core walls", {"title": "Spent", "value": 1})
    refreshed = refresh(sandbox, token["refresh_token"]).json()
    client_of(refreshed["access_token"]).ask("DELETE", "/token")
    events = reported(as_alice)
    assert [f"{each['objectType']}.{each['action']}" for each in events] == [
        "ACCESS_TOKEN.AUTHORIZE",
        "SHEET.UPDATE",
        "ACCESS_TOKEN.REFRESH",
        "ACCESS_TOKEN.REVOKE",
    ]
    assert events[0]["additionalDetails"]["accessScopes"] == ["READ_SHEETS", "WRITE_SHEETS"]
    assert events[1]["source"] == "API_INTEGRATED_APP"
    assert {event["userId"] for event in events} == {bob.id}
    assert token["access_token"] not in str(events)


def test_changes_of_sheets_and_people_are_reported(as_alice: Client) -> None:
    column = {"title": "Name", "type": "TEXT_NUMBER", "primary": True}
    sheet = as_alice.ask("POST", "/sheets", {"name": "New", "columns": [column]}).json()["result"]["id"]
    as_alice.ask("PUT", f"/sheets/{sheet}", {"name": "Newer"})
    as_alice.ask("POST", f"/sheets/{sheet}/shares", {"email": "bob@example.com", "accessLevel": "VIEWER"})
    as_alice.ask("POST", f"/sheets/{sheet}/discussions", {"comment": {"text": "Why?"}})
    as_alice.ask("DELETE", f"/sheets/{sheet}")
    as_alice.ask("POST", "/groups", {"name": "Site"})
    as_alice.ask("POST", "/users", {"email": "gina@example.com"})
    assert actions(as_alice) == [
        "SHEET.CREATE",
        "SHEET.UPDATE",
        "SHEET.RENAME",
        "SHEET.ADD_SHARE",
        "SHEET.UPDATE",
        "DISCUSSION.CREATE",
        "SHEET.DELETE",
        "GROUP.CREATE",
        "USER.ADD_TO_ACCOUNT",
    ]
    renamed = reported(as_alice)[2]["additionalDetails"]
    assert (renamed["oldName"], renamed["newName"]) == ("New", "Newer")


def test_refused_requests_are_not_reported(as_alice: Client, plan: Grid) -> None:
    plan.put("Core walls", {"title": "Start", "value": "soon"})
    assert reported(as_alice) == []


def test_the_stream_goes_on_from_its_position(as_alice: Client, plan: Grid) -> None:
    for value in range(1, 6):
        plan.put("Core walls", {"title": "Spent", "value": value})
    first = as_alice.json(f"/events?since={ago(hours=1)}&maxCount=3")
    assert (len(first["data"]), first["moreAvailable"]) == (3, True)
    second = as_alice.json(f"/events?streamPosition={first['nextStreamPosition']}")
    assert (len(second["data"]), second["moreAvailable"]) == (2, False)
    assert not {event["eventId"] for event in first["data"]} & {event["eventId"] for event in second["data"]}
    third = as_alice.json(f"/events?streamPosition={second['nextStreamPosition']}")
    assert (third["data"], third["nextStreamPosition"]) == ([], second["nextStreamPosition"])
    plan.put("Core walls", {"title": "Spent", "value": 9})
    assert len(as_alice.json(f"/events?streamPosition={third['nextStreamPosition']}")["data"]) == 1


def test_a_time_means_its_hour(as_alice: Client, plan: Grid) -> None:
    plan.put("Core walls", {"title": "Spent", "value": 1})
    assert len(as_alice.json(f"/events?since={ago()}")["data"]) == 1
    assert as_alice.json(f"/events?since={ago(hours=3)}&to={ago(hours=2)}")["data"] == []
    assert as_alice.json(f"/events?since={ago(hours=2)}&to={ago(hours=2)}")["data"] == []
    future = ago(hours=-5)
    assert len(as_alice.json(f"/events?since={ago(hours=1)}&to={future}")["data"]) == 1


def test_times_may_be_numbers(as_alice: Client, plan: Grid) -> None:
    plan.put("Core walls", {"title": "Spent", "value": 1})
    since = int((datetime.now(UTC) - timedelta(hours=1)).timestamp() * 1000)
    (event,) = as_alice.json(f"/events?since={since}&numericDates=true")["data"]
    assert event["eventTimestamp"] > since


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", 1228),
        ("since={now}&streamPosition=x", 1227),
        ("since=yesterday", 1018),
        ("streamPosition=nonsense", 1018),
        ("since={now}&maxCount=0", 1229),
        ("since={now}&maxCount=10001", 1229),
        ("since={now}&to={yesterday}", 1018),
    ],
)
def test_invalid_queries(as_alice: Client, query: str, code: int) -> None:
    times = query.format(now=ago(), yesterday=ago(days=1))
    assert refusal(as_alice.get(f"/events?{times}")) == (400, code)


def test_it_is_for_system_admins(as_bob: Client) -> None:
    assert refusal(as_bob.get(f"/events?since={ago()}")) == (403, 1004)
    assert refusal(as_bob.get("/events/x")) == (403, 1004)


def test_a_dead_token_is_not_revoked_again(
    sandbox: RunningSandbox, client_of: AnyClient, as_alice: Client, bob: Person
) -> None:
    register(sandbox)
    first, second = sign_in(sandbox, bob), sign_in(sandbox, bob)
    client_of(first["access_token"]).ask("DELETE", "/token")
    last = refresh(sandbox, second["refresh_token"]).json()
    client_of(last["access_token"]).ask("DELETE", "/token?deleteAllForApiClient=true")
    assert actions(as_alice).count("ACCESS_TOKEN.REVOKE") == 2
