"""`--state` keeps data across restarts."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.running_sandbox import RunningSandbox
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
from tests.waiting import until


@contextmanager
def started(path: Path) -> Iterator[tuple[RunningSandbox, Grid]]:
    with RunningSandbox("--state", str(path)) as sandbox:
        alice = sandbox.people()["alice"]
        client = Client(sandbox, alice.token)
        yield sandbox, Grid(client, sandbox.sheet(alice, "Site plan")["id"])
        client.close()


def change(path: Path, **parts: Any) -> None:
    """Change a saved state file. Each argument names a table, and has the values to set in every item of this table."""
    state = json.loads(path.read_text())
    for table, values in parts.items():
        for item in state[table].values():
            item.update(values)
    path.write_text(json.dumps(state))


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with started(path) as (sandbox, plan):
        register(sandbox)
        token = sign_in(sandbox, sandbox.people()["bob"])
        plan.put("Core walls", {"title": "Spent", "value": 7})
        plan.post({"title": "Task", "value": "Übergabe 👷"}, toTop=True)
        plan.put("Core walls", {"title": "Notes", "formula": "=1 + 1"})
        before, history = plan.again().body, plan.history("Core walls", "Spent")
    with started(path) as (sandbox, plan):
        assert plan.body == before
        assert plan.history("Core walls", "Spent") == history
        assert plan.post({"title": "Task", "value": "x"}).json()["result"][0]["id"] not in plan.rows
        assert Client(sandbox, token["access_token"]).json("/users/me")["email"] == "bob@example.com"
        assert refresh(sandbox, token["refresh_token"]).status_code == 200


def test_it_is_saved_soon_after_a_change(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with started(path) as (sandbox, plan):
        plan.put("Core walls", {"title": "Notes", "value": "saved soon"})
        until(lambda: path.exists() and "saved soon" in path.read_text(), "the change in the file")
        sandbox.process.kill()
        sandbox.process.wait()
    with started(path) as (_sandbox, plan):
        assert plan.cell("Core walls", "Notes")["value"] == "saved soon"
    assert list(tmp_path.iterdir()) == [path]


def test_an_old_code_has_expired(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with started(path) as (sandbox, _plan):
        register(sandbox)
        code = code_for(sandbox, sandbox.people()["bob"])
    change(path, grants={"expires_at": "2026-01-01T00:00:00+00:00"})
    with started(path) as (sandbox, _plan):
        response = token_request(sandbox, code=code, hash=digest(code))
        assert refusal(response) == (400, 1069)
        assert response.json()["error"] == "invalid_grant"


def test_an_old_token_has_expired_and_can_be_refreshed(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with started(path) as (sandbox, _plan):
        register(sandbox)
        token = sign_in(sandbox, sandbox.people()["bob"])
    change(path, tokens={"expires_at": "2026-01-01T00:00:00+00:00"})
    with RunningSandbox("--state", str(path)) as sandbox:
        response = Client(sandbox, token["access_token"]).get("/users/me")
        assert refusal(response) == (401, 1003)
        assert response.json()["message"] == "Your Access Token has expired."
        new = refresh(sandbox, token["refresh_token"]).json()
        assert Client(sandbox, new["access_token"]).get("/users/me").status_code == 200


def test_reset_goes_into_the_file(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with started(path) as (sandbox, plan):
        plan.put("Core walls", {"title": "Notes", "value": "x"})
        sandbox.reset()
        fresh = plan.again().body
    with started(path) as (_sandbox, plan):
        assert plan.body == fresh


def test_the_demo_app_has_the_redirect_url_of_this_start(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    for url in ("http://127.0.0.1:9/first", "http://127.0.0.1:9/second"):
        with RunningSandbox("--state", str(path), "--redirect-url", url) as sandbox:
            page = ask(sandbox, client_id="byline-demo").text
            answer_of(decide(sandbox, page, decision="deny"), redirect_url=url)
