"""Fixtures: Bob edits the site plan through the API. Alice reads and changes the site plan without the API."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.api.caller import Caller
from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

SignIn = Callable[[Client, Person], None]


@pytest.fixture
def plan(sandbox: RunningSandbox, alice: Person) -> SitePlan:
    return SitePlan(sandbox, alice)


@pytest.fixture
def caller(db: None, sign_in: SignIn, bob: Person, plan: SitePlan) -> Caller:
    """The browser in which Bob is signed in."""
    client = Client()
    sign_in(client, bob)
    client.handler.enforce_csrf_checks = True
    caller = Caller(client)
    plan.sandbox.forget_requests()
    return caller
