"""How a webhook becomes enabled, and why it is disabled."""

from collections.abc import Callable

import pytest

from tests.running_sandbox import Person, RunningSandbox
from tests.sandbox.client import Client, Grid, refusal
from tests.sandbox.signing import refresh, register, sign_in
from tests.sandbox.webhooks.hook import Hook, enabled_hook, new_hook
from tests.sandbox.webhooks.receiver import Receiver, by_header, by_json, with_status_202, wrongly

SCOPES = "ADMIN_WEBHOOKS READ_SHEETS WRITE_SHEETS"
AnyClient = Callable[[Person | str | None], Client]


def by_header_of_another_case(challenge: str) -> tuple[int, dict[str, str], bytes]:
    return 200, {"smartsheet-hook-response": challenge}, b""


@pytest.mark.parametrize("way", [by_header, by_header_of_another_case, by_json])
def test_a_returned_challenge_enables_it(
    as_alice: Client, plan: Grid, receiver: Receiver, way: Callable[[str], tuple[int, dict[str, str], bytes]]
) -> None:
    receiver.verify = way
    hook = new_hook(as_alice, plan.id, receiver.url)
    result = hook.put(enabled=True).json()["result"]
    assert (result["enabled"], result["status"]) == (True, "ENABLED")
    (request,) = receiver.verifications
    assert request.body == {"challenge": request.headers["smartsheet-hook-challenge"], "webhookId": hook.id}
    assert request.headers["smartsheet-hook-id"] == str(hook.id)
    assert hook.now() == result


@pytest.mark.parametrize("way", [wrongly, with_status_202])
def test_a_wrong_challenge_does_not_enable_it(
    as_alice: Client, plan: Grid, receiver: Receiver, way: Callable[[str], tuple[int, dict[str, str], bytes]]
) -> None:
    receiver.verify = way
    hook = new_hook(as_alice, plan.id, receiver.url)
    result = hook.put(enabled=True).json()["result"]
    assert (result["enabled"], result["status"]) == (False, "DISABLED_VERIFICATION_FAILED")
    assert result["disabledDetails"]
    receiver.verify = by_header
    assert hook.put(enabled=True).json()["result"]["status"] == "ENABLED"


def test_no_answer_counts_as_a_wrong_answer(as_alice: Client, plan: Grid) -> None:
    hook = new_hook(as_alice, plan.id, "http://127.0.0.1:9/nobody")
    assert hook.put(enabled=True).json()["result"]["status"] == "DISABLED_VERIFICATION_FAILED"


def test_an_enabled_webhook_is_not_asked_again(hook: Hook, receiver: Receiver) -> None:
    assert hook.put(enabled=True, name="Other").json()["result"]["name"] == "Other"
    assert len(receiver.verifications) == 1


def test_events_while_it_is_disabled_are_lost(hook: Hook, plan: Grid, receiver: Receiver) -> None:
    assert hook.put(enabled=False).json()["result"]["status"] == "DISABLED_BY_OWNER"
    plan.put("Core walls", {"title": "Spent", "value": 1})
    hook.put(enabled=True)
    plan.put("Core walls", {"title": "Notes", "value": "now"})
    cells = [event["columnId"] for event in receiver.events() if event["objectType"] == "cell"]
    assert cells == [plan.column("Notes")]


def test_events_not_delivered_before_it_is_disabled_are_lost(hook: Hook, plan: Grid, receiver: Receiver) -> None:
    plan.put("Core walls", {"title": "Spent", "value": 1})
    hook.put(enabled=False)
    hook.put(enabled=True)
    plan.put("Core walls", {"title": "Notes", "value": "now"})
    assert plan.column("Spent") not in [event.get("columnId") for event in receiver.events()]


def take_away(plan: Grid, email: str) -> None:
    """Delete a person's share of the site plan."""
    share = next(each for each in plan.client.json(f"{plan.path}/shares")["data"] if each["email"] == email)
    assert plan.client.ask("DELETE", f"{plan.path}/shares/{share['id']}").status_code == 200


def test_the_subscriber_is_told_that_access_is_lost_and_regained(
    as_bob: Client, plan: Grid, receiver: Receiver
) -> None:
    hook = enabled_hook(as_bob, plan.id, receiver)
    take_away(plan, "bob@example.com")
    assert hook.status == "DISABLED_SCOPE_INACCESSIBLE"
    (lost,) = receiver.wait(1)
    assert lost.body["newWebhookStatus"] == "DISABLED_SCOPE_INACCESSIBLE"
    assert (lost.body["webhookId"], lost.body["scopeObjectId"]) == (hook.id, plan.id)
    assert "events" not in lost.body
    assert lost.is_signed_with(hook.secret)
    assert refusal(hook.put(enabled=True)) == (404, 1151)
    plan.client.ask("POST", f"{plan.path}/shares", {"email": "bob@example.com", "accessLevel": "VIEWER"})
    assert hook.status == "ENABLED"
    assert receiver.wait(2)[1].body["newWebhookStatus"] == "ENABLED"
    assert len(receiver.verifications) == 1


def test_a_deleted_sheet_is_lost(hook: Hook, plan: Grid, receiver: Receiver) -> None:
    plan.client.ask("DELETE", plan.path)
    assert hook.status == "DISABLED_SCOPE_INACCESSIBLE"
    assert receiver.wait(1)[0].body["newWebhookStatus"] == "DISABLED_SCOPE_INACCESSIBLE"


def test_a_deactivated_persons_webhook_is_not_called(
    as_alice: Client, as_bob: Client, bob: Person, plan: Grid, receiver: Receiver
) -> None:
    hook = enabled_hook(as_bob, plan.id, receiver)
    as_alice.ask("POST", f"/users/{bob.id}/deactivate")
    assert receiver.wait(1)[0].body["newWebhookStatus"] == "DISABLED_SCOPE_INACCESSIBLE"
    as_alice.ask("POST", f"/users/{bob.id}/reactivate")
    assert hook.status == "ENABLED"


@pytest.fixture
def token(sandbox: RunningSandbox, alice: Person) -> dict[str, str]:
    """Sign in to an app as Alice, and return the answer that has the tokens."""
    register(sandbox)
    return sign_in(sandbox, alice, scope=SCOPES)


def test_the_webhooks_of_a_revoked_app_are_dead(
    token: dict[str, str], sandbox: RunningSandbox, client_of: AnyClient, plan: Grid, receiver: Receiver, alice: Person
) -> None:
    as_app = client_of(token["access_token"])
    hook = enabled_hook(as_app, plan.id, receiver)
    as_app.ask("DELETE", "/token")
    seen_by_owner = Hook(plan.client, hook.created)
    assert seen_by_owner.status == "DISABLED_APP_REVOKED"
    assert refusal(seen_by_owner.put(enabled=True)) == (403, 1153)
    as_app_again = client_of(sign_in(sandbox, alice, scope=SCOPES)["access_token"])
    assert refusal(as_app_again.ask("PUT", hook.path, {"enabled": True})) == (403, 1153)


def test_a_new_pair_of_tokens_does_not_revoke(
    token: dict[str, str], sandbox: RunningSandbox, client_of: AnyClient, plan: Grid, receiver: Receiver
) -> None:
    hook = enabled_hook(client_of(token["access_token"]), plan.id, receiver)
    assert refresh(sandbox, token["refresh_token"]).status_code == 200
    assert Hook(plan.client, hook.created).status == "ENABLED"


def test_a_sheet_that_is_too_large_cannot_be_listened_to(receiver: Receiver) -> None:
    with RunningSandbox("--rows", "20001", "--columns", "2", "--webhook-timeout", "2") as sandbox:
        alice = sandbox.people()["alice"]
        client = Client(sandbox, alice.token)
        listed = client.json("/sheets?includeAll=true")["data"]
        hook = new_hook(client, next(each["id"] for each in listed if each["name"] == "Large sheet"), receiver.url)
        assert hook.put(enabled=True).json()["result"]["status"] == "DISABLED_EXCEEDED_GRID_LIMITS"
        assert receiver.verifications == []
        client.close()
