"""Bob edits the site plan in the app. Alice reads it, and changes it without the app."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.edits.site_plan import SitePlan
from tests.running_sandbox import Person, RunningSandbox

SignIn = Callable[[Client, Person], None]


@pytest.fixture
def plan(sandbox: RunningSandbox, alice: Person) -> SitePlan:
    return SitePlan(sandbox, alice)


@pytest.fixture
def browser(db: None, client: Client, sign_in: SignIn, bob: Person, plan: SitePlan) -> Client:
    """The browser of Bob, who can edit the site plan and is signed in."""
    sign_in(client, bob)
    plan.sandbox.forget_requests()
    return client
