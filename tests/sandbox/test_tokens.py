from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, Grid, refusal
from tests.sandbox.signing import (
    CLIENT_ID,
    REDIRECT_URL,
    SECRET,
    code_for,
    digest,
    refresh,
    register,
    sign_in,
    token_request,
)  # fmt: skip

AnyClient = Callable[[Person | str | None], Client]


@pytest.fixture(autouse=True)
def _app(sandbox: RunningSandbox) -> None:
    register(sandbox)


@pytest.fixture
def code(sandbox: RunningSandbox, bob: Person) -> str:
    return code_for(sandbox, bob)


def oauth_refusal(response: requests.Response) -> tuple[int, int, str]:
    """Return the status, error code and OAuth error of an answer. Check that the answer has no error_description."""
    assert "error_description" not in response.json()
    return *refusal(response), response.json()["error"]


def test_a_code_is_exchanged_with_the_hash(sandbox: RunningSandbox, client_of: AnyClient, bob: Person) -> None:
    answer = sign_in(sandbox, bob)
    assert set(answer) == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 604799)
    assert client_of(answer["access_token"]).json("/users/me")["id"] == bob.id


def test_a_code_is_exchanged_with_the_secret(sandbox: RunningSandbox, code: str) -> None:
    assert token_request(sandbox, code=code, client_secret=SECRET).status_code == 200


def test_parameters_may_come_in_the_query_whatever_the_headers_say(sandbox: RunningSandbox, code: str) -> None:
    parameters = {
        "grant_type": "authorization_code", "client_id": CLIENT_ID, "code": code, "hash": digest(code),
    }  # fmt: skip
    headers = {"Content-Type": "application/json", "Authorization": "Bearer nonsense", "Accept": "text/html"}
    response = requests.post(f"{sandbox.api}/token", params=parameters, headers=headers, timeout=10)
    assert response.status_code == 200, response.text


def test_a_code_is_good_once(sandbox: RunningSandbox, code: str) -> None:
    assert token_request(sandbox, code=code, hash=digest(code)).status_code == 200
    assert oauth_refusal(token_request(sandbox, code=code, hash=digest(code))) == (400, 1071, "invalid_grant")


def test_a_wrong_secret_does_not_use_up_the_code(sandbox: RunningSandbox, code: str) -> None:
    assert oauth_refusal(token_request(sandbox, code=code, client_secret="x")) == (400, 1238, "invalid_client")
    assert token_request(sandbox, code=code, client_secret=SECRET).status_code == 200


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"grant_type": ""}, (400, 1070, "invalid_request")),
        ({"grant_type": "password"}, (400, 1068, "unsupported_grant_type")),
        ({"client_id": ""}, (400, 1070, "invalid_request")),
        ({"client_id": "unknown"}, (401, 1067, "invalid_client")),
        ({"code": ""}, (400, 1070, "invalid_request")),
        ({"code": "unknown"}, (400, 1071, "invalid_grant")),
        ({"client_secret": ""}, (400, 1236, "invalid_request")),
        ({"hash": "0" * 64}, (400, 1237, "invalid_request")),
        ({"client_secret": "", "hash": "0" * 64}, (400, 1072, "invalid_grant")),
        ({"redirect_url": "https://evil.example.com/"}, (400, 1073, "invalid_request")),
        ({"grant_type": "refresh_token", "refresh_token": "unknown"}, (400, 1071, "invalid_grant")),
    ],
)
def test_every_mistake_has_its_own_error(
    sandbox: RunningSandbox, code: str, parameters: dict[str, str], expected: tuple[int, int, str]
) -> None:
    given = {"code": code, "client_secret": SECRET} | parameters
    assert oauth_refusal(token_request(sandbox, **given)) == expected


def test_the_registered_redirect_url_may_be_sent(sandbox: RunningSandbox, code: str) -> None:
    answer = token_request(sandbox, code=code, client_secret=SECRET, redirect_url=REDIRECT_URL)
    assert answer.status_code == 200


def test_another_clients_code_is_worth_nothing(sandbox: RunningSandbox, code: str) -> None:
    register(sandbox, client_id="other")
    response = token_request(sandbox, client_id="other", code=code, client_secret=SECRET)
    assert oauth_refusal(response) == (400, 1071, "invalid_grant")


def test_a_refresh_ends_both_old_tokens(sandbox: RunningSandbox, client_of: AnyClient, bob: Person) -> None:
    old = sign_in(sandbox, bob)
    new: dict[str, Any] = refresh(sandbox, old["refresh_token"]).json()
    assert client_of(new["access_token"]).json("/users/me")["id"] == bob.id
    assert refusal(client_of(old["access_token"]).get("/users/me")) == (401, 1002)
    assert oauth_refusal(refresh(sandbox, old["refresh_token"])) == (400, 1071, "invalid_grant")
    assert refresh(sandbox, new["refresh_token"]).status_code == 200


def test_a_revoked_token_is_dead_and_cannot_be_refreshed(
    sandbox: RunningSandbox, client_of: AnyClient, bob: Person
) -> None:
    token, other = sign_in(sandbox, bob), sign_in(sandbox, bob)
    response = client_of(token["access_token"]).ask("DELETE", "/token")
    assert response.json() == {"resultCode": 0, "message": "SUCCESS"}
    assert refusal(client_of(token["access_token"]).get("/users/me")) == (401, 1002)
    assert oauth_refusal(refresh(sandbox, token["refresh_token"])) == (400, 1132, "invalid_grant")
    assert client_of(other["access_token"]).get("/users/me").status_code == 200


def test_all_tokens_of_a_client_are_revoked_at_once(
    sandbox: RunningSandbox, client_of: AnyClient, bob: Person, charlie: Person
) -> None:
    tokens = [sign_in(sandbox, bob), sign_in(sandbox, bob)]
    charlies = sign_in(sandbox, charlie)
    client_of(tokens[0]["access_token"]).ask("DELETE", "/token?deleteAllForApiClient=true")
    assert [client_of(token["access_token"]).get("/users/me").status_code for token in tokens] == [401, 401]
    assert client_of(charlies["access_token"]).get("/users/me").status_code == 200
    assert client_of(bob).get("/users/me").status_code == 200


def test_a_token_can_do_what_its_scopes_say(
    sandbox: RunningSandbox, client_of: AnyClient, bob: Person, plan: Grid
) -> None:
    reader = client_of(sign_in(sandbox, bob, scope="READ_SHEETS")["access_token"])
    assert reader.get("/users/me").status_code == 200
    assert reader.get(plan.path).status_code == 200
    assert refusal(reader.get(f"/users/{bob.id}")) == (403, 1004)
    assert refusal(reader.ask("PUT", f"{plan.path}/rows", [])) == (403, 1004)
    assert refusal(reader.ask("DELETE", f"{plan.path}/rows?ids=1")) == (403, 1004)


def test_a_token_without_scopes_can_read_its_profile(
    sandbox: RunningSandbox, client_of: AnyClient, bob: Person
) -> None:
    nobody = client_of(sign_in(sandbox, bob, scope="")["access_token"])
    assert nobody.json("/users/me")["id"] == bob.id
    assert refusal(nobody.get("/sheets")) == (403, 1004)


def test_a_scope_gives_no_more_access_than_the_person_has(
    sandbox: RunningSandbox, client_of: AnyClient, charlie: Person, plan: Grid
) -> None:
    writer = client_of(sign_in(sandbox, charlie, scope="WRITE_SHEETS")["access_token"])
    assert refusal(writer.ask("PUT", f"{plan.path}/rows", [{"id": plan.row("Structure")}])) == (403, 1004)


def test_an_apps_token_cannot_assume_anyone(sandbox: RunningSandbox, client_of: AnyClient, alice: Person) -> None:
    client = client_of(sign_in(sandbox, alice)["access_token"])
    assert refusal(client.get("/users/me", headers={"Assume-User": "bob@example.com"})) == (401, 1030)
