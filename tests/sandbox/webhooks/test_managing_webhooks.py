"""Creating, listing, changing and deleting webhooks, and who can do this."""

from collections.abc import Callable

import pytest

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, Grid, refusal
from tests.sandbox.signing import CLIENT_ID, register, sign_in
from tests.sandbox.webhooks.hook import Hook, new_hook, request_for

URL = "https://www.example.com/hook"
SCOPES = "ADMIN_WEBHOOKS READ_SHEETS"
AnyClient = Callable[[Person | str | None], Client]


@pytest.fixture
def new(as_alice: Client, plan: Grid) -> Hook:
    return new_hook(as_alice, plan.id, URL)


def test_a_new_webhook_is_not_enabled(new: Hook, plan: Grid) -> None:
    created = new.created
    assert (created["enabled"], created["status"]) == (False, "NEW_NOT_VERIFIED")
    assert (created["scope"], created["scopeObjectId"]) == ("sheet", plan.id)
    assert (created["callbackUrl"], created["events"], created["version"]) == (URL, ["*.*"], 1)
    assert len(new.secret) == 26
    assert new.now() == created


def test_it_keeps_its_columns(as_alice: Client, plan: Grid) -> None:
    columns = {"columnIds": [plan.column("Status"), plan.column("Spent")]}
    assert new_hook(as_alice, plan.id, URL, subscope=columns).now()["subscope"] == columns


@pytest.mark.parametrize("missing", ["name", "callbackUrl", "scope", "scopeObjectId", "events", "version"])
def test_everything_needed_must_be_given(as_alice: Client, plan: Grid, missing: str) -> None:
    answer = as_alice.ask("POST", "/webhooks", request_for(plan.id, URL, **{missing: None}))
    assert refusal(answer) == (400, 1012)
    assert f"webhook.{missing}" in answer.json()["message"]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("callbackUrl", "http://www.example.com/hook", 1152),
        ("callbackUrl", "ftp://localhost/hook", 1152),
        ("callbackUrl", "https://www.example.com:8444/hook", 1031),
        ("callbackUrl", "https://10.0.0.7/hook", 1031),
        ("callbackUrl", "https://", 1031),
        ("events", ["row.created"], 1031),
        ("version", 2, 1031),
        ("scope", "plan", 1031),
        ("scopeObjectId", "text", 1008),
        ("scopeObjectId", 12345, 1151),
        ("enabled", True, 1032),
        ("sharedSecret", "mine", 1032),
        ("color", "red", 1008),
        ("subscope", {"columnIds": [12345]}, 1293),
    ],
)
def test_nonsense_is_refused(as_alice: Client, plan: Grid, name: str, value: object, code: int) -> None:
    answer = as_alice.ask("POST", "/webhooks", request_for(plan.id, URL, **{name: value}))
    assert refusal(answer) == (404 if code in {1151, 1293} else 400, code)


def test_a_sheet_that_one_cannot_see_is_not_found(client_of: AnyClient, sandbox: RunningSandbox, budget: Grid) -> None:
    as_dora = client_of(sandbox.people()["dora"])
    answer = as_dora.ask("POST", "/webhooks", request_for(budget.id, URL))
    assert refusal(answer) == (404, 1151)
    assert answer.json()["message"] == f"Scope 'sheet', object id {budget.id} was not found."


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "http://localhost/x", "https://[::1]:9/x"])
def test_this_machine_may_be_called_without_https(as_alice: Client, plan: Grid, url: str) -> None:
    assert new_hook(as_alice, plan.id, url).created["callbackUrl"] == url


def test_this_machine_may_not_be_called_if_so_wished() -> None:
    with RunningSandbox("--no-loopback-webhooks") as sandbox:
        alice = sandbox.people()["alice"]
        sheet_id = sandbox.sheet(alice, "Site plan")["id"]
        client = Client(sandbox, alice.token)
        for url, code in {"http://127.0.0.1/x": 1152, "https://127.0.0.1/x": 1031, "https://localhost/x": 1031}.items():
            assert refusal(client.ask("POST", "/webhooks", request_for(sheet_id, url))) == (400, code)
        client.close()


def test_the_newest_is_listed_first_without_counting(as_alice: Client, plan: Grid) -> None:
    hooks = [new_hook(as_alice, plan.id, URL, name=str(number)) for number in range(3)]
    first = as_alice.json("/webhooks?pageSize=2")
    assert [each["id"] for each in first["data"]] == [hooks[2].id, hooks[1].id]
    assert (first["pageNumber"], first["pageSize"], first["totalPages"], first["totalCount"]) == (1, 2, -1, -1)
    assert [each["name"] for each in as_alice.json("/webhooks?pageSize=2&page=2")["data"]] == ["0"]


def test_beyond_the_last_page_all_is_zero(as_alice: Client) -> None:
    empty = {"pageNumber": 0, "pageSize": 0, "totalPages": 0, "totalCount": 0, "data": []}
    assert as_alice.json("/webhooks") == empty
    assert refusal(as_alice.get("/webhooks?pageSize=10001")) == (400, 1018)


def test_name_and_address_can_be_changed(new: Hook) -> None:
    result = new.put(name="Other", callbackUrl="https://www.example.org/").json()["result"]
    assert (result["name"], result["callbackUrl"]) == ("Other", "https://www.example.org/")
    assert new.now()["name"] == "Other"


@pytest.mark.parametrize("fixed", ["scope", "scopeObjectId", "subscope", "sharedSecret", "status"])
def test_the_rest_cannot(new: Hook, fixed: str) -> None:
    assert refusal(new.put(**{fixed: "x"})) == (400, 1032)


@pytest.mark.parametrize("word", ["resetSharedSecret", "resetsharedsecret"])
def test_the_secret_can_be_reset(new: Hook, word: str) -> None:
    result = new.client.ask("POST", f"{new.path}/{word}").json()["result"]
    assert result == {"sharedSecret": new.now()["sharedSecret"]}
    assert result["sharedSecret"] != new.secret


def test_a_deleted_webhook_is_gone(new: Hook) -> None:
    assert new.client.ask("DELETE", new.path).json() == {"message": "SUCCESS", "resultCode": 0}
    assert refusal(new.client.get(new.path)) == (404, 1006)


def test_only_the_owner_sees_a_webhook(new: Hook, as_bob: Client) -> None:
    for answer in (as_bob.get(new.path), as_bob.ask("PUT", new.path, {}), as_bob.ask("DELETE", new.path)):
        assert refusal(answer) == (404, 1006)
    assert as_bob.json("/webhooks")["data"] == []


def test_an_app_sees_its_own_and_the_owner_sees_all(
    sandbox: RunningSandbox, client_of: AnyClient, alice: Person, new: Hook, plan: Grid
) -> None:
    for client_id in (CLIENT_ID, "another"):
        register(sandbox, client_id=client_id)
    as_app = client_of(sign_in(sandbox, alice, scope=SCOPES)["access_token"])
    of_app = new_hook(as_app, plan.id, URL)
    assert (of_app.created["apiClientId"], of_app.created["apiClientName"]) == (CLIENT_ID, "Practice <app>")
    assert "apiClientId" not in new.created
    assert [each["id"] for each in as_app.json("/webhooks")["data"]] == [of_app.id]
    assert refusal(as_app.get(new.path)) == (404, 1006)
    assert [each["id"] for each in new.client.json("/webhooks")["data"]] == [of_app.id, new.id]


def test_the_scope_is_needed(sandbox: RunningSandbox, client_of: AnyClient, alice: Person) -> None:
    register(sandbox)
    as_app = client_of(sign_in(sandbox, alice, scope="READ_SHEETS")["access_token"])
    assert refusal(as_app.get("/webhooks")) == (403, 1004)
