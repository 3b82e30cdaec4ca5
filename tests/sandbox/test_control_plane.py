import contextlib
import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, Grid
from tests.sandbox.signing import SECRET, code_for, digest, refresh, register, sign_in
from tests.waiting import until


def test_people_come_with_tokens_that_are_the_same_at_every_start(sandbox: RunningSandbox) -> None:
    people = sandbox.control("GET", "people")
    assert {"id", "email", "name", "token"} <= set(people[0])
    with RunningSandbox() as other:
        assert other.control("GET", "people") == people
        alice = other.people()["alice"]
        assert other.sheet(alice, "Site plan") == sandbox.sheet(alice, "Site plan")


def test_reset_brings_the_seed_back(sandbox: RunningSandbox, plan: Grid, bob: Person) -> None:
    register(sandbox)
    token = sign_in(sandbox, bob)
    plan.put("Core walls", {"title": "Notes", "value": "x"})
    sandbox.fault(status=503, times=0, path="^/nowhere")
    sandbox.reset()
    assert plan.again().body == plan.body
    assert sandbox.control("GET", "faults") == []
    assert refresh(sandbox, token["refresh_token"]).status_code == 400
    assert Client(sandbox, token["access_token"]).get("/users/me").status_code == 401


def test_reset_ends_what_still_waits(sandbox: RunningSandbox, plan: Grid) -> None:
    sandbox.fault(method="PUT", delay=600)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(plan.put, "Core walls", {"title": "Notes", "value": "from before"})
        until(sandbox.has_used_faults, "the request")
        sandbox.reset()
        assert plan.put("Roof", {"title": "Notes", "value": "after"}).status_code == 200
        with pytest.raises(requests.ConnectionError):
            waiting.result()
    assert "value" not in plan.again().cell("Core walls", "Notes")


def test_reset_ends_what_has_not_wholly_arrived(sandbox: RunningSandbox, plan: Grid, as_alice: Client) -> None:
    host, port = sandbox.url.removeprefix("http://").split(":")
    body = json.dumps([{"id": plan.row("Core walls"), "cells": plan.cells({"title": "Notes", "value": "x"})}]).encode()
    head = (
        f"PUT /2.0{plan.path}/rows HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Authorization: {as_alice.http.headers['Authorization']!s}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head + body[:10])
        until(lambda: sandbox.requests(method="PUT"), "the head of the request")
        sandbox.reset()
        connection.sendall(body[10:])
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1000) == b""
    assert "value" not in plan.again().cell("Core walls", "Notes")


def test_registered_apps_outlive_a_reset(sandbox: RunningSandbox, bob: Person) -> None:
    register(sandbox)
    sandbox.reset()
    assert sign_in(sandbox, bob)["access_token"]


def test_an_app_needs_all_its_parts(sandbox: RunningSandbox) -> None:
    response = requests.post(f"{sandbox.url}/_sandbox/apps", json={"clientId": "x"}, timeout=30)
    assert response.status_code == 400
    assert "redirectUrl" in response.json()["message"]


def test_requests_are_noted(sandbox: RunningSandbox, plan: Grid, alice: Person) -> None:
    sandbox.forget_requests()
    plan.client.get("/sheets?page=1")
    plan.put("Core walls", {"title": "Done", "value": "x"})
    listed, written = sandbox.requests()
    assert listed == {
        "method": "GET", "path": "/2.0/sheets", "query": "page=1", "status": 200, "personId": alice.id,
        "operation": "list-sheets", "applied": True, "latency": 0.0, "at": listed["at"],
    }  # fmt: skip
    assert (written["operation"], written["status"], written["applied"]) == ("update-rows", 400, False)
    assert sandbox.control("DELETE", "requests") == []
    assert sandbox.requests() == []


def test_no_secret_is_in_the_journal(sandbox: RunningSandbox, bob: Person) -> None:
    register(sandbox)
    code = code_for(sandbox, bob)
    parameters = {
        "grant_type": "authorization_code", "client_id": "practice", "code": code, "client_secret": SECRET,
        "hash": digest(code), "refresh_token": "r-e-f",
    }  # fmt: skip
    requests.post(f"{sandbox.api}/token", params=parameters, timeout=30)
    Client(sandbox, bob.token).get("/users/me")
    noted = json.dumps(sandbox.requests())
    assert "grant_type=authorization_code" in noted
    for secret in (code, SECRET, digest(code), "r-e-f", bob.token):
        assert secret not in noted


@pytest.mark.parametrize("path", ["/", "/_sandbox", "/_sandbox/"])
def test_the_front_page_shows_people_and_sheets(sandbox: RunningSandbox, path: str) -> None:
    response = requests.get(f"{sandbox.url}{path}", timeout=30)
    assert response.status_code == 200
    assert "not Smartsheet" in response.text
    for person in sandbox.people().values():
        assert person.token in response.text
    assert "Größe" not in response.text
    assert "Site plan" in response.text


@pytest.mark.parametrize("profile", [[], {"profile": []}, {"profile": {"read": 1}}, {"profile": None}, 5])
def test_a_latency_of_odd_types_is_refused(sandbox: RunningSandbox, profile: object) -> None:
    assert requests.post(f"{sandbox.url}/_sandbox/latency", json=profile, timeout=30).status_code == 400


@pytest.mark.parametrize("levels", [400, 1000])
@pytest.mark.parametrize("name", ["faults", "changes", "latency", "clock", "apps"])
def test_json_that_is_nested_too_deeply_is_refused(sandbox: RunningSandbox, name: str, levels: int) -> None:
    body = f'{{"content": {"[" * levels}{"]" * levels}}}'
    answer = requests.post(f"{sandbox.url}/_sandbox/{name}", data=body, timeout=30)
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert sandbox.control("GET", "faults") == []
