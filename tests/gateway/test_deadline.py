"""While this app answers a person's request, all its calls to Smartsheet share one time budget."""

from time import sleep

import pytest
from pytest_django import Settings

from edits.gateway.client import Gateway
from edits.gateway.errors import Unavailable
from tests.gateway.conftest import OpenGateway, Plan
from tests.running_sandbox import Person, RunningSandbox


def test_it_holds_for_all_calls_together(
    server: RunningSandbox, open_gateway: OpenGateway, people: dict[str, Person], plan: Plan
) -> None:
    gateway = open_gateway(people["alice"], deadline=6)
    gateway.row(plan.sheet_id, plan.row_id)
    sleep(4.5)
    server.fault(method="GET", times=0, delay=3)  # more than the rest, less than the whole deadline
    with pytest.raises(Unavailable):
        gateway.row(plan.sheet_id, plan.row_id)
    assert len(server.requests(method="GET", path="/rows/")) <= 2


def test_a_write_that_would_begin_too_late_is_not_sent(
    server: RunningSandbox, open_gateway: OpenGateway, people: dict[str, Person], plan: Plan
) -> None:
    gateway = open_gateway(people["alice"], deadline=0.6)
    sleep(0.35)
    with pytest.raises(Unavailable, match="was not sent"):
        gateway.update_rows(plan.sheet_id, [plan.change("late")])
    assert server.requests(method="PUT") == []


def test_the_setting_is_the_default(server: RunningSandbox, people: dict[str, Person], settings: Settings) -> None:
    settings.SMARTSHEET_DEADLINE = 0.5
    server.fault(method="GET", times=0, delay=10)  # within the usual deadline
    with pytest.raises(Unavailable):
        Gateway(region_api_base=server.api, token=people["alice"].token).sheets()
