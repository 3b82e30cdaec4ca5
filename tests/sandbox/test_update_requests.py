"""Update requests can be created and changed. The sandbox lists them as sent, but sends no e-mail."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.client import Client, Grid, refusal

BOB = {"email": "bob@example.com"}
MONTHLY = {"type": "MONTHLY", "startAt": "2098-03-01T19:00:00Z", "dayOrdinal": "FIRST", "dayDescriptors": ["FRIDAY"]}


def ask(plan: Grid, **more: Any) -> Any:
    body = {"sendTo": [BOB], "rowIds": [plan.row("Roof")], **more}
    return plan.client.ask("POST", f"{plan.path}/updaterequests", body)


def test_a_request_without_a_schedule_is_sent_at_once(plan: Grid, as_alice: Client) -> None:
    request = ask(plan, sendTo=[BOB, {"email": "erika@example.com"}]).json()["result"]
    assert (request["subject"], request["ccMe"]) == ("Update Request: Site plan", False)
    assert request["message"] == "Please update the following rows in my online sheet."
    assert as_alice.json(f"{plan.path}/updaterequests")["data"] == [], "nothing more is to be sent"
    sent = as_alice.json(f"{plan.path}/sentupdaterequests")["data"]
    assert [each["sentTo"]["email"] for each in sent] == ["bob@example.com", "erika@example.com"]
    assert {each["updateRequestId"] for each in sent} == {request["id"]}
    path = f"{plan.path}/sentupdaterequests/{sent[0]['id']}"
    whole = as_alice.json(path)
    assert (whole["status"], whole["rowIds"]) == ("PENDING", [plan.row("Roof")])
    assert as_alice.ask("DELETE", path).status_code == 200
    assert refusal(as_alice.get(path)) == (404, 1006)


def test_a_scheduled_request_waits_and_can_be_changed(plan: Grid, as_alice: Client) -> None:
    request = ask(plan, schedule=MONTHLY, subject="Dates").json()["result"]
    assert request["schedule"]["nextSendAt"] == "2098-03-07T19:00:00Z", "the first Friday of March 2098"
    assert as_alice.json(f"{plan.path}/sentupdaterequests")["data"] == []
    (listed,) = as_alice.json(f"{plan.path}/updaterequests")["data"]
    assert "rowIds" not in listed
    path = f"{plan.path}/updaterequests/{request['id']}"
    changed = as_alice.ask("PUT", path, {"subject": "Days", "schedule": MONTHLY | {"type": "YEARLY"}}).json()["result"]
    assert (changed["subject"], changed["rowIds"]) == ("Days", [plan.row("Roof")])
    assert as_alice.json(path)["schedule"]["type"] == "YEARLY"
    assert refusal(as_alice.ask("PUT", path, {"rowIds": []})) == (400, 1032)
    assert as_alice.ask("DELETE", path).json() == {"message": "SUCCESS", "resultCode": 0}
    assert refusal(as_alice.get(path)) == (404, 1006)


SCHEDULES = [
    ({"type": "ONCE", "startAt": "2098-01-01T00:00:00Z"}, "2098-01-01T00:00:00Z"),
    ({"type": "DAILY", "startAt": "2098-01-04T08:00:00Z", "dayDescriptors": ["WEEKDAY"]}, "2098-01-06T08:00:00Z"),
    ({"type": "WEEKLY", "startAt": "2098-01-06T08:00:00Z", "dayDescriptors": ["SUNDAY"]}, "2098-01-12T08:00:00Z"),
    ({"type": "MONTHLY", "startAt": "2098-01-06T08:00:00Z", "dayOfMonth": 5}, "2098-02-05T08:00:00Z"),
    (MONTHLY | {"dayOrdinal": "LAST", "dayDescriptors": ["DAY"]}, "2098-03-31T19:00:00Z"),
]


def test_its_times_can_be_numbers(plan: Grid, as_alice: Client) -> None:
    text, number = "2098-03-01T19:00:00Z", 4044538800000
    for given in (text, number):
        made = ask(plan, schedule={"type": "ONCE", "startAt": given}).json()["result"]
        path = f"{plan.path}/updaterequests/{made['id']}"
        assert made["schedule"]["startAt"] == text
        shown = as_alice.json(f"{path}?numericDates=true")["schedule"]
        assert (shown["startAt"], shown["nextSendAt"]) == (number, number)


@pytest.mark.parametrize(("schedule", "moment"), SCHEDULES)
def test_when_it_is_sent(plan: Grid, schedule: dict[str, Any], moment: str) -> None:
    assert ask(plan, schedule=schedule).json()["result"]["schedule"]["nextSendAt"] == moment


REFUSED: list[tuple[dict[str, Any], int, int]] = [
    ({"rowIds": []}, 400, 1012),
    ({"rowIds": [1]}, 404, 1006),
    ({"columnIds": [1]}, 400, 1036),
    ({"sendTo": []}, 400, 1012),
    ({"sendTo": [{"groupId": 4037119328249732}]}, 400, 1032),
    ({"schedule": {"type": "MONTHLY"}}, 400, 1012),
    ({"schedule": MONTHLY | {"type": "HOURLY"}}, 400, 1031),
    ({"schedule": MONTHLY | {"dayDescriptors": [["FRIDAY"]]}}, 400, 1031),
    ({"schedule": MONTHLY | {"dayOfMonth": 32}}, 400, 1031),
    ({"schedule": MONTHLY | {"startAt": "soon"}}, 400, 1031),
    ({"schedule": MONTHLY | {"endAt": "2098-03-02T00:00:00Z"}}, 400, 1179),
    ({"schedule": {"type": "ONCE", "startAt": "2020-01-01T00:00:00Z"}}, 400, 1031),
    ({"subject": 1}, 400, 1008),
    ({"color": "red"}, 400, 1008),
]


@pytest.mark.parametrize(("wrong", "status", "code"), REFUSED)
def test_invalid_requests(plan: Grid, as_alice: Client, wrong: dict[str, Any], status: int, code: int) -> None:
    assert refusal(ask(plan, **wrong)) == (status, code)
    assert as_alice.json(f"{plan.path}/sentupdaterequests")["data"] == []


def test_who_may_ask(bobs_plan: Grid, plan: Grid, as_dora: Client) -> None:
    assert ask(bobs_plan).json()["result"]["sentBy"]["name"] == "Bob Baker"
    assert refusal(ask(plan.again(as_dora))) == (403, 1004)
