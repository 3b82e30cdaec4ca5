"""Several clients can be registered, and don't affect each other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client
from tests.sandbox.signing import REDIRECT_URL, SECRET, answer_of, ask, decide, register, token_request

AnyClient = Callable[[Person | str | None], Client]


@pytest.fixture(autouse=True)
def _apps(sandbox: RunningSandbox) -> None:
    register(sandbox, client_id="one", redirect_url=f"{REDIRECT_URL}/one")
    register(sandbox, client_id="two", redirect_url=f"{REDIRECT_URL}/two")


def token_of(sandbox: RunningSandbox, client_id: str, person: Person) -> str:
    page = ask(sandbox, client_id=client_id).text
    back = decide(sandbox, page, decision="allow", person=str(person.id))
    code = answer_of(back, redirect_url=f"{REDIRECT_URL}/{client_id}")["code"]
    response = token_request(sandbox, client_id=client_id, code=code, client_secret=SECRET)
    assert response.status_code == 200, response.text
    return str(response.json()["access_token"])


def test_each_app_gets_its_people_back_at_its_own_url(sandbox: RunningSandbox) -> None:
    for client_id in ("one", "two"):
        back = decide(sandbox, ask(sandbox, client_id=client_id).text, decision="deny")
        assert back.headers["Location"].startswith(f"{REDIRECT_URL}/{client_id}?error=access_denied")


def test_all_tokens_of_one_app_are_revoked_and_none_of_another(
    sandbox: RunningSandbox, client_of: AnyClient, bob: Person
) -> None:
    tokens = {name: [token_of(sandbox, name, bob) for _ in range(2)] for name in ("one", "two")}
    assert client_of(tokens["one"][0]).ask("DELETE", "/token?deleteAllForApiClient=true").status_code == 200
    statuses = {name: [client_of(each).get("/users/me").status_code for each in tokens[name]] for name in tokens}
    assert statuses == {"one": [401, 401], "two": [200, 200]}


def test_apps_are_listed_without_their_secrets(sandbox: RunningSandbox) -> None:
    listed = {app["clientId"]: app for app in sandbox.control("GET", "apps")}
    assert {"byline-demo", "one", "two"} <= set(listed)
    assert listed["one"] == {"clientId": "one", "redirectUrl": f"{REDIRECT_URL}/one", "name": "Practice <app>"}


def test_apps_are_registered_by_flag() -> None:
    flags = [part for name in ("first", "second") for part in ("--app", name, SECRET, f"{REDIRECT_URL}/{name}")]
    with RunningSandbox(*flags) as sandbox:
        for name in ("first", "second"):
            assert token_of(sandbox, name, sandbox.people()["bob"])
        sandbox.reset()
        assert token_of(sandbox, "first", sandbox.people()["bob"])


def test_a_deactivated_person_cannot_sign_in(sandbox: RunningSandbox, client_of: AnyClient, alice: Person) -> None:
    charlie = sandbox.people()["charlie"]
    page = ask(sandbox, client_id="one").text
    assert f'value="{charlie.id}"' in page
    assert client_of(alice).ask("POST", f"/users/{charlie.id}/deactivate").status_code == 200
    assert f'value="{charlie.id}"' not in ask(sandbox, client_id="one").text
    response = decide(sandbox, page, decision="allow", person=str(charlie.id))
    assert response.status_code == 400
    assert "Choose who you are" in response.text
