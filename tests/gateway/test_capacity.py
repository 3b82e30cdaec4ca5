"""The number of calls in progress is limited, in total and per person. Further calls are refused immediately, and not
sent.
"""

import threading
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from edits.gateway.client import Gateway
from edits.gateway.errors import Busy, GatewayError
from identity import capacity
from identity.profiles.profile import Profile
from tests.gateway.conftest import OpenGateway
from tests.running_sandbox import Person, RunningSandbox
from tests.waiting import until

HANGS = {"path": "/sheets", "delay": 600, "times": 0}


def gateway_of(server: RunningSandbox, person: Person) -> Gateway:
    owner = Profile(region="sandbox", id=person.id, data={})
    return Gateway(region_api_base=server.api, token=person.token, owner=owner)


class Hanging:
    """Threads whose calls wait for a Smartsheet that hangs. let_go() ends the waiting."""

    def __init__(self, server: RunningSandbox) -> None:
        self.server = server
        self.threads: list[threading.Thread] = []
        self.errors: list[GatewayError] = []

    def add(self, person: Person, count: int) -> None:
        for _ in range(count):
            thread = threading.Thread(target=self._ask, args=(gateway_of(self.server, person),))
            thread.start()
            self.threads.append(thread)
        until(lambda: len(self.server.requests(path="/sheets")) == len(self.threads), "their requests")

    def _ask(self, gateway: Gateway) -> None:
        try:
            gateway.sheets()
        except GatewayError as error:
            self.errors.append(error)

    def let_go(self) -> None:
        self.server.end_faults()
        for thread in self.threads:
            thread.join()


@pytest.fixture
def hanging(running_sandbox: RunningSandbox, settings: Settings) -> Iterator[Hanging]:
    """A Smartsheet that hangs. At most four calls to Smartsheet can be in progress at the same time, and at most two of
    them for one person.
    """
    settings.SMARTSHEET_MAX_CALLS, settings.SMARTSHEET_MAX_CALLS_PER_PERSON = 4, 2
    settings.SMARTSHEET_DEADLINE = 120  # the answers come earlier
    running_sandbox.reset()
    running_sandbox.fault(**HANGS)
    hanging = Hanging(running_sandbox)
    yield hanging
    hanging.let_go()
    assert not [error for error in hanging.errors if isinstance(error, Busy)]
    assert capacity.calls_in_progress() == 0


def test_fault_24_one_more_is_refused_and_not_sent(hanging: Hanging) -> None:
    server, people = hanging.server, hanging.server.people()
    hanging.add(people["alice"], 2)
    with pytest.raises(Busy, match="several of your requests") as of_alice:
        gateway_of(server, people["alice"]).sheets()
    hanging.add(people["bob"], 2)
    with pytest.raises(Busy, match="Smartsheet is slow") as of_charlie:
        gateway_of(server, people["charlie"]).sheets()
    assert of_alice.value.retry_after == of_charlie.value.retry_after == capacity.RETRY_AFTER
    assert len(server.requests(path="/sheets")) == 4
    assert capacity.calls_in_progress() == 4


def test_fault_24_several_calls_are_refused_at_the_start_or_never(
    server: RunningSandbox, people: dict[str, Person], settings: Settings
) -> None:
    gateway = gateway_of(server, people["alice"])
    with gateway.in_progress():
        settings.SMARTSHEET_MAX_CALLS = 1
        assert gateway.sheets()
        settings.SMARTSHEET_MAX_CALLS = 0
        assert gateway.sheets()
        assert capacity.calls_in_progress() == 1
    with pytest.raises(Busy):
        gateway.sheets()


def test_fault_24_a_place_is_given_back_whatever_happens(
    server: RunningSandbox, open_gateway: OpenGateway, people: dict[str, Person]
) -> None:
    server.fault(path="/sheets", status=400)
    with pytest.raises(GatewayError):
        open_gateway(people["alice"]).sheets()
    assert capacity.calls_in_progress() == 0
