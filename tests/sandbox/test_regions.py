"""One process runs four regions, each with its own tokens, apps, data, faults and limits."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.running_sandbox import ROOT, RunningSandbox, Sandbox
from tests.sandbox.client import Client, Grid, refusal
from tests.sandbox.conftest import sheet_id
from tests.sandbox.signing import ask, code_for, digest, refresh, register, sign_in, token_request
from tests.waiting import PATIENCE

ClientOf = Callable[[Sandbox, str], Client]

NAMES = ["com", "eu", "au", "gov"]


@pytest.fixture(scope="module")
def running_regions() -> Iterator[dict[str, Sandbox]]:
    with RunningSandbox("--regions", ",".join(NAMES), "--rate-limit", "40") as first:
        others = [Sandbox(first.next_address()) for _ in NAMES[1:]]
        yield dict(zip(NAMES, [first, *others], strict=True))
        for other in others:
            other.http.close()


@pytest.fixture
def regions(running_regions: dict[str, Sandbox]) -> dict[str, Sandbox]:
    for sandbox in running_regions.values():
        sandbox.reset()
    return running_regions


@pytest.fixture
def with_token() -> Iterator[ClientOf]:
    """Yield the function `with_token`. It takes a sandbox and a token, and returns a client that uses them."""
    clients: list[Client] = []

    def make(sandbox: Sandbox, token: str) -> Client:
        clients.append(Client(sandbox, token))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def alice_in(with_token: ClientOf) -> Callable[[Sandbox], Client]:
    """Return the function `alice_in`. It returns Alice's client for a sandbox."""
    return lambda sandbox: with_token(sandbox, sandbox.people()["alice"].token)


def test_each_region_has_an_address_of_its_own(regions: dict[str, Sandbox]) -> None:
    assert len({sandbox.url for sandbox in regions.values()}) == 4
    assert all(name in sandbox.http.get(f"{sandbox.url}/_sandbox/").text for name, sandbox in regions.items())


def test_no_token_is_good_in_another_region(regions: dict[str, Sandbox], with_token: ClientOf) -> None:
    for home, sandbox in regions.items():
        token = sandbox.people()["alice"].token
        for name, other in regions.items():
            response = with_token(other, token).get("/users/me")
            assert response.status_code == (200 if name == home else 401)


def test_an_invited_person_gets_a_token_of_the_region(
    regions: dict[str, Sandbox], alice_in: Callable[[Sandbox], Client]
) -> None:
    for name in ("com", "gov"):
        body = {"email": "ned@example.com", "admin": False, "licensedSheetCreator": True}
        assert alice_in(regions[name]).ask("POST", "/users", body).status_code == 200
    tokens = {regions[name].people()["ned@example.com"].token for name in ("com", "gov")}
    assert len(tokens) == 2


def test_signing_in_stays_in_its_region(regions: dict[str, Sandbox], with_token: ClientOf) -> None:
    com, eu = regions["com"], regions["eu"]
    register(com)
    register(eu)
    code = code_for(com, com.people()["bob"])
    assert token_request(eu, code=code, hash=digest(code)).json()["errorCode"] == 1071
    token = sign_in(com, com.people()["bob"])
    assert with_token(eu, token["access_token"]).get("/users/me").status_code == 401
    assert refresh(eu, token["refresh_token"]).json()["errorCode"] == 1071
    assert refresh(com, token["refresh_token"]).status_code == 200


def test_apps_are_registered_by_region(regions: dict[str, Sandbox]) -> None:
    register(regions["au"], client_id="australian")
    assert ask(regions["au"], client_id="australian").status_code == 200
    refused = ask(regions["eu"], client_id="australian")
    assert refused.status_code == 400
    assert "Client ID" in refused.text
    assert "australian" not in [app["clientId"] for app in regions["eu"].control("GET", "apps")]


def test_data_faults_and_journals_are_apart(regions: dict[str, Sandbox], alice_in: Callable[[Sandbox], Client]) -> None:
    com, eu = alice_in(regions["com"]), alice_in(regions["eu"])
    plan = Grid(com, sheet_id(com, "Site plan"))
    regions["eu"].forget_requests()
    regions["eu"].fault(status=503, method="PUT")
    assert plan.put("Roof", {"title": "Notes", "value": "only here"}).status_code == 200
    there = Grid(eu, sheet_id(eu, "Site plan"))
    assert there.id == plan.id
    assert "value" not in there.cell("Roof", "Notes")
    assert regions["eu"].requests(method="PUT") == []
    assert len(regions["eu"].control("GET", "faults")) == 1


def test_limits_and_clocks_are_apart(regions: dict[str, Sandbox], alice_in: Callable[[Sandbox], Client]) -> None:
    com, eu = alice_in(regions["com"]), alice_in(regions["eu"])
    assert [com.get("/users/me").status_code for _ in range(41)][-1] == 429
    assert eu.get("/users/me").status_code == 200
    regions["eu"].control("POST", "clock", {"ahead": 60})
    assert com.get("/users/me").status_code == 429
    regions["com"].control("POST", "clock", {"ahead": 60})
    assert com.get("/users/me").status_code == 200


def test_the_government_takes_fewer_kinds_of_link(
    regions: dict[str, Sandbox], alice_in: Callable[[Sandbox], Client]
) -> None:
    for name, expected in {"com": None, "gov": (400, 1255)}.items():
        client = alice_in(regions[name])
        path = f"/sheets/{sheet_id(client, 'Site plan')}/attachments"
        link = {"name": "Plan", "url": "https://www.dropbox.com/plan"}
        response = client.ask("POST", path, link | {"attachmentType": "DROPBOX"})
        assert (None if response.ok else refusal(response)) == expected
        assert client.ask("POST", path, link | {"attachmentType": "LINK"}).status_code == 200


def test_each_region_keeps_a_file_of_its_own(tmp_path: Path, alice_in: Callable[[Sandbox], Client]) -> None:
    path = tmp_path / "state.json"
    with RunningSandbox("--regions", "com,gov", "--state", str(path)) as com:
        gov = Sandbox(com.next_address())
        sheet = {"name": "Secret", "columns": [{"title": "A", "primary": True, "type": "TEXT_NUMBER"}]}
        assert alice_in(gov).ask("POST", "/sheets", sheet).status_code == 200
        gov.http.close()
    assert "Secret" in (tmp_path / "state.json.gov").read_text()
    assert "Secret" not in (tmp_path / "state.json.com").read_text()
    assert json.loads((tmp_path / "state.json.gov").read_text())["region"] == "gov"
    with RunningSandbox("--regions", "gov", "--state", str(path)) as alone:
        assert sheet_id(alice_in(alone), "Secret")


@pytest.mark.parametrize("listed", ["com,com", "mars", ""])
def test_an_unknown_region_is_refused(listed: str) -> None:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--regions", listed]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert "com,eu,au,gov" in done.stderr
