"""When callbacks are sent, in which order, and when they are sent again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.running_sandbox import RunningSandbox
from tests.sandbox.client import Client, Grid
from tests.sandbox.webhooks.conftest import IMPATIENT
from tests.sandbox.webhooks.hook import Hook, enabled_hook
from tests.sandbox.webhooks.receiver import Receiver, wrongly
from tests.waiting import until


def wait_for_status(hook: Hook, status: str) -> None:
    until(lambda: hook.status == status, status)


def wait_for_retries(hook: Hook, count: int) -> None:
    until(lambda: hook.now()["stats"]["lastCallbackAttemptRetryCount"] == count, f"{count} retries")


@pytest.fixture
def calm_sandbox() -> Iterator[RunningSandbox]:
    """Yield a sandbox that collects events for two seconds before it sends a callback."""
    with RunningSandbox("--webhook-debounce", "2") as sandbox:
        yield sandbox


@pytest.fixture
def calm_plan(calm_sandbox: RunningSandbox, receiver: Receiver) -> Iterator[Grid]:
    """Yield the site plan in the sandbox `calm_sandbox`, with a webhook."""
    alice = calm_sandbox.people()["alice"]
    client = Client(calm_sandbox, alice.token)
    plan = Grid(client, calm_sandbox.sheet(alice, "Site plan")["id"])
    enabled_hook(client, plan.id, receiver)
    yield plan
    client.close()


def test_changes_close_together_come_in_one_callback_after_the_debounce_time(
    calm_plan: Grid, receiver: Receiver
) -> None:
    changed = time.monotonic()
    for value in range(1, 4):
        calm_plan.put("Core walls", {"title": "Spent", "value": value})
    events = receiver.events()
    assert len([event for event in events if event["objectType"] == "cell"]) == 3
    (callback,) = receiver.callbacks
    assert callback.began - changed > 2


def test_a_sheet_is_called_back_by_one_request_at_a_time(
    hook: Hook, as_alice: Client, plan: Grid, receiver: Receiver
) -> None:
    receiver.seconds = 0.2
    for name in ("Spent", "Notes"):
        enabled_hook(as_alice, plan.id, receiver, subscope={"columnIds": [plan.column(name)]})
    plan.put("Core walls", {"title": "Spent", "value": 1}, {"title": "Notes", "value": "x"})
    deliveries = sorted(receiver.wait(3), key=lambda delivery: delivery.began)
    for first, second in pairwise(deliveries):
        assert first.ended <= second.began


@pytest.mark.parametrize("answer", [400, 404, 429, 500, 503])
def test_a_failure_is_tried_again_with_the_same_body(hook: Hook, plan: Grid, receiver: Receiver, answer: int) -> None:
    receiver.answers = [answer, answer, 200]
    plan.put("Core walls", {"title": "Spent", "value": 1})
    deliveries = receiver.wait(3)
    assert len({delivery.raw for delivery in deliveries}) == 1
    # The last answer is stored a moment after it was sent.
    wait_for_retries(hook, 2)
    stats = hook.now()["stats"]
    assert hook.status == "ENABLED"
    assert stats["lastSuccessfulCallback"] == stats["lastCallbackAttempt"]


def test_a_slow_answer_is_a_failure(hook: Hook, plan: Grid, receiver: Receiver) -> None:
    receiver.seconds = 3
    plan.put("Core walls", {"title": "Spent", "value": 1})
    receiver.wait(1)
    receiver.seconds = 0
    assert len(receiver.wait(2)) >= 2
    assert hook.status == "ENABLED"


def test_after_fourteen_retries_it_is_given_up(hook: Hook, plan: Grid, receiver: Receiver) -> None:
    receiver.answers = [500]
    plan.put("Core walls", {"title": "Spent", "value": 1})
    deliveries = receiver.wait(15)
    wait_for_status(hook, "DISABLED_CALLBACK_FAILED")
    assert len(receiver.callbacks) == 15
    waits = [second.began - first.ended for first, second in pairwise(deliveries)]
    assert all(wait > 0.1 for wait in waits[7:]), "three hours, times 0.00001"
    assert min(waits[:7]) < 0.1, "a quarter of an hour and less, times as much"
    assert hook.now()["stats"]["lastCallbackAttemptRetryCount"] == 14
    assert "lastSuccessfulCallback" not in hook.now()["stats"]


@pytest.mark.parametrize("answer", [201, 204, 301, 304, 410])
def test_some_answers_disable_at_once(hook: Hook, plan: Grid, receiver: Receiver, answer: int) -> None:
    receiver.answers = [answer]
    plan.put("Core walls", {"title": "Spent", "value": 1})
    receiver.wait(1)
    wait_for_status(hook, "DISABLED_CALLBACK_FAILED")
    assert hook.now()["disabledDetails"]
    assert len(receiver.callbacks) == 1


def test_a_refused_connection_is_a_failure_too(hook: Hook, plan: Grid, receiver: Receiver) -> None:
    hook.put(callbackUrl="http://127.0.0.1:9/nobody")
    plan.put("Core walls", {"title": "Spent", "value": 1})
    wait_for_status(hook, "DISABLED_CALLBACK_FAILED")
    assert receiver.callbacks == []


def test_events_during_retries_come_afterwards(hook: Hook, plan: Grid, receiver: Receiver) -> None:
    receiver.answers = [500] * 9 + [200]
    plan.put("Core walls", {"title": "Spent", "value": 1})
    receiver.wait(9)
    plan.put("Core walls", {"title": "Notes", "value": "later"})
    deliveries = receiver.wait(11)
    assert len({delivery.raw for delivery in deliveries[:10]}) == 1
    assert plan.column("Notes") in [event.get("columnId") for event in deliveries[10].body["events"]]


def test_every_hundredth_callback_is_followed_by_a_verification(receiver: Receiver) -> None:
    with RunningSandbox("--rate-limit", "0", "--webhook-debounce", "0") as sandbox:
        alice = sandbox.people()["alice"]
        client = Client(sandbox, alice.token)
        plan = Grid(client, sandbox.sheet(alice, "Site plan")["id"])
        hook = enabled_hook(client, plan.id, receiver)
        for count in range(1, 101):
            plan.put("Core walls", {"title": "Spent", "value": count})
            receiver.wait(count)
        receiver.wait_until(lambda: len(receiver.verifications) == 2, "second verification")
        receiver.verify = wrongly
        for count in range(101, 201):
            plan.put("Core walls", {"title": "Spent", "value": count})
            receiver.wait(count)
        wait_for_status(hook, "DISABLED_VERIFICATION_FAILED")
        client.close()


def test_undelivered_events_are_delivered_after_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    state = ("--state", str(tmp_path / "state.json"))
    with RunningSandbox(*state, "--webhook-debounce", "60") as sandbox:
        alice = sandbox.people()["alice"]
        client = Client(sandbox, alice.token)
        plan = Grid(client, sandbox.sheet(alice, "Site plan")["id"])
        hook = enabled_hook(client, plan.id, receiver)
        plan.put("Core walls", {"title": "Spent", "value": 1})
        client.close()
    with RunningSandbox(*state, *IMPATIENT):
        (delivery,) = receiver.wait(1)
        assert delivery.body["webhookId"] == hook.id
        assert delivery.is_signed_with(hook.secret)


def test_a_reset_ends_every_subscription(calm_sandbox: RunningSandbox, calm_plan: Grid, receiver: Receiver) -> None:
    calm_plan.put("Core walls", {"title": "Spent", "value": 1})
    calm_sandbox.reset()
    time.sleep(2.2)
    assert receiver.callbacks == []
    assert calm_plan.client.json("/webhooks")["data"] == []
