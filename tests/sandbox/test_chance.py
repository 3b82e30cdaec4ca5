"""Faults with a probability, and latencies. The same seed always gives the same results."""

import statistics
import time
from collections.abc import Iterator

import pytest
import requests

from tests.running_sandbox import RunningSandbox
from tests.sandbox.client import Client, Grid


@pytest.fixture(scope="module")
def other_seed() -> Iterator[RunningSandbox]:
    with RunningSandbox("--rate-limit", "0", "--seed", "7") as sandbox:
        yield sandbox


def struck(sandbox: RunningSandbox, token: str, *, times: int = 60) -> list[bool]:
    client = Client(sandbox, token)
    statuses = [client.get("/users/me").status_code for _ in range(times)]
    client.close()
    assert set(statuses) <= {200, 503}
    return [status == 503 for status in statuses]


def run(sandbox: RunningSandbox, **fault: float) -> list[bool]:
    """Reset the sandbox, add a fault, and return for each of 60 requests whether the fault affects it."""
    sandbox.reset()
    sandbox.fault(status=503, times=0, **fault)
    return struck(sandbox, sandbox.people()["alice"].token)


def test_a_fault_strikes_by_its_probability(sandbox: RunningSandbox) -> None:
    assert 8 <= sum(run(sandbox, probability=0.3)) <= 28
    assert not any(run(sandbox, probability=0))
    assert all(run(sandbox, probability=1))


def test_a_run_can_be_repeated(sandbox: RunningSandbox, other_seed: RunningSandbox) -> None:
    first = run(sandbox, probability=0.3)
    assert run(sandbox, probability=0.3) == first
    assert run(other_seed, probability=0.3) != first
    assert run(other_seed, probability=0.3, seed=3) == run(sandbox, probability=0.3, seed=3) != first


def test_faults_strike_independently(sandbox: RunningSandbox, as_alice: Client, as_bob: Client) -> None:
    people = sandbox.people()
    for name in ("alice", "bob"):
        sandbox.fault(status=503, times=0, probability=0.5, person=people[name].id)
    assert struck(sandbox, people["alice"].token) != struck(sandbox, people["bob"].token)


def test_times_count_only_when_it_strikes(sandbox: RunningSandbox, as_alice: Client) -> None:
    sandbox.fault(status=503, times=2, probability=0.2)
    statuses = [as_alice.get("/users/me").status_code for _ in range(60)]
    assert statuses.count(503) == 2
    assert statuses[:2] != [503, 503]
    assert sandbox.control("GET", "faults") == []


def waits(sandbox: RunningSandbox, client: Client, method: str = "GET", *, times: int = 12) -> list[float]:
    """Send `times` requests, and return the latency of each request, as recorded in the sandbox's journal."""
    sandbox.forget_requests()
    for _ in range(times):
        client.ask(method, "/users/me")
    return [arrival["latency"] for arrival in sandbox.requests(path="/users/me")]


def test_latency_scatters_around_its_median_the_same_each_time(sandbox: RunningSandbox, as_alice: Client) -> None:
    profile = {"read": 0.03, "write": 0.0, "spread": 0.8}
    answer = sandbox.control("POST", "latency", profile)
    assert profile.items() <= answer.items()
    assert {"none", "near", "usual", "slow", "erratic"} <= set(answer["profiles"])
    first = waits(sandbox, as_alice)
    assert 0.01 < statistics.median(first) < 0.1
    assert max(first) > 2 * min(first)
    assert set(waits(sandbox, as_alice, "POST")) == {0.0}
    sandbox.control("POST", "latency", profile)
    assert waits(sandbox, as_alice) == first


def test_a_reset_ends_the_latency(sandbox: RunningSandbox, as_alice: Client) -> None:
    sandbox.control("POST", "latency", {"read": 1})
    sandbox.reset()
    assert set(waits(sandbox, as_alice)) == {0.0}


def test_latency_is_set_by_a_flag(sandbox: RunningSandbox) -> None:
    with RunningSandbox("--latency", "near") as near:
        assert near.control("GET", "latency")["read"] == 0.02
        client = Client(near, near.people()["alice"].token)
        assert min(waits(near, client, times=5)) > 0.005
        client.close()


def test_a_change_takes_its_time_while_the_sheet_is_held(sandbox: RunningSandbox, plan: Grid) -> None:
    sandbox.control("POST", "latency", {"write": 0.2})
    begun = time.perf_counter()
    assert plan.put("Roof", {"title": "Notes", "value": "slowly"}).status_code == 200
    assert time.perf_counter() - begun >= 0.2


@pytest.mark.parametrize(
    ("latency", "word"),
    [({"profile": "warp"}, "erratic"), ({"reads": 1}, "reads"), ({"read": -1}, "numbers"), ([], "object")],
)
def test_a_senseless_latency_is_refused(sandbox: RunningSandbox, latency: object, word: str) -> None:
    response = requests.post(f"{sandbox.url}/_sandbox/latency", json=latency, timeout=30)
    assert response.status_code == 400
    assert word in response.json()["message"]
