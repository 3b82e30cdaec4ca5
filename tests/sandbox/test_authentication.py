from collections.abc import Callable

import pytest

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, Grid, refusal

AnyClient = Callable[[Person | str | None], Client]


def test_no_authorization_header_is_forbidden(client_of: AnyClient) -> None:
    assert refusal(client_of(None).get("/users/me")) == (403, 1004)


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer", "Basic YWxpY2U6eA==", "nonsense"])
def test_a_bogus_token_is_invalid(client_of: AnyClient, header: str) -> None:
    response = client_of(None).get("/users/me", headers={"Authorization": header})
    assert refusal(response) == (401, 1002)
    assert response.json()["message"] == "Your Access Token is invalid."


def test_the_scheme_is_read_whatever_its_case(client_of: AnyClient, alice: Person) -> None:
    response = client_of(None).get("/users/me", headers={"Authorization": f"bearer {alice.token}"})
    assert response.json()["id"] == alice.id


def test_an_admin_assumes_a_user_with_a_personal_token(as_alice: Client, bob: Person) -> None:
    response = as_alice.get("/users/me", headers={"Assume-User": "bob%40example.com"})
    assert response.json()["id"] == bob.id


@pytest.mark.parametrize("assumed", ["nobody%40example.com", "alice%40example.com"])
def test_strangers_and_admins_cannot_be_assumed(as_alice: Client, assumed: str) -> None:
    assert refusal(as_alice.get("/users/me", headers={"Assume-User": assumed})) == (401, 1030)


def test_only_admins_assume_users(as_bob: Client) -> None:
    assert refusal(as_bob.get("/users/me", headers={"Assume-User": "charlie%40example.com"})) == (401, 1030)


def test_a_sheet_that_is_not_shared_is_not_found(as_dora: Client, budget: Grid) -> None:
    assert refusal(as_dora.get(budget.path)) == (404, 1006)


def test_an_accept_header_without_json_is_refused(as_alice: Client) -> None:
    assert refusal(as_alice.get("/users/me", headers={"Accept": "application/pdf"})) == (406, 1052)


def test_an_unknown_path_is_not_found_and_noted(as_alice: Client, sandbox: RunningSandbox) -> None:
    response = as_alice.get("/proofs/1")
    assert refusal(response) == (404, 1006)
    assert response.json()["message"] == "Not Found"
    assert sandbox.requests()[-1]["operation"] is None


def test_an_unknown_method_is_refused(as_alice: Client) -> None:
    assert refusal(as_alice.ask("PATCH", "/sheets")) == (405, 1122)


@pytest.mark.parametrize("path", ["/sheets/abc", "/sheets/1.5", "/users/x", "/sheets/1e3"])
def test_an_id_that_is_no_number_is_a_bad_parameter(as_alice: Client, path: str) -> None:
    assert refusal(as_alice.get(path)) == (400, 1018)
