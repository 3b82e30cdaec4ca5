"""Codes and tokens expire. Tests move the sandbox's clock ahead, or make the lifetimes shorter."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, Grid, refusal
from tests.sandbox.signing import (
    answer_of,
    ask,
    code_for,
    decide,
    digest,
    refresh,
    register,
    sign_in,
    token_request,
)

AnyClient = Callable[[Person | str | None], Client]
WEEK = 7 * 86_400


@pytest.fixture(autouse=True)
def _app(sandbox: RunningSandbox) -> None:
    register(sandbox)


@pytest.fixture(scope="module")
def hasty() -> Iterator[RunningSandbox]:
    """Yield a sandbox whose codes are valid for a minute, and whose tokens are valid for an hour."""
    with RunningSandbox("--code-seconds", "60", "--token-seconds", "3600") as sandbox:
        yield sandbox


def put_clock(sandbox: RunningSandbox, ahead: float) -> None:
    assert sandbox.control("POST", "clock", {"ahead": ahead})["ahead"] == ahead


def oauth_refusal(response: requests.Response) -> tuple[int, int, str]:
    return *refusal(response), response.json()["error"]


def test_a_code_expires_after_ten_minutes(sandbox: RunningSandbox, bob: Person) -> None:
    early, late = code_for(sandbox, bob), code_for(sandbox, bob)
    put_clock(sandbox, 590)
    assert token_request(sandbox, code=early, hash=digest(early)).status_code == 200
    put_clock(sandbox, 600)
    assert oauth_refusal(token_request(sandbox, code=late, hash=digest(late))) == (400, 1069, "invalid_grant")


def test_an_access_token_expires_and_its_refresh_token_does_not(
    sandbox: RunningSandbox, client_of: AnyClient, bob: Person
) -> None:
    old = sign_in(sandbox, bob)
    put_clock(sandbox, WEEK - 60)
    assert client_of(old["access_token"]).get("/users/me").status_code == 200
    put_clock(sandbox, WEEK)
    assert refusal(client_of(old["access_token"]).get("/users/me")) == (401, 1003)
    assert client_of(bob).get("/users/me").status_code == 200, "personal tokens live on"
    new = refresh(sandbox, old["refresh_token"]).json()
    assert client_of(new["access_token"]).get("/users/me").status_code == 200
    assert refusal(client_of(old["access_token"]).get("/users/me")) == (401, 1002)


def test_written_rows_have_the_clocks_time(sandbox: RunningSandbox, plan: Grid) -> None:
    before = plan.body["modifiedAt"]
    put_clock(sandbox, 40 * 365 * 86_400)
    told = sandbox.control("GET", "clock")
    row = plan.put("Roof", {"title": "Notes", "value": "from the future"}).json()["result"][0]
    assert before < told["now"] <= row["modifiedAt"]
    assert int(told["now"][:4]) >= 2060


def test_a_reset_puts_the_clock_right(sandbox: RunningSandbox) -> None:
    put_clock(sandbox, WEEK)
    sandbox.reset()
    assert sandbox.control("GET", "clock")["ahead"] == 0


@pytest.mark.parametrize("body", ["{}", "[]", "1", '{"ahead": "long"}', '{"ahead": 1e300}', "{"])
def test_a_senseless_clock_is_refused(sandbox: RunningSandbox, body: str) -> None:
    response = requests.post(f"{sandbox.url}/_sandbox/clock", data=body, timeout=30)
    assert response.status_code == 400
    assert "ahead" in response.json()["message"]
    assert sandbox.control("GET", "clock")["ahead"] == 0


def test_lifetimes_can_be_short(hasty: RunningSandbox) -> None:
    register(hasty)
    bob = hasty.people()["bob"]
    answer = answer_of(decide(hasty, ask(hasty).text, decision="allow", person=str(bob.id)))
    assert 55_000 < int(answer["expires_in"]) <= 60_000
    first, second = sign_in(hasty, bob), code_for(hasty, bob)
    assert first["expires_in"] == 3600
    assert refresh(hasty, first["refresh_token"]).json()["expires_in"] == 3600
    put_clock(hasty, 61)
    assert oauth_refusal(token_request(hasty, code=second, hash=digest(second))) == (400, 1069, "invalid_grant")
