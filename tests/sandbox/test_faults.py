import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, Grid, refusal
from tests.waiting import until

TASK = "Core walls"
NOTE = {"title": "Notes", "value": "written"}


def was_written(plan: Grid) -> bool:
    return plan.again().cell(TASK, "Notes").get("value") == "written"


def last_write(sandbox: RunningSandbox) -> tuple[int | None, bool]:
    """Return the status of the only PUT request that arrived, and whether it was applied."""
    (arrival,) = sandbox.requests(method="PUT")
    return arrival["status"], arrival["applied"]


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, 1008), (401, 1002), (403, 1004), (404, 1006), (429, 4003), (500, 4000), (503, 4001)],
)
def test_a_status_brings_its_documented_error(sandbox: RunningSandbox, plan: Grid, status: int, code: int) -> None:
    sandbox.fault(status=status)
    assert refusal(plan.put(TASK, NOTE)) == (status, code)
    assert not was_written(plan)
    assert last_write(sandbox) == (status, False)


def test_an_error_code_brings_its_status(sandbox: RunningSandbox, plan: Grid) -> None:
    sandbox.fault(errorCode=4002)
    response = plan.put(TASK, NOTE)
    assert refusal(response) == (500, 4002)
    assert response.json()["message"] == "Server timeout exceeded. Request has failed."


def test_every_part_of_an_error_can_be_chosen(sandbox: RunningSandbox, plan: Grid) -> None:
    detail = {"index": 0, "rowId": plan.row(TASK)}
    sandbox.fault(status=400, errorCode=1042, message="Not today.", detail=detail, headers={"Retry-After": "2"})
    response = plan.put(TASK, NOTE)
    assert refusal(response) == (400, 1042)
    assert (response.json()["message"], response.json()["detail"]) == ("Not today.", detail)
    assert response.headers["Retry-After"] == "2"


def test_an_error_can_come_although_the_change_was_made(sandbox: RunningSandbox, plan: Grid) -> None:
    sandbox.fault(status=503, apply=True)
    assert refusal(plan.put(TASK, NOTE)) == (503, 4001)
    assert was_written(plan)
    assert last_write(sandbox) == (503, True)


@pytest.mark.parametrize(("drop", "written"), [("before", False), ("during", True), ("after", True)])
def test_a_connection_is_dropped(sandbox: RunningSandbox, plan: Grid, drop: str, written: bool) -> None:
    sandbox.fault(drop=drop)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        plan.put(TASK, NOTE)
    assert was_written(plan) is written
    assert last_write(sandbox) == (None, written)


@pytest.mark.parametrize("apply", [False, True])
def test_a_page_of_a_gateway_comes_instead(sandbox: RunningSandbox, plan: Grid, apply: bool) -> None:
    sandbox.fault(body="html", apply=apply)
    response = plan.put(TASK, NOTE)
    assert response.status_code == 502
    assert response.headers["Content-Type"] == "text/html"
    assert "<html>" in response.text
    assert was_written(plan) is apply


@pytest.mark.parametrize("apply", [False, True])
def test_an_empty_answer(sandbox: RunningSandbox, plan: Grid, apply: bool) -> None:
    sandbox.fault(body="empty", apply=apply, status=200)
    response = plan.put(TASK, NOTE)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert was_written(plan) is apply


def test_half_an_answer(sandbox: RunningSandbox, plan: Grid) -> None:
    sandbox.fault(body="truncated")
    response = plan.put(TASK, NOTE)
    assert response.status_code == 200
    assert response.text.startswith('{"message":"SUCCESS"')
    with pytest.raises(requests.JSONDecodeError):
        response.json()
    assert was_written(plan)


def test_a_dripping_answer(sandbox: RunningSandbox, plan: Grid, as_alice: Client) -> None:
    sandbox.fault(body="drip")
    started = time.monotonic()
    with as_alice.http.get(f"{as_alice.api}/users/me", stream=True, timeout=30) as response:
        assert next(response.iter_content(1)) == b"{"
        assert next(response.iter_content(1)) == b'"'
    assert time.monotonic() - started > 0.05
    assert plan.again().body == plan.body


def test_an_answer_that_never_ends(sandbox: RunningSandbox, plan: Grid, as_alice: Client) -> None:
    sandbox.fault(body="endless")
    with as_alice.http.get(f"{as_alice.api}/users/me", stream=True, timeout=30) as response:
        assert response.status_code == 200
        received = 0
        for chunk in response.iter_content(2**20):
            received += len(chunk)
            if received > 20 * 2**20:
                break
        assert received > 20 * 2**20
    assert plan.again().body == plan.body


@pytest.mark.parametrize("apply", [False, True])
@pytest.mark.parametrize("content", [[], ["no", "object"], {"resultCode": 0}, 7, "text"])
def test_other_json_comes_instead(sandbox: RunningSandbox, plan: Grid, content: Any, apply: bool) -> None:
    sandbox.fault(content=content, status=500, apply=apply)
    response = plan.put(TASK, NOTE)
    assert (response.status_code, response.json()) == (500, content)
    assert was_written(plan) is apply
    assert last_write(sandbox) == (500, apply)


def test_a_redirect(sandbox: RunningSandbox, plan: Grid) -> None:
    sandbox.fault(status=302, headers={"Location": "https://evil.example.com/"})
    response = plan.client.get(plan.path, allow_redirects=False)
    assert (response.status_code, response.headers["Location"]) == (302, "https://evil.example.com/")


@pytest.mark.parametrize(("code", "status"), [(1361, 403), (1043, 404), (5151, 500), (1358, 501), (5001, 400)])
def test_an_error_that_is_never_made_has_its_status_too(
    sandbox: RunningSandbox, plan: Grid, code: int, status: int
) -> None:
    sandbox.fault(errorCode=code, message="So it is.")
    assert refusal(plan.put(TASK, NOTE)) == (status, code)
    assert last_write(sandbox) == (status, False)


def test_an_answer_comes_late_although_the_change_is_made_at_once(
    sandbox: RunningSandbox, plan: Grid, as_alice: Client
) -> None:
    sandbox.fault(method="PUT", hold=600)
    rows = [{"id": plan.row(TASK), "cells": plan.cells(NOTE)}]
    with pytest.raises(requests.ReadTimeout):
        as_alice.http.put(f"{as_alice.api}{plan.path}/rows", json=rows, timeout=0.2)
    until(sandbox.has_used_faults, "the request")
    assert was_written(plan)


def test_an_address_that_is_too_long_is_refused_as_by_a_proxy(sandbox: RunningSandbox, as_alice: Client) -> None:
    assert as_alice.get(f"/users/me?ids={'1' * 8_000}").status_code == 200
    response = as_alice.get(f"/users/me?ids={'1' * 9_000}")
    assert response.status_code == 414
    assert response.headers["Content-Type"].startswith("text/html")


def test_a_delay_only_delays(sandbox: RunningSandbox, plan: Grid) -> None:
    sandbox.fault(delay=0.3)
    started = time.monotonic()
    assert plan.put(TASK, NOTE).status_code == 200
    assert time.monotonic() - started >= 0.3
    assert was_written(plan)


def test_a_change_is_made_although_the_client_has_hung_up(
    sandbox: RunningSandbox, plan: Grid, as_alice: Client
) -> None:
    sandbox.fault(method="PUT", delay=600)
    rows = [{"id": plan.row(TASK), "cells": plan.cells(NOTE)}]
    with pytest.raises(requests.ReadTimeout):
        as_alice.http.put(f"{as_alice.api}{plan.path}/rows", json=rows, timeout=0.1)
    until(sandbox.has_used_faults, "the request")
    assert not was_written(plan)
    sandbox.end_faults()
    until(lambda: was_written(plan), "the change")


@pytest.mark.parametrize("wait", ["delay", "hold"])
def test_waits_end_when_all_faults_are_removed(sandbox: RunningSandbox, plan: Grid, wait: str) -> None:
    sandbox.fault(method="PUT", status=503, apply=True, **{wait: 600})
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(plan.put, TASK, NOTE)
        until(sandbox.has_used_faults, "the request")
        assert was_written(plan) is (wait == "hold")
        sandbox.end_faults()
        assert waiting.result().status_code == 503
    assert was_written(plan)


def test_a_fault_meets_only_what_it_is_meant_for(
    sandbox: RunningSandbox, plan: Grid, bobs_plan: Grid, bob: Person
) -> None:
    sandbox.fault(operation="update-rows", method="PUT", path=rf"/sheets/{plan.id}/rows$", person=bob.id, status=503)
    assert plan.put(TASK, NOTE).status_code == 200
    assert bobs_plan.client.get(plan.path).status_code == 200
    assert bobs_plan.put(TASK, NOTE).status_code == 503
    assert bobs_plan.put(TASK, NOTE).status_code == 200


def test_a_fault_lasts_as_often_as_it_was_ordered(sandbox: RunningSandbox, as_alice: Client) -> None:
    sandbox.control("POST", "faults", [{"status": 503, "times": 2}, {"status": 500}])
    assert [as_alice.get("/users/me").status_code for _ in range(4)] == [503, 503, 500, 200]
    sandbox.fault(status=503, times=0)
    assert [as_alice.get("/users/me").status_code for _ in range(4)] == [503] * 4
    assert sandbox.control("DELETE", "faults") == []
    assert as_alice.get("/users/me").status_code == 200


def test_the_token_endpoint_and_the_consent_page_fail_too(sandbox: RunningSandbox) -> None:
    sandbox.fault(operation="tokens-getOrRefresh", status=500)
    sandbox.fault(operation="authorize", status=503)
    assert requests.post(f"{sandbox.api}/token", timeout=30).status_code == 500
    assert requests.get(f"{sandbox.url}/b/authorize", timeout=30).status_code == 503


def test_pending_faults_are_shown(sandbox: RunningSandbox) -> None:
    sandbox.fault(status=503, times=3)
    (pending,) = sandbox.control("GET", "faults")
    assert (pending["status"], pending["times"], pending["drop"]) == (503, 3, None)


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ({"stauts": 503}, "stauts"),
        ({"drop": "sometimes"}, "drop"),
        ({"body": "xml"}, "body"),
        ({"body": "html", "content": {}}, "content"),
        ({"probability": 2}, "probability"),
        ({"seed": "x"}, "seed"),
        ({"status": "503"}, "status"),
        ({"path": "("}, "path"),
        ({"delay": "long"}, "delay"),
        ({"delay": -1}, "delay"),
        ({"times": -1}, "times"),
        ({"status": 99}, "status"),
        ({"status": 600}, "status"),
        ({"path": 5}, "path"),
        ({"method": ["GET"]}, "method"),
        ({"message": {"a": 1}, "status": 500}, "message"),
        ({"operation": "updateRows"}, "updateRows"),
        ({"headers": {"X": 5}}, "headers"),
        ({"headers": {"X": "a\r\nY: b"}}, "headers"),
        ("503", "object"),
    ],
)
def test_a_senseless_fault_is_refused_by_name(sandbox: RunningSandbox, fault: Any, word: str) -> None:
    response = requests.post(f"{sandbox.url}/_sandbox/faults", json=[{"status": 500}, fault], timeout=30)
    assert response.status_code == 400
    assert word in response.json()["message"]
    assert sandbox.control("GET", "faults") == []


def test_a_fault_that_is_no_json_is_refused(sandbox: RunningSandbox) -> None:
    assert requests.post(f"{sandbox.url}/_sandbox/faults", data="{", timeout=30).status_code == 400


@pytest.mark.parametrize("fault", [{"body": "drip"}, {"body": "endless"}, {"body": "truncated"}, {"drop": "during"}])
def test_headers_are_added_to_whatever_comes(sandbox: RunningSandbox, as_alice: Client, fault: dict[str, str]) -> None:
    sandbox.fault(headers={"X-Proxy": "between"}, **fault)
    with as_alice.http.get(f"{as_alice.api}/users/me", stream=True, timeout=30) as response:
        assert response.headers["X-Proxy"] == "between"
