"""Each failure of Smartsheet becomes the right error in time. A write is sent only once. When the write ends, there
is still enough time to read its rows back.
"""

from time import monotonic

import pytest

from edits.gateway.client import Gateway
from edits.gateway.errors import GatewayError, OutcomeUnknown, RateLimited, Refused
from edits.widgets.problems import Doing, problem_of
from tests.gateway.conftest import OpenGateway, Plan
from tests.gateway.failures import DETAIL, FAILURES, Failure
from tests.running_sandbox import Person, RunningSandbox

each_failure = pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.name)


@each_failure
def test_a_read_ends_in_its_error(server: RunningSandbox, gateway: Gateway, plan: Plan, failure: Failure) -> None:
    server.fault(method="GET", times=0, **failure.fault)
    with pytest.raises(GatewayError) as caught:
        gateway.row(plan.sheet_id, plan.row_id)
    assert type(caught.value) is failure.read
    assert len(server.requests(method="GET", path="/rows/")) == failure.reads


@each_failure
def test_a_write_is_sent_once(
    server: RunningSandbox, open_gateway: OpenGateway, people: dict[str, Person], plan: Plan, failure: Failure
) -> None:
    server.fault(method="PUT", times=0, **failure.fault)
    gateway = open_gateway(people["alice"])
    with pytest.raises(GatewayError) as caught:
        gateway.update_rows(plan.sheet_id, [plan.change("Alice was here")])
    assert type(caught.value) is failure.write
    assert [arrival["operation"] for arrival in server.requests(method="PUT")] == ["update-rows"]
    row = gateway.row(plan.sheet_id, plan.row_id)  # within the time that the write has left
    assert (plan.value(row) == "Alice was here") is failure.is_applied
    assert not (failure.is_applied and failure.write is not OutcomeUnknown)


@pytest.mark.parametrize("fault", [{"drop": "before"}, {"drop": "after"}, {"status": 500, "errorCode": 4002}])
def test_adding_and_deleting_are_sent_once(
    server: RunningSandbox, gateway: Gateway, plan: Plan, fault: dict[str, object]
) -> None:
    server.fault(method="POST", path="/rows$", times=0, **fault)
    server.fault(method="DELETE", path="/rows$", times=0, **fault)
    with pytest.raises(OutcomeUnknown):
        gateway.add_rows(plan.sheet_id, [{"cells": [{"columnId": plan.column_id, "value": "new"}]}])
    with pytest.raises(OutcomeUnknown):
        gateway.delete_rows(plan.sheet_id, [plan.row_id])
    assert [arrival["method"] for arrival in server.requests(path="/rows")] == ["POST", "DELETE"]


@pytest.mark.parametrize("fault", [{"drop": "before"}, {"status": 500, "errorCode": 4002}, {"status": 429}])
def test_a_read_gets_over_a_short_failure(
    server: RunningSandbox, gateway: Gateway, plan: Plan, fault: dict[str, object]
) -> None:
    server.fault(method="GET", times=2, **fault)
    assert gateway.row(plan.sheet_id, plan.row_id)["id"] == plan.row_id
    assert len(server.requests(method="GET", path="/rows/")) == 3


def test_a_read_waits_as_long_as_smartsheet_asks(server: RunningSandbox, gateway: Gateway, plan: Plan) -> None:
    server.fault(method="GET", status=429, headers={"Retry-After": "1"})
    begun = monotonic()
    gateway.row(plan.sheet_id, plan.row_id)
    assert monotonic() - begun >= 1


def test_a_refusal_says_which_row_and_why(server: RunningSandbox, gateway: Gateway, plan: Plan) -> None:
    server.fault(method="PUT", status=400, errorCode=1042, message="No such option.", detail=DETAIL)
    with pytest.raises(Refused) as caught:
        gateway.update_rows(plan.sheet_id, [plan.change("x")])
    refusal = caught.value
    assert (refusal.error_code, refusal.detail, refusal.message) == (
        1042,
        DETAIL,
        "Smartsheet refuses this: No such option.",
    )
    assert refusal.ref_id


@pytest.mark.parametrize(
    ("header", "seconds", "words"),
    [
        ({"Retry-After": "1"}, 1, "1 second"),
        ({"Retry-After": "30"}, 30, "30 seconds"),
        ({"Retry-After": "300"}, 300, "5 minutes"),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0, "1 second"),
        ({"Retry-After": "9" * 400}, 86_400, "24 hours"),
        ({"Retry-After": "Wed, 21 Oct 2415 07:28:00 GMT"}, 86_400, "24 hours"),
        ({"Retry-After": "soon"}, None, "a minute"),
        ({}, None, "a minute"),
    ],
)
def test_a_busy_smartsheet_says_when_to_come_back(
    server: RunningSandbox, gateway: Gateway, plan: Plan, header: dict[str, str], seconds: int | None, words: str
) -> None:
    server.fault(method="PUT", status=429, headers=header)
    with pytest.raises(RateLimited) as caught:
        gateway.update_rows(plan.sheet_id, [plan.change("x")])
    assert caught.value.retry_after == seconds
    assert caught.value.message.endswith(f"Try again in {words}.")
    assert problem_of(caught.value, doing=Doing.CHANGE).advice == f"Wait {words}, then save again."
    assert caught.value.error_code == 4003
